"""What every read model must pass, and how a fold is tried without a database. A read model is added by one subclass::

    HISTORY = History("ideas")                      # whose read model it is; each event a minute after the one before
    HISTORY.add("ideas", "idea-1", IdeaSubmitted(…), IdeaSupported(…))
    HISTORY.add("experiments", "experiment-7", ExperimentStarted(…), ExperimentFailed(…))
    HISTORY.add("ideas", "idea-1", IdeaTestConcluded(…))

    class TestIdeaStory(ReadModelSuite):
        model = IDEA_STORY
        history = HISTORY

It is then replayed, rebuilt, started with any event and shuffled. Rows written by hand are compared with ``folded``;
``dealt`` puts the events in another order, a letter for the next event of that stream, and may stop before the end::

    def test_an_experiment_may_be_heard_of_before_its_idea():
        events = HISTORY.dealt("ee i", i="idea-1", e="experiment-7")
        assert folded(IDEA_STORY, events) == {"idea-1/experiment-7@1": StoryRow(…), …}

The id of an event is ``<stream>@<version>``. Times: ``HISTORY.events[n].recorded_at``, from ``BEGINNING`` on.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.processing.read_model import ReadModel
from chassis.processing.registry import rows, start_generation
from chassis.recorded import Metadata, Recorded, to_micros
from chassis.service import Service
from chassis.store.protocol import Append, Change, Head, NewEvent
from chassis.store.sqlite import SqliteStore
from chassis.worker import Worker
from contracts.event import encode

R = TypeVar("R")
BEGINNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class History:
    """Recorded events of one or more services, as the read models of ``service`` get them.

    Personal values of its own events are references; in the events of others they are missing, as from a feed.
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self.events: list[Recorded] = []
        self._told: dict[str, list[object]] = defaultdict(list)

    def add(
        self, service: str, stream: str, *events: object, by: str = "somebody", occurred_at: datetime | None = None
    ) -> list[Recorded]:
        """Let these happen, a minute apart; gives them as they were recorded."""
        return [self._record(service, stream, happening, by, occurred_at) for happening in events]

    def dealt(self, order: str, **streams: str) -> list[Recorded]:
        """The events in another order: each letter is the next event of the stream it names, spaces are passed over."""
        waiting = {letter: iter(self.of(stream)) for letter, stream in streams.items()}
        return [next(waiting[letter]) for letter in order if not letter.isspace()]

    def of(self, stream: str) -> list[Recorded]:
        """The events of one stream."""
        return [recorded for recorded in self.events if recorded.stream == stream]

    def services(self) -> list[str]:
        """Whose events there are."""
        return list(dict.fromkeys(recorded.service for recorded in self.events))

    def told(self, recorded: Recorded) -> object:
        """The event as it was given to ``add``, personal values and all."""
        return self._told[recorded.stream][recorded.version - 1]

    def _record(self, service: str, stream: str, happening: object, by: str, occurred_at: datetime | None) -> Recorded:
        self._told[stream].append(happening)
        version = len(self._told[stream])
        name, data, secrets = encode(happening)
        made = Recorded(
            id=f"{stream}@{version}",
            service=service,
            partition=0,
            position=1 + sum(recorded.service == service for recorded in self.events),
            stream=stream,
            version=version,
            type=name,
            data=data,
            metadata=Metadata(by=by),
            recorded_at=BEGINNING + len(self.events) * timedelta(minutes=1),
            occurred_at=occurred_at,
            sealed=bool(secrets) and service == self.service,
        )
        self.events.append(made)
        return made


def folded(model: ReadModel[R], events: Iterable[Recorded]) -> dict[str, R]:
    """The rows after these events, by key; those that the read model does not subscribe to are passed over."""
    made: dict[str, R | None] = {}
    for recorded, key in _concerned(model, events):
        made[key] = model.fold(made.get(key), recorded, key)
    return {key: row for key, row in made.items() if row is not None}


def shuffled(events: Sequence[Recorded]) -> st.SearchStrategy[list[Recorded]]:
    """The events in every order that keeps each stream's own."""

    def deal(streams: Sequence[str]) -> list[Recorded]:
        waiting = {stream: iter([r for r in events if r.stream == stream]) for stream in set(streams)}
        return [next(waiting[stream]) for stream in streams]

    return st.permutations([recorded.stream for recorded in events]).map(deal)


class ReadModelSuite:
    """What ``chassis.processing.read_model.ReadModel`` promises, tried on a history."""

    model: ClassVar[ReadModel[Any]]
    history: ClassVar[History]

    @pytest.fixture
    def stage(self, tmp_path: Path) -> Iterable[_Stage]:
        """A database and a worker that has only this read model."""
        stage = _Stage(tmp_path / "kept.sqlite", self.model, self.history)
        yield stage
        stage.close()

    def test_the_history_has_every_event_it_subscribes_to(self) -> None:
        missing = self.model.types - {recorded.type for recorded in self.history.events}
        assert not missing, f"add {sorted(missing)} to the history, so that what they do to a row is tried"

    def test_replayed_all_at_once_it_gives_the_rows_that_were_folded(self, stage: _Stage) -> None:
        stage.tell(self.history.events)
        stage.worker.catch_up()
        assert stage.rows() == folded(self.model, self.history.events)

    def test_replayed_event_by_event_it_gives_the_same_rows(self, stage: _Stage) -> None:
        for recorded in self.history.events:
            stage.tell([recorded])
            stage.worker.catch_up()
        assert stage.rows() == folded(self.model, self.history.events)

    def test_rebuilt_it_gives_the_same_rows(self, stage: _Stage) -> None:
        stage.tell(self.history.events)
        stage.worker.catch_up()
        before = stage.rows()
        stage.rebuild()
        assert stage.rows() == before

    def test_a_row_of_several_streams_may_start_with_any_event(self) -> None:
        shared = _rows_of_several_streams(self.model, self.history.events)
        for recorded, key in _concerned(self.model, self.history.events):
            if key in shared:
                assert self.model.fold(None, recorded, key) is not None, f"{recorded} makes no row"

    def test_in_every_order_that_keeps_each_streams_own_it_gives_the_same_rows(self) -> None:
        expected = folded(self.model, self.history.events)

        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
        @given(shuffled(self.history.events))
        def try_it(events: list[Recorded]) -> None:
            assert folded(self.model, events) == expected

        try_it()


def _concerned(model: ReadModel[Any], events: Iterable[Recorded]) -> Iterable[tuple[Recorded, str]]:
    for recorded in events:
        if recorded.service in model.sources and recorded.type in model.types:
            yield from ((recorded, key) for key in model.keys(recorded))


def _rows_of_several_streams(model: ReadModel[Any], events: Iterable[Recorded]) -> set[str]:
    streams = Counter(key for key, _ in {(key, recorded.stream) for recorded, key in _concerned(model, events)})
    return {key for key, count in streams.items() if count > 1}


class _Stage:
    """A database with one read model, and what is told to it: its own events in its store, others' as a source."""

    def __init__(self, path: Path, model: ReadModel[Any], history: History) -> None:
        self._history = history
        self._model = model
        self._now = to_micros(BEGINNING)
        self._store = SqliteStore(path, history.service, master_key=bytes(32), clock=lambda: self._now)
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

    def rows(self) -> dict[str, Any]:
        """What is served."""
        with self._store.reading() as connection:
            serving = rows(connection, self._model)
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

    def read(self, partition: int, after: int, limit: int = 500) -> list[Recorded]:
        return self.events[after : after + limit]

    def wait(self, after: Mapping[int, int], timeout: float) -> bool:
        return len(self.events) > after.get(0, 0)

    def close(self) -> None:
        return
