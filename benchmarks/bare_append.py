"""The floor of an append: the database's own function, called by psycopg with parameters made beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from benchmarks.ours import SERVICE, Place, an_append
from chassis.store.postgres.appending import append
from chassis.store.postgres.keys import Keys


class BareAppends:
    """Calls the function, with what our own code would give it for so many events of a new stream."""

    def __init__(self, place: Place, events: int, per_block: int) -> None:
        self._connection = psycopg.connect(place.postgres, autocommit=True)
        self._keys = Keys(place.process().keys.master)
        self._partitions, self._events, self._per_block = place.store().partitions, events, per_block
        self._ready: list[_Call] = []

    def refill(self) -> None:
        """What is to be called."""
        self._ready += [self._made() for _ in range(self._per_block - len(self._ready))]

    def once(self) -> None:
        """One call."""
        call = self._ready.pop() if self._ready else self._made()
        self._connection.execute(call.query, call.parameters).fetchone()

    def _made(self) -> _Call:
        call = _Call()
        append(call, SERVICE, self._partitions, self._keys, an_append(self._events), None)  # type: ignore[arg-type]
        return call


class _Call:
    """Stands for a connection, and keeps what it would be told."""

    query: str
    parameters: Sequence[Any]

    def execute(self, query: str, parameters: Sequence[Any]) -> _Call:
        self.query, self.parameters = query, parameters
        return self

    def fetchone(self) -> tuple[list[Any]]:
        return ([],)
