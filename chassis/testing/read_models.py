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

``kept(IDEA_STORY, HISTORY, open_store)`` gives the ``Rows`` of a database, to try queries on. ``open_store``, a fixture
that the tests have, is a ``chassis.testing.stage.OpenStore`` of one kind of store or of each.

The id of an event is ``<stream>@<version>``. Times: ``HISTORY.events[n].recorded_at``, from ``BEGINNING`` on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.processing.read_model import ReadModel
from chassis.recorded import Recorded
from chassis.testing.history import BEGINNING, History
from chassis.testing.stage import OpenStore, Stage, kept

__all__ = ["BEGINNING", "History", "ReadModelSuite", "folded", "kept", "shuffled"]
R = TypeVar("R")


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
    def stage(self, open_store: OpenStore) -> Iterator[Stage]:
        """A database and a worker that has only this read model."""
        stage = Stage(open_store, self.model, self.history)
        yield stage
        stage.close()

    def test_the_history_has_every_event_it_subscribes_to(self) -> None:
        missing = self.model.types - {recorded.type for recorded in self.history.events}
        assert not missing, f"add {sorted(missing)} to the history, so that what they do to a row is tried"

    def test_replayed_all_at_once_it_gives_the_rows_that_were_folded(self, stage: Stage) -> None:
        stage.tell(self.history.events)
        stage.worker.catch_up()
        assert stage.rows() == folded(self.model, self.history.events)

    def test_replayed_event_by_event_it_gives_the_same_rows(self, stage: Stage) -> None:
        for recorded in self.history.events:
            stage.tell([recorded])
            stage.worker.catch_up()
        assert stage.rows() == folded(self.model, self.history.events)

    def test_rebuilt_it_gives_the_same_rows(self, stage: Stage) -> None:
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
