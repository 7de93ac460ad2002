"""A store of each kind for every test: what is promised of processors holds on all of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from chassis.service import Service
from chassis.store.protocol import Store
from chassis.worker import Worker
from tests.stores import Databases, Opener, databases, open_store, postgres_store, sqlite_store

__all__ = ["databases", "open_store"]


@pytest.fixture(params=["sqlite", "postgres"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the test's own store: ``opener()``, ``opener(clock=…)``."""
    if request.param == "sqlite":
        yield sqlite_store(tmp_path / "suite.sqlite", "suite")
        return
    databases: Databases = request.getfixturevalue("databases")
    with databases.migrated("suite", partitions=1) as address:
        yield postgres_store(address, "suite")


@pytest.fixture
def several_partitions(databases: Databases) -> Iterator[Callable[[int], Opener]]:
    """Opens a store on PostgreSQL that has so many partitions: there many may write at once."""
    with ExitStack() as open_ones:
        yield lambda partitions: postgres_store(
            open_ones.enter_context(databases.migrated("suite", partitions)), "suite"
        )


@pytest.fixture
def store(opener: Opener) -> Iterator[Store]:
    store = opener()
    yield store
    store.close()


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Store]:
    """The store of another service, which listens."""
    with closing(sqlite_store(tmp_path / "listener", "listener")()) as it:
        yield it


@pytest.fixture
def worker(store: Store) -> Callable[..., Worker]:
    """Makes a worker of a service over the store."""

    def make(service: Service, owner: str = "w1") -> Worker:
        return Worker(service, store, {}, owner)

    return make
