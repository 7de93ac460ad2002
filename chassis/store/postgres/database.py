"""Connections to one PostgreSQL database: a pool with a limit, shared by the threads of one process.

Each is in autocommit: a single statement is a transaction, and one of several begins and ends here, by name. One that
the server has closed meanwhile is noticed when it is taken from the pool, without asking the server.
"""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from psycopg.abc import Buffer
from psycopg.adapt import Loader

from chassis.store.postgres.failures import told

Raw = psycopg.Connection[tuple[Any, ...]]
_PATIENCE = 5.0
"""Seconds that are waited for a connection: to be made, or to be free."""
_SETTINGS = {
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "10s",  # as long as a lease: who sleeps holds up those who took his over
    "timezone": "UTC",
}
_SET = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in _SETTINGS.items())


class _Bytes(Loader):
    """JSON as it was written, not as it is understood."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


class Database:
    """One PostgreSQL database. Make it after a fork: connections are not shared between processes."""

    def __init__(self, address: str, connections: int) -> None:
        self._address = address
        self._engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=self.connect,
            isolation_level="AUTOCOMMIT",
            pool_size=connections,
            max_overflow=0,
            pool_timeout=_PATIENCE,
            pool_use_lifo=True,
        )
        sa.event.listen(self._engine, "checkout", _must_live)

    @contextmanager
    def connection(self) -> Iterator[Raw]:
        """A connection for single statements, each a transaction of its own."""
        with told():
            connection = self._engine.raw_connection()
            try:
                yield cast(Raw, connection.driver_connection)
            finally:
                connection.close()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view of the database, for queries."""
        with self._begun("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction: committed at the end of the block, rolled back by an exception."""
        with self._begun("BEGIN ISOLATION LEVEL READ COMMITTED") as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _begun(self, begin: str) -> Iterator[sa.Connection]:
        with told(), self._engine.connect() as connection:
            raw = raw_of(connection)
            raw.execute(begin)
            try:
                yield connection
                raw.execute("COMMIT")
            finally:
                _end(raw)

    def connect(self) -> Raw:
        """A connection of its own, outside the pool; raises psycopg's errors."""
        connection = psycopg.connect(
            self._address, autocommit=True, connect_timeout=int(_PATIENCE), application_name="nyfiken"
        )
        connection.adapters.register_loader("json", _Bytes)
        connection.execute(f"SELECT {_SET}")
        return connection


def raw_of(connection: sa.Connection) -> Raw:
    """The driver's connection behind SQLAlchemy's."""
    return cast(Raw, connection.connection.driver_connection)


def _end(raw: Raw) -> None:
    """Roll back what was not committed; a connection that is lost has done so itself."""
    if not raw.closed and raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        raw.execute("ROLLBACK")


def _must_live(connection: Raw, record: object, proxy: object) -> None:
    """Nothing comes unasked over a connection that is idle but its end; then the others have ended too."""
    if connection.closed or _readable(connection.fileno()):
        raise sa.exc.InvalidatePoolError


def _readable(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
