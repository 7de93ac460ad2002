"""The API of ideas in process."""

from __future__ import annotations

import pytest

from chassis.testing.web import Api
from services.ideas.main import PROGRAM
from tests.services.notifications.others import Told


@pytest.fixture
def others():
    """The histories of the other services, to be told to this one."""
    return {"experiments": Told("experiments"), "notifications": Told("notifications")}


@pytest.fixture
def api(tmp_path, others):
    with Api(PROGRAM.service, PROGRAM.routes, tmp_path, problem_texts=[PROGRAM.problems], sources=others) as api:
        api.catch_up()  # so that no rule starts behind what the test is about to tell
        yield api
