from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.testing.web import Api, Somebody
from tests.chassis.web.counters import open_api


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path) as api:
        yield api


@pytest.fixture
def karin(api: Api) -> Somebody:
    return api.as_("employee")


@pytest.fixture
def counter(karin: Somebody) -> str:
    """The path of a counter that was started."""
    return karin.post("/counters", {"title": "Idéer"}).headers["Location"]
