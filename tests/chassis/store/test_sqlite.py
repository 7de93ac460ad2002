"""The SQLite store keeps the promises of every store, and a few of its own."""

from functools import partial
from pathlib import Path

import pytest

from chassis.errors import Unavailable
from chassis.store.protocol import WrongPartitions
from chassis.store.sqlite import SqliteStore
from chassis.testing.restoring_suite import RestoringSuite
from chassis.testing.store_suite import Opener, StoreSuite, raised

MASTER = bytes(range(32))


class TestSqliteStore(StoreSuite, RestoringSuite):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Opener:
        return partial(SqliteStore, tmp_path / "store.sqlite", "suite", master_key=MASTER)


class TestSqliteStoreInPartitions(StoreSuite, RestoringSuite):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Opener:
        return partial(SqliteStore, tmp_path / "store.sqlite", "suite", master_key=MASTER, partitions=4)


def test_the_number_of_partitions_never_changes(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "s.sqlite", "suite", master_key=MASTER).close()
    with pytest.raises(WrongPartitions, match="1 partitions, not 8"):
        SqliteStore(tmp_path / "s.sqlite", "suite", master_key=MASTER, partitions=8)


def test_destroyed_keys_are_in_no_file_after_compacting(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.sqlite", "suite", master_key=MASTER)
    StoreSuite()._sign(store, "counter-a", "anna")
    for n in range(50):
        store.append(raised(f"counter-{n}", 0, 1))
    with store.reading() as db:
        keys = [row[0] for t in ("person_keys", "event_keys") for row in db.exec_driver_sql(f"SELECT wrapped FROM {t}")]
    assert all(any(key in found.read_bytes() for found in tmp_path.iterdir()) for key in keys)
    store.erase("anna", ["texts"])
    store.compact()
    assert not any(key in found.read_bytes() for found in tmp_path.iterdir() for key in keys)
    store.close()


def test_a_file_that_is_damaged_is_unavailable_to_readers_too(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    store = SqliteStore(file, "suite", master_key=bytes(32))
    for n in range(200):
        store.append(raised(f"counter-{n}", 0, 1))
    store.compact()
    store.close()
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    damaged = SqliteStore(file, "suite", master_key=bytes(32), partitions=1)
    with pytest.raises(Unavailable, match="store-unavailable"):
        damaged.read(0, 0)
    with pytest.raises(Unavailable, match="store-unavailable"), damaged.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM events").all()
    damaged.close()
