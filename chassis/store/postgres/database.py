"""Connections to one PostgreSQL database: a pool with a limit, shared by the threads of one process.

Each is in autocommit: a single statement is a transaction, and one of several begins and ends here, by name. One that
the server has closed meanwhile is noticed when it is taken from the pool, without asking the server.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import psycopg
import sqlalchemy as sa
from psycopg.abc import Buffer
from psycopg.adapt import Loader

from chassis.errors import Unavailable
from chassis.store.postgres.addresses import place_of
from chassis.store.postgres.connections import Connections, Held, Raw
from chassis.store.postgres.failures import told

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
    """One PostgreSQL database. Make it after a fork: connections are not shared between processes.

    Raises WrongStore for an address that cannot be read.
    """

    def __init__(self, address: str, connections: int) -> None:
        self._address = address
        self._place = place_of(address)
        self._connections = Connections(self.connect, connections)
        self._views = threading.BoundedSemaphore(max(1, connections // 2))

    @contextmanager
    def connection(self) -> Iterator[Raw]:
        """A connection for single statements, each a transaction of its own."""
        with told(self._place), self._connections.taken(_PATIENCE) as held:
            yield held.raw

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view of the database, for queries.

        Half of the connections at most: who has one may ask for something else meanwhile, over another.
        """
        with self._viewing(), self._begun("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction: committed at the end of the block, rolled back by an exception."""
        with self._begun("BEGIN ISOLATION LEVEL READ COMMITTED") as connection:
            yield connection

    @contextmanager
    def _viewing(self) -> Iterator[None]:
        if not self._views.acquire(timeout=_PATIENCE):
            raise Unavailable("store-unavailable", reason="too many are reading in this process")
        try:
            yield
        finally:
            self._views.release()

    def close(self) -> None:
        """Close every connection."""
        self._connections.close()

    @contextmanager
    def _begun(self, begin: str) -> Iterator[sa.Connection]:
        with told(self._place), self._connections.taken(_PATIENCE) as held, _ended(held):
            connection = held.joined()  # before it begins: SQLAlchemy sets a connection up the first time
            held.raw.execute(begin)
            yield connection
            held.raw.execute("COMMIT")

    @contextmanager
    def patient(self) -> Iterator[Raw]:
        """A connection of its own for what may take long."""
        with told(self._place), self.connect() as connection:
            connection.execute("SELECT set_config('statement_timeout', '0', false)")
            yield connection

    def connect(self) -> Raw:
        """A connection of its own, outside the pool; raises psycopg's errors."""
        connection = psycopg.connect(
            self._address, autocommit=True, connect_timeout=int(_PATIENCE), application_name="nyfiken"
        )
        connection.adapters.register_loader("json", _Bytes)
        connection.execute(f"SELECT {_SET}")
        return connection


@contextmanager
def _ended(held: Held) -> Iterator[None]:
    """Roll back what was not committed; a connection that is lost has done so itself."""
    try:
        yield
    finally:
        if not held.raw.closed and held.raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            held.raw.execute("ROLLBACK")


def raw_of(connection: sa.Connection) -> Raw:
    """The driver's connection behind SQLAlchemy's."""
    return cast(Raw, connection.connection.driver_connection)
