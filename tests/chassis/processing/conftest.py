from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chassis.service import Service
from chassis.store.sqlite import SqliteStore
from chassis.worker import Worker


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "suite.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path, "suite", master_key=bytes(32))
    yield store
    store.close()


@pytest.fixture
def worker(store: SqliteStore) -> Callable[..., Worker]:
    """Makes a worker of a service over the store."""

    def make(service: Service, owner: str = "w1") -> Worker:
        return Worker(service, store, {}, owner)

    return make
