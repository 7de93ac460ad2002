"""What decisions read, and one write transaction of the PostgreSQL store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import sqlalchemy as sa

from chassis.recorded import Recorded, happened
from chassis.store.postgres.appending import append, to_answer
from chassis.store.postgres.connections import Raw
from chassis.store.postgres.database import raw_of
from chassis.store.postgres.keys import Keys
from chassis.store.postgres.rows import READ_HISTORIES, READ_STREAM, to_recorded
from chassis.store.protocol import Answer, Append, CommandKey, History, Snapshot

_TAKEN = """
    SELECT caller, key FROM commands JOIN unnest(%s::text[], %s::text[]) AS asked (caller, key) USING (caller, key)
"""
_ALWAYS = datetime.max.replace(tzinfo=UTC)


class PostgresStreams:
    """Reading streams, snapshots and answers over one connection."""

    def __init__(self, db: Raw, service: str) -> None:
        self._db = db
        self._service = service

    def read_stream(self, stream: str, after: int = 0, *, until: datetime | None = None) -> list[Recorded]:
        """As ``Streams.read_stream``."""
        rows = self._db.execute(READ_STREAM, (stream, after, until or _ALWAYS))
        return [to_recorded(self._service, row) for row in rows]

    def histories(self, known: Mapping[str, int], fingerprint: str) -> Mapping[str, History]:
        """As ``Streams.histories``, in one round trip."""
        asked = {"streams": list(known), "known": list(known.values()), "fingerprint": fingerprint}
        found: dict[str, list[tuple[Any, ...]]] = {stream: [] for stream in known}
        for stream, *row in self._db.execute(READ_HISTORIES, asked) if known else ():
            found[stream].append(tuple(row))
        return {stream: _history(stream, fingerprint, rows) for stream, rows in found.items()}

    def answered(self, caller: str, key: str) -> Answer | None:
        """As ``Streams.answered``."""
        row = self._db.execute("SELECT answered(%s, %s)", (caller, key)).fetchone()
        return to_answer(self._service, row[0]) if row and row[0] else None


class PostgresTransaction(PostgresStreams):
    """What ``Store.transaction`` gives. Whatever an append refuses with ends it: nothing of it is recorded."""

    def __init__(
        self, connection: sa.Connection, service: str, partitions: int, keys: Keys, clock: datetime | None
    ) -> None:
        super().__init__(raw_of(connection), service)
        self._connection = connection
        self._partitions = partitions
        self._keys = keys
        self._clock = clock
        self.has_appended = False

    @property
    def connection(self) -> sa.Connection:
        """As ``Transaction.connection``."""
        return self._connection

    @property
    def raw(self) -> Raw:
        """The driver's connection."""
        return self._db

    @property
    def now(self) -> datetime:
        """As ``Transaction.now``."""
        if self._clock is not None:
            return self._clock
        ((now,),) = self._db.execute("SELECT clock_timestamp()")
        return cast(datetime, now)

    def lock(self, streams: Iterable[str]) -> frozenset[str]:
        """As ``Transaction.lock``."""
        query = "SELECT id, version FROM streams WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
        return frozenset(id_ for id_, version in self._db.execute(query, (list(streams),)) if version)

    def taken(self, keys: Collection[CommandKey]) -> frozenset[CommandKey]:
        """As ``Transaction.taken``, in one round trip."""
        asked = ([key.caller for key in keys], [key.key for key in keys])
        found = set(self._db.execute(_TAKEN, asked).fetchall())
        return frozenset(key for key in keys if (key.caller, key.key) in found)

    def append(self, what: Append) -> Answer:
        """As ``Transaction.append``."""
        self.has_appended = self.has_appended or bool(what.changes)
        return append(self._db, self._service, self._partitions, self._keys, what, self._clock)


def _history(stream: str, fingerprint: str, rows: list[Any]) -> History:
    kept = None
    if rows and (state := rows[0][-1]) is not None:
        kept = Snapshot(version=rows.pop(0)[0], fingerprint=fingerprint, state=state)
    return kept, [happened(stream, *row[:-1]) for row in rows]
