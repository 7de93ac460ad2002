"""A made-up history in a real database, with a worker that folds it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from chassis.processing.read_model import ReadModel
from chassis.processing.registry import rows, start_generation
from chassis.processing.rows import Rows
from chassis.recorded import Recorded, to_micros
from chassis.service import Service
from chassis.store.protocol import Append, Change, Head, NewEvent, Store
from chassis.testing.history import BEGINNING, History
from chassis.worker import Worker

R = TypeVar("R")


class OpenStore(Protocol):
    """Opens an empty store of this service, another one each time."""

    def __call__(self, service: str, *, clock: Callable[[], int] | None = None) -> Store:
        """The clock gives microseconds since 1970."""


@contextmanager
def kept(model: ReadModel[R], history: History, open_store: OpenStore) -> Iterator[Rows[R]]:
    """The rows of this history in a database, to try queries on."""
    stage = Stage(open_store, model, history)
    stage.tell(history.events)
    stage.worker.catch_up()
    with stage.serving() as found:
        yield found
    stage.close()


class Stage:
    """A database with one read model, and what is told to it: its own events in its store, others' as a source."""

    def __init__(self, open_store: OpenStore, model: ReadModel[Any], history: History) -> None:
        self._history = history
        self._model = model
        self._now = to_micros(BEGINNING)
        self._store = open_store(history.service, clock=lambda: self._now)
        self._others = {name: _Told(name) for name in model.sources if name != history.service}
        service = Service(name=history.service, deciders=(), read_models=(model,), reactions=())
        self.worker = Worker(service, self._store, self._others, "the-worker")

    def tell(self, events: Iterable[Recorded]) -> None:
        """Let these be recorded, just as they were."""
        for recorded in events:
            if recorded.service == self._store.service:
                self._append(recorded)
            elif recorded.service in self._others:
                self._others[recorded.service].events.append(recorded)

    @contextmanager
    def serving(self) -> Iterator[Rows[Any]]:
        """What queries are answered from."""
        with self._store.reading() as connection:
            yield rows(connection, self._model)

    def rows(self) -> dict[str, Any]:
        """All rows by key."""
        with self.serving() as serving:
            found = serving.all(sa.select(serving.table))
        return {getattr(row, self._model.key_column): row for row in found}

    def rebuild(self) -> None:
        """Begin a new table, fill it, and serve it."""
        with self._store.transaction() as transaction:
            start_generation(transaction.connection, self._model)
        self.worker.catch_up()

    def close(self) -> None:
        """Give the database back."""
        self._store.close()

    def _append(self, recorded: Recorded) -> None:
        self._now = to_micros(recorded.recorded_at)
        event = NewEvent(
            id=recorded.id,
            event=self._history.told(recorded),
            metadata=recorded.metadata,
            occurred_at=recorded.occurred_at,
        )
        self._store.append(
            Append(changes=[Change(stream=recorded.stream, expected=recorded.version - 1, events=[event])])
        )


@dataclasses.dataclass(slots=True)
class _Told:
    """Another service's history, as far as it was told."""

    service: str
    events: list[Recorded] = dataclasses.field(default_factory=list)

    def heads(self) -> Mapping[int, Head]:
        return {0: Head(position=len(self.events), id=self.events[-1].id if self.events else "")}

    def ends(self) -> Mapping[int, int]:
        return {}

    def at(self, partition: int, position: int) -> Head | None:
        found = self.events[position - 1 : position]
        return Head(position=position, id=found[0].id) if found else None

    def read(self, partition: int, after: Head, limit: int = 500) -> list[Recorded]:
        return self.events[after.position : after.position + limit]

    def wait(self, after: Mapping[int, Head], timeout: float) -> bool:
        return len(self.events) > after.get(0, Head()).position

    def close(self) -> None:
        return
