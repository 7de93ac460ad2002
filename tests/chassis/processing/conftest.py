"""A store of each kind for every test: what is promised of processors holds on all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chassis.service import Service
from chassis.store.protocol import Store
from chassis.worker import Worker
from tests.stores import Databases, Opener, databases, postgres_store, sqlite_store

__all__ = ["databases"]


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
def store(opener: Opener) -> Iterator[Store]:
    store = opener()
    yield store
    store.close()


@pytest.fixture
def worker(store: Store) -> Callable[..., Worker]:
    """Makes a worker of a service over the store."""

    def make(service: Service, owner: str = "w1") -> Worker:
        return Worker(service, store, {}, owner)

    return make
