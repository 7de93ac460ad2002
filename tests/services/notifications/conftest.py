import pytest

from chassis.testing.web import Api
from services.notifications.main import PROGRAM, SERVICE
from tests.services.notifications.others import Told


@pytest.fixture
def others():
    """The histories of the other services, to be told to this one."""
    return {"ideas": Told("ideas"), "experiments": Told("experiments")}


@pytest.fixture
def api(tmp_path, others):
    with Api(SERVICE, PROGRAM.routes, tmp_path, problem_texts=[PROGRAM.problems], sources=others) as api:
        api.catch_up()  # so that no rule starts behind what the test is about to tell
        yield api
