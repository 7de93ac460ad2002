"""The event store on one SQLite file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from chassis.failpoints import failpoint
from chassis.recorded import Position, Recorded
from chassis.store.bell import Bell
from chassis.store.protocol import (
    Answer,
    Append,
    CommandKey,
    Head,
    History,
    Snapshot,
    Transaction,
    WrongPartitions,
)
from chassis.store.rewrapping import Counts
from chassis.store.sealing import KeyOf
from chassis.store.sqlite.database import Database
from chassis.store.sqlite.keys import Keys
from chassis.store.sqlite.restoring import restore
from chassis.store.sqlite.rows import READ_PARTITION, place_of, position_of, to_recorded
from chassis.store.sqlite.transaction import Clock, SqliteStreams, SqliteTransaction, micros_now
from contracts.event import Scope, Sealed

_POLL = 0.015
"""Seconds between two looks at what other processes have appended."""


class SqliteStore:
    """``chassis.store.protocol.Store`` on SQLite; one object per process, safe for its threads."""

    def __init__(
        self, path: Path, service: str, *, master_key: bytes, partitions: int = 1, clock: Clock = micros_now
    ) -> None:
        self.service = service
        self.partitions = partitions
        self._clock = clock
        self._database = Database(path)
        self._keys = Keys(master_key)
        self._bell = Bell(lambda: _POLL)
        self._create()

    def append(self, what: Append) -> Answer:
        """As ``Store.append``."""
        with self._database.write() as db:
            answer = SqliteTransaction(db, None, self.service, self.partitions, self._keys, self._clock()).append(what)
            failpoint("append-before-commit")
        failpoint("append-after-commit")
        self._bell.ring()
        return answer

    def restore(self, events: Sequence[Recorded], done: Collection[CommandKey] = ()) -> None:
        """As ``Store.restore``."""
        with self._database.write() as db:
            restore(db, self.service, events, done, self._clock())
        self._bell.ring()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """As ``Store.transaction``."""
        with self._database.write() as db, self._database.joined() as joined:
            yield SqliteTransaction(db, joined, self.service, self.partitions, self._keys, self._clock())
            failpoint("transaction-before-commit")
        failpoint("transaction-after-commit")
        self._bell.ring()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """As ``Store.reading``."""
        with self._database.reading() as connection:
            yield connection

    def read(self, partition: int, after: int, limit: int = 500) -> list[Recorded]:
        """As ``Store.read``."""
        bounds = (place_of(partition, after), place_of(partition + 1, 0))
        with self._database.read() as db:
            rows = db.execute(READ_PARTITION, (*bounds, limit)).fetchall()
        return [to_recorded(self.service, row) for row in rows]

    def at(self, position: Position) -> Recorded | None:
        """As ``Store.at``."""
        found = self.read(position.partition, position.position - 1, 1)
        return found[0] if found and found[0].position == position.position else None

    def read_stream(self, stream: str, after: int = 0, *, until: datetime | None = None) -> list[Recorded]:
        """As ``Streams.read_stream``."""
        with self._streams() as streams:
            return streams.read_stream(stream, after, until=until)

    def histories(self, known: Mapping[str, int], fingerprint: str) -> Mapping[str, History]:
        """As ``Streams.histories``."""
        with self._streams() as streams:
            return streams.histories(known, fingerprint)

    def answered(self, caller: str, key: str) -> Answer | None:
        """As ``Streams.answered``."""
        with self._streams() as streams:
            return streams.answered(caller, key)

    def heads(self) -> dict[int, Head]:
        """As ``Store.heads``."""
        query = "SELECT place, id FROM events WHERE place < ? AND place > ? ORDER BY place DESC LIMIT 1"
        heads = {}
        with self._database.read() as db:
            for partition in range(self.partitions):
                bounds = (place_of(partition + 1, 0), place_of(partition, 0))
                row = db.execute(query, bounds).fetchone()
                heads[partition] = Head(position=position_of(row[0]), id=row[1]) if row else Head()
        return heads

    def save_snapshot(self, stream: str, snapshot: Snapshot) -> None:
        """As ``Store.save_snapshot``."""
        with self._database.write() as db:
            db.execute(
                "INSERT INTO snapshots (stream, version, fingerprint, state) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (stream) DO UPDATE SET version = excluded.version, fingerprint = excluded.fingerprint, "
                "state = excluded.state WHERE excluded.version > version OR excluded.fingerprint <> fingerprint",
                (stream, snapshot.version, snapshot.fingerprint, snapshot.state),
            )
            failpoint("snapshot-before-commit")
        failpoint("snapshot-after-commit")

    def open(self, sealed: Iterable[Sealed]) -> dict[Sealed, Any]:
        """As ``Store.open``."""
        with self._database.read() as db:
            return self._keys.open(db, sealed)

    def erase(self, person: str, scopes: Iterable[Scope], *, within: Transaction | None = None) -> None:
        """As ``Store.erase``."""
        with self._joining(within) as transaction:
            self._keys.erase(transaction.raw, person, scopes, self._clock())

    def discard(self, streams: Iterable[str], *, within: Transaction | None = None) -> None:
        """As ``Store.discard``."""
        with self._joining(within) as transaction:
            self._keys.discard(transaction.raw, streams)

    def wait(self, after: Mapping[int, int], timeout: float) -> Mapping[int, Head] | None:
        """As ``Store.wait``: woken at once by this process, within 15 ms by another."""
        return self._bell.wait(self.heads, after, timeout)

    def rewrap(self) -> Iterator[Counts]:
        """Wrap persons' keys by the master key that another has wrapped: of some hundred more each time.

        Gives how many those were so far, how many were looked at, and of how many.
        """
        after: KeyOf | None = None
        counts = (0, 0, 0)
        while True:
            with self._database.write() as db:
                after, counts = self._keys.rewrap(db, after, counts)
            yield counts
            if after is None:
                return

    def compact(self) -> None:
        """Rewrite the file, so that what was deleted or destroyed is on no page of it."""
        self._database.compact()

    def close(self) -> None:
        """As ``Store.close``."""
        self._database.close()

    @contextmanager
    def _streams(self) -> Iterator[SqliteStreams]:
        with self._database.read() as db:
            yield SqliteStreams(db, self.service)

    @contextmanager
    def _joining(self, within: Transaction | None) -> Iterator[SqliteTransaction]:
        if isinstance(within, SqliteTransaction):
            yield within
        else:
            with self.transaction() as transaction:
                assert isinstance(transaction, SqliteTransaction)  # noqa: S101 - for the type checker
                yield transaction

    def _create(self) -> None:
        schema = (files("chassis.store.sqlite") / "schema.sql").read_text()
        self._database.script(schema)
        with self._database.write() as db:
            db.execute("INSERT INTO meta VALUES ('partitions', ?) ON CONFLICT DO NOTHING", (str(self.partitions),))
            (created,) = db.execute("SELECT value FROM meta WHERE name = 'partitions'").fetchone()
        if int(created) != self.partitions:
            raise WrongPartitions(f"{self.service} was created with {created} partitions, not {self.partitions}")


def open_store(data: Path, service: str, master_key: bytes) -> SqliteStore:
    """The store of a service in a data folder, made there if it is new."""
    return SqliteStore(data / f"{service}.sqlite", service, master_key=master_key)
