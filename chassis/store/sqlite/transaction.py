"""One write transaction of the SQLite store: the four steps of an append, and what decisions read."""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from chassis.recorded import Position, Recorded, from_micros, happened, to_micros
from chassis.store.encoding import Encoded, encoded, partition_of
from chassis.store.protocol import Answer, Append, Change, CommandKey, History, KeyTaken, Snapshot, VersionConflict
from chassis.store.sqlite.rows import INSERT, READ_HISTORY, READ_STREAM, place_of, position_of, to_recorded
from contracts.event import converter

if TYPE_CHECKING:
    from chassis.store.sqlite.keys import Keys

Clock = Callable[[], int]


def micros_now() -> int:
    """The machine's clock, in microseconds since 1970."""
    return time.time_ns() // 1000


class SqliteStreams:
    """Reading streams, snapshots and answers over one connection."""

    def __init__(self, db: sqlite3.Connection, service: str) -> None:
        self._db = db
        self._service = service

    def read_stream(self, stream: str, after: int = 0, *, until: datetime | None = None) -> list[Recorded]:
        """As ``Streams.read_stream``."""
        latest = (1 << 62) if until is None else to_micros(until)
        rows = self._db.execute(READ_STREAM, (stream, after, latest))
        return [to_recorded(self._service, row) for row in rows]

    def histories(self, known: Mapping[str, int], fingerprint: str) -> Mapping[str, History]:
        """As ``Streams.histories``."""
        return {stream: self._history(stream, version, fingerprint) for stream, version in known.items()}

    def _history(self, stream: str, known: int, fingerprint: str) -> History:
        kept = None if known else self._snapshot(stream, fingerprint)
        rows = self._db.execute(READ_HISTORY, (stream, kept.version if kept else known))
        return kept, [happened(stream, *row) for row in rows]

    def _snapshot(self, stream: str, fingerprint: str) -> Snapshot | None:
        query = "SELECT version, fingerprint, state FROM snapshots WHERE stream = ? AND fingerprint = ?"
        row = self._db.execute(query, (stream, fingerprint)).fetchone()
        return row and Snapshot(version=row[0], fingerprint=row[1], state=row[2])

    def answered(self, caller: str, key: str) -> Answer | None:
        """As ``Streams.answered``."""
        query = "SELECT answer FROM commands WHERE caller = ? AND key = ?"
        row = self._db.execute(query, (caller, key)).fetchone()
        return row and converter.loads(row[0], Answer)


class SqliteTransaction(SqliteStreams):
    """What ``Store.transaction`` gives; nobody else writes meanwhile, so locking is done already."""

    def __init__(
        self, db: sqlite3.Connection, joined: sa.Connection | None, service: str, partitions: int, keys: Keys, now: int
    ) -> None:
        super().__init__(db, service)
        self._joined = joined
        self._partitions = partitions
        self._keys = keys
        self._now = now

    @property
    def connection(self) -> sa.Connection:
        """As ``Transaction.connection``."""
        assert self._joined is not None, "a bare append has no use for SQLAlchemy"  # noqa: S101 - our own misuse
        return self._joined

    @property
    def raw(self) -> sqlite3.Connection:
        """The driver's connection."""
        return self._db

    @property
    def now(self) -> datetime:
        """As ``Transaction.now``."""
        return from_micros(self._now)

    def lock(self, streams: Iterable[str]) -> frozenset[str]:
        """As ``Transaction.lock``: the database has one writer at a time."""
        query = "SELECT version FROM streams WHERE id = ?"
        return frozenset(stream for stream in streams if self._db.execute(query, (stream,)).fetchone())

    def taken(self, keys: Collection[CommandKey]) -> frozenset[CommandKey]:
        """As ``Transaction.taken``."""
        return frozenset(key for key in keys if self.answered(key.caller, key.key))

    def append(self, what: Append) -> Answer:
        """The four steps: the keys, the streams, the partition, the events."""
        changes = [(change, [encoded(new) for new in change.events]) for change in what.changes]
        for key in what.keys:
            self._refuse_taken(key)
        for change in what.changes:
            self._advance(change)
        for stream, version in sorted(what.unchanged.items()):
            self._must_be_at(stream, version)
        positions = self._insert(changes)
        answer = Answer(
            status=what.status,
            ids=what.ids,
            versions={
                **what.unchanged,
                **{change.stream: change.expected + len(change.events) for change in what.changes},
            },
            positions=tuple(str(position) for position in positions),
        )
        self._remember(what.keys, answer)
        return answer

    def _refuse_taken(self, key: CommandKey) -> None:
        if answer := self.answered(key.caller, key.key):
            raise KeyTaken(answer)

    def _remember(self, keys: Sequence[CommandKey], answer: Answer) -> None:
        """A command's key keeps its answer; of several, as of a reaction's batch, each only that it is taken.

        All of the answer under each of them would grow with the square of their number.
        """
        kept = converter.unstructure(answer if len(keys) == 1 else Answer(status=answer.status))
        self._db.executemany(
            "INSERT INTO commands (caller, key, answer, recorded_at) VALUES (?, ?, ?, ?)",
            [(key.caller, key.key, converter.dumps({**kept, "body_hash": key.body_hash}), self._now) for key in keys],
        )

    def _advance(self, change: Change) -> None:
        new = change.expected + len(change.events)
        if change.expected == 0:
            done = self._db.execute(
                "INSERT INTO streams (id, version) VALUES (?, ?) ON CONFLICT DO NOTHING", (change.stream, new)
            )
        else:
            done = self._db.execute(
                "UPDATE streams SET version = ? WHERE id = ? AND version = ?", (new, change.stream, change.expected)
            )
        if done.rowcount != 1:
            raise VersionConflict(change.stream)

    def _must_be_at(self, stream: str, version: int) -> None:
        row = self._db.execute("SELECT version FROM streams WHERE id = ?", (stream,)).fetchone()
        if (row[0] if row else 0) != version:
            raise VersionConflict(stream)

    def _insert(self, changes: list[tuple[Change, list[Encoded]]]) -> list[Position]:
        by_partition: dict[int, list[tuple[Change, list[Encoded]]]] = defaultdict(list)
        for change, events in changes:
            by_partition[partition_of(change.stream, self._partitions)].append((change, events))
        return [self._insert_into(partition, by_partition[partition]) for partition in sorted(by_partition)]

    def _insert_into(self, partition: int, changes: list[tuple[Change, list[Encoded]]]) -> Position:
        place, recorded_at = self._last_of(partition)
        recorded_at = max(recorded_at, self._now)
        rows = []
        for change, events in changes:
            for version, (new, name, data, metadata, secrets) in enumerate(events, start=change.expected + 1):
                place += 1
                sealed = self._keys.seal(self._db, new.event, secrets, change.stream, version) if secrets else None
                occurred_at = None if new.occurred_at is None else to_micros(new.occurred_at)
                rows.append(
                    (place, new.id, change.stream, version, name, data, metadata, sealed, recorded_at, occurred_at)
                )
        self._db.executemany(INSERT, rows)
        return Position(self._service, partition, position_of(place))

    def _last_of(self, partition: int) -> tuple[int, int]:
        row = self._db.execute(
            "SELECT place, recorded_at FROM events WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1",
            (place_of(partition, 0), place_of(partition + 1, 0) - 1),
        ).fetchone()
        return row or (place_of(partition, 0), 0)
