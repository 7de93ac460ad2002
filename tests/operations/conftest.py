"""Where runbooks are rehearsed: a platform on a PostgreSQL and a Kafka of its own, with people who use it."""

import contextlib

import pytest

from tests.servers.found import absent
from tests.servers.process import NotStarted


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """One for all that is rehearsed in a module: each leaves it as it was."""
    from tests.faults.stage import Stage  # kafka-python warns as it is imported, and here nobody passes that by yet

    with contextlib.ExitStack() as running:
        try:
            yield running.enter_context(Stage.at(tmp_path_factory.mktemp("stage")))
        except (FileNotFoundError, NotStarted) as reason:
            absent(reason)
