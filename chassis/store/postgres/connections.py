"""A pool of connections with a limit; the one given back last is taken first.

Ours and not SQLAlchemy's, for its pool costs a third of an append: what is pooled is the driver's connection, and
SQLAlchemy's over it is made once and kept beside it.
"""

from __future__ import annotations

import contextlib
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

from chassis.errors import Unavailable

Raw = psycopg.Connection[tuple[Any, ...]]


class Held:
    """One connection: the driver's, and SQLAlchemy's over it once that was needed."""

    def __init__(self, raw: Raw, join: Callable[[Raw], sa.Connection]) -> None:
        self.raw = raw
        self._join = join
        self._joined: sa.Connection | None = None

    def joined(self) -> sa.Connection:
        """SQLAlchemy over whatever transaction was begun on it."""
        if self._joined is None:
            self._joined = self._join(self.raw)
        return self._joined

    def is_live(self) -> bool:
        """Whether the server has not ended it: nothing else comes unasked over a connection that is idle."""
        return not self.raw.closed and not _readable(self.raw.fileno())

    def rest(self) -> bool:
        """Let SQLAlchemy forget what it was used for; False if it can be used no more."""
        if self._joined is not None and not self.raw.closed:
            self._joined.rollback()
        return not self.raw.closed

    def close(self) -> None:
        """Close it; it may be broken."""
        with contextlib.suppress(psycopg.Error):
            self.raw.close()


class Connections:
    """Up to ``most`` connections at a time, each made by ``make``; for the threads of one process."""

    def __init__(self, make: Callable[[], Raw], most: int) -> None:
        self._make = make
        self._idle: list[Held] = []
        self._free = threading.BoundedSemaphore(most)
        self._joining = threading.local()
        self._engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=lambda: self._joining.raw,
            poolclass=sa.NullPool,
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,  # a transaction is ended by whoever began it; one that was lost cannot be
        )

    @contextmanager
    def taken(self, patience: float) -> Iterator[Held]:
        """One of them for the block; Unavailable if none is free within so many seconds. Raises what ``make`` does."""
        if not self._free.acquire(timeout=patience):
            raise Unavailable("store-unavailable", reason="all connections of this process are in use")
        try:
            held = self._live() or Held(self._make(), self._join)
            try:
                yield held
            finally:
                self._give_back(held)
        finally:
            self._free.release()

    def close(self) -> None:
        """Close those that nobody uses."""
        while held := self._popped():
            held.close()

    def _join(self, raw: Raw) -> sa.Connection:
        self._joining.raw = raw
        return self._engine.connect()

    def _live(self) -> Held | None:
        while held := self._popped():
            if held.is_live():
                return held
            held.close()
        return None

    def _popped(self) -> Held | None:
        try:
            return self._idle.pop()
        except IndexError:  # asked for first, another thread may be faster
            return None

    def _give_back(self, held: Held) -> None:
        if held.rest():
            self._idle.append(held)
        else:
            held.close()


def _readable(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
