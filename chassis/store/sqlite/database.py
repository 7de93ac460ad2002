"""Connections to one SQLite file: many that read, one that writes, and the lock between writers.

WAL lets readers go on while one writes. Writers of all processes queue at ``flock`` on a file beside the database:
SQLite's own waiting is unfair (one of several writers can starve), and ``fcntl`` locks would let two threads of one
process in. Each acquisition has a descriptor of its own.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool, StaticPool

from chassis.errors import Unavailable

Row = tuple[Any, ...]
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA cache_size=-2000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
)
_MACHINE = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the database is read-only",
    sqlite3.SQLITE_IOERR: "the disk reports errors",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_BUSY: "the database is locked by another program",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file is not a database",
}
_CODES = {
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EDQUOT: sqlite3.SQLITE_FULL,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.EACCES: sqlite3.SQLITE_CANTOPEN,
    errno.EPERM: sqlite3.SQLITE_CANTOPEN,
    errno.ENOENT: sqlite3.SQLITE_CANTOPEN,
}
"""What the system says of the lock file beside it → what SQLite would say."""


class _Connection(sqlite3.Connection):
    """A connection whose transactions are begun and ended here, by name, and never by SQLAlchemy."""

    def commit(self) -> None:
        """Not now."""

    def rollback(self) -> None:
        """Not now."""


class Database:
    """One SQLite file. Make it after a fork: connections are not shared between processes."""

    def __init__(self, path: Path, readers: int = 8) -> None:
        self.path = path
        self._lock_path = path.with_name(path.name + ".lock")
        with self._told(), self._lock():
            self._writer = _connect(path)
        self._writing = _engine(lambda: self._writer, poolclass=StaticPool)
        self._reading = _engine(
            lambda: _connect(path), poolclass=QueuePool, pool_size=readers, max_overflow=-1, pool_reset_on_return=None
        )

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The writing connection inside ``BEGIN IMMEDIATE``: committed at the end, rolled back by an exception."""
        with self._told(), self._lock():
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
            finally:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    @contextmanager
    def joined(self) -> Iterator[sa.Connection]:
        """SQLAlchemy over the transaction that ``write`` has begun."""
        with self._writing.connect() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for single statements that read."""
        with self._told():
            connection = self._reading.raw_connection()
            try:
                yield connection.driver_connection  # type: ignore[misc]
            finally:
                connection.close()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view of the database, for queries."""
        with self._told(), self._reading.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("ROLLBACK")

    def script(self, sql: str) -> None:
        """Run statements that may be run again, each by itself."""
        with self._told(), self._lock():
            self._writer.executescript(sql)

    def compact(self) -> None:
        """Write the file anew without free pages, and empty the log: what was deleted is on no page any more."""
        with self._lock():
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.execute("VACUUM")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection."""
        self._reading.dispose()
        self._writing.dispose()
        self._writer.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the machine is to blame for, not the statement, is Unavailable."""
        try:
            yield
        except (sqlite3.DatabaseError, sa.exc.DatabaseError) as error:
            cause = error.orig if isinstance(error, sa.exc.DatabaseError) else error
            code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code not in _MACHINE:
                raise
            raise self._unavailable(code) from error

    def _unavailable(self, code: int) -> Unavailable:
        return Unavailable("store-unavailable", reason=_MACHINE[code], told=f"{self.path}: {_MACHINE[code]}")

    @contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unavailable(_CODES.get(error.errno or 0, sqlite3.SQLITE_IOERR)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=256, factory=_Connection
    )
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    return connection


def _engine(creator: Any, **options: Any) -> sa.Engine:
    return sa.create_engine("sqlite://", creator=creator, **options)
