"""What a query reads with, and what it has read: positions, versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from chassis.command import Caller
from chassis.decider import Decider, States
from chassis.processing import registry
from chassis.processing.read_model import ReadModel
from chassis.processing.rows import Rows
from chassis.recorded import Position, Recorded
from chassis.store.protocol import Store

R = TypeVar("R")
S = TypeVar("S")


class Read:
    """The reading side of one query. Everything from read models is of one moment."""

    def __init__(self, caller: Caller, store: Store, memory: States, stack: ExitStack) -> None:
        self.caller = caller
        self.now = datetime.now(UTC)
        self._store = store
        self._memory = memory
        self._stack = stack
        self._connection: sa.Connection | None = None
        self._positions: dict[tuple[str, int], int] = {}
        self._streams: set[str] = set()
        self._more = False
        self._version: int | None = None

    @property
    def store(self) -> Store:
        """The store itself, for what else there is to read."""
        self._more = True
        return self._store

    def rows(self, model: ReadModel[R]) -> Rows[R]:
        """The rows of a read model; Unavailable while it is built for the first time."""
        self._more = True
        if self._connection is None:
            self._connection = self._stack.enter_context(self._store.reading())
        serving = registry.serving(self._connection, model)
        self._seen(serving.positions)
        return registry.rows(self._connection, model, serving)

    def state(self, decider: Decider[S], subject: str) -> S | None:
        """What a rule would see of an aggregate now; None if nothing happened to it."""
        return self.states(decider, [subject])[subject]

    def states(self, decider: Decider[S], subjects: Iterable[str]) -> Mapping[str, S | None]:
        """What a rule would see of several aggregates, read at once."""
        streams = {decider.stream(subject): subject for subject in subjects}
        self._streams.update(streams)
        found = self._memory.load_all(self._store, decider, streams)
        for stream, (state, version) in found.items():
            if version:
                self._memory.keep(stream, state, version)
        return {subject: found[stream][0] for stream, subject in streams.items()}

    def events(self, decider: Decider[Any], subject: str, as_of: datetime | None = None) -> list[Recorded]:
        """All that happened to an aggregate, until ``as_of`` if given; its version becomes the answer's ETag."""
        stream = decider.stream(subject)
        self._streams.add(stream)
        found = self._store.read_stream(stream, until=as_of)
        if found:
            self._version = found[-1].version if self._version is None else self._version
            self._seen([found[-1].at])
        return found

    @property
    def version(self) -> int | None:
        """Of the aggregate that the answer is about; None of an answer about several."""
        return self._version

    @property
    def one_stream(self) -> bool:
        """Whether nothing but the history of that aggregate was read."""
        return len(self._streams) == 1 and not self._more

    @property
    def positions(self) -> list[Position]:
        """The positions that the answer is of."""
        return [Position(*place, position) for place, position in sorted(self._positions.items())]

    def _seen(self, positions: Iterable[Position]) -> None:
        for at in positions:
            place = (at.service, at.partition)
            self._positions[place] = max(at.position, self._positions.get(place, 0))
