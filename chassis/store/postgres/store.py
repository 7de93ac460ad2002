"""The event store on one PostgreSQL database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
import sqlalchemy as sa

from chassis.errors import Unavailable
from chassis.failpoints import failpoint
from chassis.recorded import Position, Recorded, from_micros
from chassis.store.bell import Bell
from chassis.store.postgres import appending
from chassis.store.postgres.addresses import placed
from chassis.store.postgres.connections import Raw
from chassis.store.postgres.database import Database, raw_of
from chassis.store.postgres.failures import OTHERS_IN_THE_WAY
from chassis.store.postgres.keys import Keys
from chassis.store.postgres.meta import Meta, mark_of, read_meta
from chassis.store.postgres.notices import Notices
from chassis.store.postgres.restoring import restore
from chassis.store.postgres.rows import HEADS, READ_PARTITION, to_recorded
from chassis.store.postgres.transaction import PostgresStreams, PostgresTransaction
from chassis.store.protocol import Answer, Append, CommandKey, Head, History, Snapshot, Transaction
from chassis.store.rewrapping import Counts
from chassis.store.sealing import KeyOf
from contracts.event import Scope, Sealed

_POLL, _POLL_DEAF = 0.25, 0.015
"""Seconds between two looks at what other processes have appended: while their notices come in, and otherwise."""
_ATTEMPTS = 5
"""How often an append is tried that others were in the way of: of a deadlock all go on but one."""


class PostgresStore:
    """``chassis.store.protocol.Store`` on PostgreSQL; one object per process, safe for its threads.

    The database must have been migrated; it is looked at when it is first reached, and refused with WrongStore if it
    is another service's, was made with another master key, has other tables or may lose what it has committed.
    """

    def __init__(
        self,
        address: str,
        service: str,
        *,
        master_key: bytes,
        connections: int = 16,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.service = service
        self._clock = clock
        self._address = address
        self._database = Database(address, connections)
        self._keys = Keys(master_key)
        self._master_key = master_key
        self._bell = Bell(lambda: _POLL if self._notices.hears else _POLL_DEAF)
        self._notices = Notices(self._database.connect, self._bell.ring)
        self._meta: Meta | None = None

    @property
    def partitions(self) -> int:
        """As ``Store.partitions``; raises as ``check`` does until the database was reached once."""
        return self.check().partitions

    def check(self) -> Meta:
        """Look at the database, once. Raises WrongStore, and Unavailable while it cannot be reached."""
        if self._meta is None:
            with placed(self._address), self._database.connection() as db:
                self._meta = read_meta(db, self.service, self._master_key)
        return self._meta

    def append(self, what: Append) -> Answer:
        """As ``Store.append``."""
        partitions = self.partitions
        for attempt in range(_ATTEMPTS):
            try:
                with self._database.connection() as db:
                    answer = appending.append(db, self.service, partitions, self._keys, what, self._now())
                break
            except Unavailable as error:
                if not _in_the_way(error) or attempt == _ATTEMPTS - 1:
                    raise
        failpoint("append-after-commit")
        if what.changes:
            self._ring()
        return answer

    def restore(self, events: Sequence[Recorded], done: Collection[CommandKey] = ()) -> None:
        """As ``Store.restore``."""
        self.check()
        with self._database.write() as connection:
            restore(raw_of(connection), self.service, events, done)
        self._ring()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """As ``Store.transaction``."""
        partitions = self.partitions
        with self._database.write() as connection:
            transaction = PostgresTransaction(connection, self.service, partitions, self._keys, self._now())
            yield transaction
            failpoint("transaction-before-commit")
        failpoint("transaction-after-commit")
        if transaction.has_appended:
            self._ring()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """As ``Store.reading``."""
        with self._database.reading() as connection:
            yield connection

    def read(self, partition: int, after: int, limit: int = 500) -> list[Recorded]:
        """As ``Store.read``."""
        with self._database.connection() as db:
            rows = db.execute(READ_PARTITION, (partition, after, limit)).fetchall()
        return [to_recorded(self.service, row) for row in rows]

    def at(self, position: Position) -> Recorded | None:
        """As ``Store.at``."""
        found = self.read(position.partition, position.position - 1, 1)
        return found[0] if found and found[0].position == position.position else None

    def read_stream(self, stream: str, after: int = 0, *, until: datetime | None = None) -> list[Recorded]:
        """As ``Streams.read_stream``."""
        with self._database.connection() as db:
            return PostgresStreams(db, self.service).read_stream(stream, after, until=until)

    def histories(self, known: Mapping[str, int], fingerprint: str) -> Mapping[str, History]:
        """As ``Streams.histories``."""
        with self._database.connection() as db:
            return PostgresStreams(db, self.service).histories(known, fingerprint)

    def answered(self, caller: str, key: str) -> Answer | None:
        """As ``Streams.answered``."""
        with self._database.connection() as db:
            return PostgresStreams(db, self.service).answered(caller, key)

    def heads(self) -> dict[int, Head]:
        """As ``Store.heads``."""
        self.check()
        with self._database.connection() as db:
            rows = db.execute(HEADS).fetchall()
        return {partition: Head(position=position or 0, id=id_ or "") for partition, position, id_ in rows}

    def save_snapshot(self, stream: str, snapshot: Snapshot) -> None:
        """As ``Store.save_snapshot``."""
        with self._database.connection() as db:
            db.execute(_SAVE, (stream, snapshot.version, snapshot.fingerprint, snapshot.state))
        failpoint("snapshot-after-commit")

    def open(self, sealed: Iterable[Sealed]) -> dict[Sealed, Any]:
        """As ``Store.open``."""
        with self._database.connection() as db:
            return self._keys.open(db, sealed)

    def erase(self, person: str, scopes: Iterable[Scope], *, within: Transaction | None = None) -> None:
        """As ``Store.erase``."""
        with self._joining(within) as db:
            self._keys.erase(db, person, scopes)

    def discard(self, streams: Iterable[str], *, within: Transaction | None = None) -> None:
        """As ``Store.discard``."""
        with self._joining(within) as db:
            self._keys.discard(db, streams)

    def wait(self, after: Mapping[int, int], timeout: float) -> Mapping[int, Head] | None:
        """As ``Store.wait``: woken at once by this process, within some milliseconds by another."""
        self._notices.listen()
        return self._bell.wait(self.heads, after, timeout)

    def rewrap(self) -> Iterator[Counts]:
        """Wrap persons' keys by the master key that another has wrapped: of some hundred more each time.

        Gives how many those were so far, how many were looked at, and of how many. When nothing is left of the other,
        the database is that of the master key.
        """
        self.check()
        after: KeyOf | None = None
        counts = (0, 0, 0)
        while True:
            with self._database.write() as connection:
                after, counts = self._keys.rewrap(raw_of(connection), after, counts)
                if after is None:
                    raw_of(connection).execute(_MARK, (mark_of(self._master_key),))
            yield counts
            if after is None:
                return

    def compact(self) -> None:
        """Rewrite what held keys and states, so that what was destroyed is on no page of them."""
        with self._database.patient() as db:
            db.execute("VACUUM (FULL) person_keys, event_keys, snapshots")

    def close(self) -> None:
        """As ``Store.close``."""
        self._notices.close()
        self._database.close()

    def _ring(self) -> None:
        self._bell.ring()
        self._notices.send()

    def _now(self) -> datetime | None:
        return None if self._clock is None else from_micros(self._clock())

    @contextmanager
    def _joining(self, within: Transaction | None) -> Iterator[Raw]:
        if isinstance(within, PostgresTransaction):
            yield within.raw
        else:
            with self.transaction() as transaction:
                assert isinstance(transaction, PostgresTransaction)  # noqa: S101 - for the type checker
                yield transaction.raw


_MARK = "UPDATE meta SET value = %s WHERE name = 'master'"
_SAVE = """
    INSERT INTO snapshots AS kept (stream, version, fingerprint, state) VALUES (%s, %s, %s, %s)
    ON CONFLICT (stream)
    DO UPDATE SET version = excluded.version, fingerprint = excluded.fingerprint, state = excluded.state
    WHERE excluded.version > kept.version OR excluded.fingerprint <> kept.fingerprint
"""


def _in_the_way(error: Unavailable) -> bool:
    cause = error.__cause__
    return isinstance(cause, psycopg.Error) and cause.sqlstate in OTHERS_IN_THE_WAY
