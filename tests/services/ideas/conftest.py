"""The API of ideas in process."""

from __future__ import annotations

import pytest

from chassis.testing.web import Api
from services.ideas.main import PROGRAM


@pytest.fixture
def api(tmp_path):
    with Api(PROGRAM.service, PROGRAM.routes, tmp_path, problem_texts=[PROGRAM.problems]) as api:
        yield api
