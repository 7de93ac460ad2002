"""The API of experiments and lessons in process."""

from __future__ import annotations

import pytest

from chassis.testing.web import Api
from services.experiments.main import PROGRAM
from tests.services.notifications.others import Told


@pytest.fixture
def ideas():
    """The history of the service ideas, to be told to this one."""
    return Told("ideas")


@pytest.fixture
def api(tmp_path, ideas):
    sources = {"ideas": ideas}
    with Api(PROGRAM.service, PROGRAM.routes, tmp_path, problem_texts=[PROGRAM.problems], sources=sources) as api:
        api.catch_up()  # so that no rule starts behind what the test is about to tell
        yield api
