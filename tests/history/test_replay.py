"""A history is replayed: all of it, or as it was known at a moment, by anybody's fold and by the services' own."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest

from chassis.recorded import Metadata, Position, Recorded
from history.errors import HistoryError, Interrupted
from history.folder import Folder
from history.replay import History
from tests.history.origins import BEGAN, EVERY, EXAMPLES, KARIN, Origin, pull, pulled

SUBMITTED = datetime(2026, 3, 1, 12, tzinfo=UTC)
SUPPORTED = datetime(2026, 5, 2, 12, tzinfo=UTC)
TOLD_LATE = datetime(2026, 6, 3, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return pulled(tmp_path_factory.mktemp("replayed") / "history", 200)


@pytest.fixture
def whole(path):
    return History.open(path)


@pytest.fixture
def told(path):
    folder = Folder(path)
    return [each for part in folder.manifest().parts for each in folder.told(part) if isinstance(each, Recorded)]


def ids(events):
    return [each.id for each in events]


def test_all_events_come_in_the_order_in_which_they_were_recorded(whole, told):
    in_order = sorted(told, key=lambda each: (each.recorded_at, each.service, each.partition, each.position))
    assert ids(whole.events()) == ids(in_order)


def test_events_of_a_type_of_a_time_and_of_a_stream(whole, told):
    name = told[0].type
    since, until = BEGAN + EVERY * 20, BEGAN + EVERY * 90
    assert set(ids(whole.events(types=[name]))) == {each.id for each in told if each.type == name}
    assert set(ids(whole.events(since=since, until=until))) == {
        each.id for each in told if since <= each.recorded_at <= until
    }
    assert ids(whole.events(stream=told[3].stream)) == [told[3].id]
    assert set(ids(whole.events(sources=["experiments"]))) == {e.id for e in told if e.service == "experiments"}


@pytest.mark.parametrize("name", ["idea-submited.v1", "idea-submitted"])
def test_a_type_that_there_is_none_of_is_refused(whole, name):
    with pytest.raises(HistoryError, match=f"{name}: is no event of this release"):
        whole.replay(lambda count, _: count + 1, 0, types=[name])


def test_as_of_a_moment_is_what_was_recorded_by_then_that_very_moment_included(whole, told):
    moment = BEGAN + EVERY * 33
    assert set(ids(whole.as_of(moment).events())) == {each.id for each in told if each.recorded_at <= moment}
    before = moment - timedelta(microseconds=1)
    assert set(ids(whole.as_of(before).events())) == {each.id for each in told if each.recorded_at < moment}


def test_as_of_by_when_it_happened_includes_what_was_recorded_later(whole, told):
    assert set(ids(whole.as_of(BEGAN, by="occurred_at").events())) == {e.id for e in told if e.happened_at <= BEGAN}


def test_a_day_is_meant_to_its_end_in_utc(whole, told):
    assert set(ids(whole.as_of("2026-02-01").events())) == {
        each.id for each in told if each.recorded_at < datetime(2026, 2, 2, tzinfo=UTC)
    }


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2999-01-01", "is in the future"),
        ("yesterday", "is no day"),
        ("2026-13-01", "is no day"),
        ("2026-02-01T12:00:00", "has no time zone"),
        (datetime(2026, 2, 1), "has no time zone"),
    ],
)
def test_a_moment_that_is_none_is_refused(whole, moment, said):
    with pytest.raises(HistoryError, match=said):
        whole.as_of(moment)


def test_as_far_as_positions_and_nothing_of_other_partitions(whole, told):
    ends = [Position("ideas", 0, 17), Position("experiments", 1, 3)]
    seen = whole.as_far_as(ends)
    assert set(ids(seen.events())) == {
        e.id for e in told if any((e.service, e.partition) == (at.service, at.partition) and e.at <= at for at in ends)
    }
    assert seen.positions == (Position("experiments", 1, 3), Position("ideas", 0, 17))


@pytest.mark.parametrize("at", [Position("ideas", 0, 201), Position("ideas", 9, 1), Position("coffee", 0, 1)])
def test_a_position_that_was_not_pulled_is_refused(whole, at):
    with pytest.raises(HistoryError, match=f"{at}: was not pulled yet"):
        whole.as_far_as([at])


def test_events_as_columns_are_the_same_events_in_the_same_order(whole, told):
    table = whole.to_arrow()
    assert table.column("id").to_pylist() == ids(whole.events())
    assert set(whole.to_arrow(types=[told[0].type]).column("type").to_pylist()) == {told[0].type}
    assert whole.as_of("2026-01-01").to_arrow().column_names == table.column_names


def test_any_fold_can_be_replayed(whole, told):
    assert whole.replay(lambda count, _: count + 1, 0) == len(told)
    kinds = whole.replay(lambda seen, each: seen | {each.type}, frozenset(), types=[told[0].type])
    assert kinds == {told[0].type}


def test_a_fold_that_raises_is_told_with_the_event(whole, told):
    def fold(count, recorded):
        if count == 7:
            raise ZeroDivisionError("by coffee")
        return count + 1

    with pytest.raises(Interrupted, match="the fold raised ZeroDivisionError: by coffee") as interrupted:
        whole.replay(fold, 0)
    assert interrupted.value.recorded.id == ids(whole.events())[7]
    assert str(interrupted.value.recorded.at) in str(interrupted.value)


def test_a_read_model_that_there_is_none_of_is_told_with_those_that_there_are(whole):
    with pytest.raises(HistoryError, match=r"coffee_board: is no read model; there are .*failure_wall"):
        whole.read_model("coffee_board")


@pytest.fixture
def idea(tmp_path):
    """An idea that somebody submits in March and supports in May; a comment of April was imported in June."""
    example = {path.name.removesuffix(".json"): json.loads(path.read_text()) for path in EXAMPLES}
    idea_id = example["idea-submitted.v1"]["idea_id"]

    def event(position, type_, at, occurred_at=None):
        return Recorded(
            id=f"event-{position}",
            service="ideas",
            partition=0,
            position=position,
            stream=f"idea-{idea_id}",
            version=position,
            type=type_,
            data=json.dumps(example[type_] | {"idea_id": idea_id}).encode(),
            metadata=Metadata(by=KARIN),
            recorded_at=at,
            occurred_at=occurred_at,
        )

    told = [
        event(1, "idea-submitted.v1", SUBMITTED),
        event(2, "idea-supported.v1", SUPPORTED),
        event(3, "comment-added.v1", TOLD_LATE, datetime(2026, 4, 1, tzinfo=UTC)),
    ]
    path = tmp_path / "history"
    pull(Folder(path), Origin("ideas", {0: told}))
    return History.open(path), idea_id


def test_a_read_model_is_replayed_as_it_was_known_at_a_moment(idea):
    history, idea_id = idea
    assert history.as_of("2026-02-01").read_model("idea_board").rows == {}
    assert history.as_of("2026-03-01").read_model("idea_board").rows[idea_id].supporters == 0
    board = history.as_of(SUPPORTED).read_model("idea_board")
    assert (board.rows[idea_id].supporters, board.rows[idea_id].comments) == (1, 0)
    assert history.read_model("idea_board").rows[idea_id].comments == 1


def test_what_had_happened_is_another_question_than_what_was_known(idea):
    history, idea_id = idea
    assert history.as_of("2026-04-15").read_model("idea_board").rows[idea_id].comments == 0
    assert history.as_of("2026-04-15", by="occurred_at").read_model("idea_board").rows[idea_id].comments == 1


def test_a_read_model_tells_the_positions_that_it_is_of(idea):
    history, _ = idea
    assert history.read_model("idea_board").positions == (Position("ideas", 0, 3),)


def test_as_of_a_moment_it_is_told_up_to_which_positions_it_was_known_then(idea):
    history, _ = idea
    assert history.as_of("2026-02-01").positions == (Position("ideas", 0, 0),)
    assert history.as_of(SUPPORTED).positions == (Position("ideas", 0, 2),)
    assert history.as_of(SUPPORTED).read_model("idea_board").positions == (Position("ideas", 0, 2),)


def test_the_difference_between_two_moments(idea):
    history, idea_id = idea
    came = history.diff("idea_board", "2026-02-01", "2026-03-01")
    assert (came.came.keys(), came.went, came.changed) == ({idea_id}, {}, {})
    changed = history.diff("idea_board", "2026-03-01", "2026-06-30")
    before, after = changed.changed[idea_id]
    assert dataclasses.replace(before, supporters=1, comments=1) == after
