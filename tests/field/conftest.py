"""What other tools make of a pulled history. Each has an environment of its own: make test-spark, make test-mining."""

from importlib.util import find_spec

import pytest

from tests.history.origins import pulled_city

EVENTS = 6_000
collect_ignore = [
    name for tool, name in (("pyspark", "test_spark.py"), ("pm4py", "test_mining.py")) if find_spec(tool) is None
]


@pytest.fixture(scope="session")
def path(tmp_path_factory):
    """Where a city's made-up years were pulled to."""
    return pulled_city(tmp_path_factory.mktemp("field") / "history", EVENTS)
