"""A source was restored to an older moment: what a service has read of it is read again, and nothing answered twice."""

import dataclasses
from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis.processing import rewinding
from chassis.processing.checkpoints import checkpoints
from chassis.processing.parking import parked
from chassis.processing.reaction import Reaction, Then, answered_by
from chassis.processing.registry import generations, start_generation
from chassis.processing.rewinding import TooLate, begin, held, hold, not_begun, up_to
from chassis.processing.source import OwnStore
from chassis.service import Service
from chassis.store.protocol import Append, Head
from chassis.testing.happenings import COUNTER, CounterRaised
from chassis.testing.store_suite import raised
from chassis.worker import Worker
from tests.chassis.meanwhile import running, until
from tests.chassis.processing.tallies import FORGET, MIRROR, suite, tally
from tests.chassis.processing.test_reactions import append, mirrored
from tests.stores import sqlite_store

SEEN = sa.Table("seen", sa.MetaData(), sa.Column("event_id", sa.Text, primary_key=True))


def when_raised_say_how_many_came_before(recorded, memory):
    (before,) = memory.execute(sa.select(sa.func.count()).select_from(SEEN)).one()
    memory.execute(sa.insert(SEEN), {"event_id": recorded.id})
    yield Then(decider=COUNTER, subject=f"mirror-{recorded.subject}", decide=lambda _: [CounterRaised(by=before)])


COUNTING = Reaction(
    name="counting",
    sources=("suite",),
    on=(CounterRaised,),
    then=when_raised_say_how_many_came_before,
    remembers=(SEEN,),
    from_the_beginning=True,
)
HEARING = Service(name="listener", deciders=(COUNTER,), read_models=(tally(),), reactions=(MIRROR, COUNTING))


@pytest.fixture
def owner(tmp_path):
    """What the service hears of; ``restored`` is what becomes of it."""
    store = sqlite_store(tmp_path / "owner", "suite")()
    yield store
    store.close()


@pytest.fixture
def restored(tmp_path):
    store = sqlite_store(tmp_path / "restored", "suite")()
    yield store
    store.close()


@pytest.fixture
def hear(listener):
    """Lets the service apply all that a store has."""

    def hear(store, service=HEARING):
        Worker(service, listener, {"suite": OwnStore(store)}, "w1").catch_up()

    return hear


def past_of(store):
    return lambda place, position: up_to(OwnStore(store), place[1], position)


def rewind(service, store, source, since):
    return rewinding.rewind(service, store, source, since, past_of(source._store))


def moment(store):
    """When the last of it was recorded."""
    return store.read(0, store.heads()[0].position - 1, 1)[0].recorded_at


def position(store, processor):
    with store.reading() as db:
        return checkpoints(db, processor)["suite", 0].position


def answers(listener, rule):
    return [r.event.by for r in listener.read(0, 0) if r.metadata.by == rule]


def restore(owner, restored, events):
    """The first so many, and what is recorded since: those that came later are lost."""
    restored.restore(owner.read(0, 0, events))
    return moment(restored)


def test_what_was_answered_is_not_answered_again_and_what_is_new_is(owner, restored, listener, hear):
    append(owner, "counter-a", 0, CounterRaised(by=1), CounterRaised(by=2))
    hear(owner)
    append(owner, "counter-a", 2, CounterRaised(by=3))  # lost
    hear(owner)
    then = restore(owner, restored, 2)
    append(restored, "counter-a", 2, CounterRaised(by=4), CounterRaised(by=5))
    done = {(each.processor, each.before, each.after) for each in rewind(HEARING, listener, OwnStore(restored), then)}
    assert done == {("mirror", 3, 2), ("counting", 3, 2), ("tally_v1", 3, 0)}
    hear(restored)
    assert answers(listener, "mirror") == [1, 2, 3, 4, 5]


def test_a_rule_that_remembers_forgets_what_is_lost_and_tells_nothing_again(owner, restored, listener, hear):
    append(owner, "counter-a", 0, *[CounterRaised()] * 4)
    hear(owner)
    assert answers(listener, "counting") == [0, 1, 2, 3]
    then = restore(owner, restored, 2)
    append(restored, "counter-a", 2, CounterRaised())
    rewind(HEARING, listener, OwnStore(restored), then)
    hear(restored)
    assert answers(listener, "counting") == [0, 1, 2, 3, 2]
    with listener.reading() as db:
        assert set(db.execute(sa.select(SEEN.c.event_id)).scalars()) == {r.id for r in restored.read(0, 0)}


def test_rewound_twice_before_it_has_remembered_all_it_still_tells_nothing_again(owner, restored, listener, hear):
    append(owner, "counter-a", 0, *[CounterRaised()] * 4)
    hear(owner)
    then = restore(owner, restored, 3)
    for _ in range(2):
        rewind(HEARING, listener, OwnStore(restored), then)
    append(restored, "counter-a", 3, CounterRaised())
    hear(restored)
    assert answers(listener, "counting") == [0, 1, 2, 3, 3]


def test_a_read_model_with_rows_of_what_is_lost_is_built_anew_and_so_is_one_that_is_being_built(
    owner, restored, listener, hear
):
    append(owner, "counter-a", 0, CounterRaised(by=1), CounterRaised(by=2))
    hear(owner)
    with listener.transaction() as transaction:
        start_generation(transaction.connection, HEARING.read_models[0])
    then = restore(owner, restored, 1)
    rewind(HEARING, listener, OwnStore(restored), then)
    with listener.reading() as db:
        assert [g.generation for g in generations(db, HEARING.read_models[0])] == [1, 2]
    rewind(HEARING, listener, OwnStore(restored), then)
    hear(restored)
    with listener.reading() as db:
        (serving,) = generations(db, HEARING.read_models[0])
        assert db.exec_driver_sql(f"SELECT total FROM {serving.processor}").scalars().all() == [1]


def test_where_everything_is_as_it_was_only_rules_go_back(owner, listener, hear):
    append(owner, "counter-a", 0, CounterRaised(by=1))
    then = moment(owner)
    append(owner, "counter-a", 1, CounterRaised(by=2))
    hear(owner)
    assert {each.processor for each in rewind(HEARING, listener, OwnStore(owner), then)} == {"mirror", "counting"}
    hear(owner)
    assert (answers(listener, "mirror"), answers(listener, "counting")) == ([1, 2], [0, 1])


def test_a_moment_that_is_too_late_is_refused_and_nothing_has_changed(owner, restored, listener, hear):
    append(owner, "counter-a", 0, CounterRaised(), CounterRaised())
    hear(owner)
    restore(owner, restored, 1)
    append(restored, "counter-a", 1, CounterRaised(), CounterRaised())
    with pytest.raises(TooLate, match=r"suite/0:2 was recorded anew before then: .* name the moment"):
        rewind(HEARING, listener, OwnStore(restored), moment(restored))
    assert {position(listener, name) for name in ("mirror", "counting", "tally_v1")} == {2}


def test_what_is_parked_and_read_again_is_parked_no_longer_and_what_was_not_told_is_told(owner, listener, hear):
    append(owner, "counter-a", 0, CounterRaised(by=1))
    then = moment(owner)
    append(owner, "counter-a", 1, CounterRaised(note="poison", by=2), CounterRaised(by=3))
    hear(owner)
    with listener.reading() as db:
        assert {(p.processor, p.events) for p in parked(db)} == {("mirror", 2), ("tally_v1", 2)}
    (mirror,) = [each for each in rewind(HEARING, listener, OwnStore(owner), then) if each.processor == "mirror"]
    assert mirror.parked == 2
    with listener.reading() as db:
        assert {p.processor for p in parked(db)} == {"tally_v1"}


def test_what_a_remembering_rule_had_parked_it_answers_now(owner, listener, hear):
    def fails(recorded, memory):
        if recorded.event.note:
            raise ValueError("a rule that cannot")
        return when_raised_say_how_many_came_before(recorded, memory)

    service = dataclasses.replace(
        HEARING, reactions=(dataclasses.replace(COUNTING, then=fails, from_the_beginning=True),)
    )
    append(owner, "counter-a", 0, CounterRaised())
    append(owner, "counter-b", 0, CounterRaised(note="poison"))
    append(owner, "counter-c", 0, CounterRaised())
    hear(owner, service)
    assert answers(listener, "counting") == [0, 1]
    service = dataclasses.replace(service, reactions=(COUNTING,))
    rewind(service, listener, OwnStore(owner), moment(owner) - timedelta(days=1))
    hear(owner, service)
    assert len(answers(listener, "counting")) == 3


def test_a_worker_that_runs_notices_though_nothing_new_comes(store, worker):
    store.append(raised("counter-a", 0, 1))
    then = moment(store)
    store.append(raised("counter-b", 0, 2))
    service = suite(reactions=(MIRROR,))
    with running(worker(service)):
        until(lambda: mirrored(store, "b") == [2] and position(store, "mirror") == store.heads()[0].position)
        with store.transaction() as transaction:
            transaction.connection.exec_driver_sql("DELETE FROM commands")
        rewind(service, store, OwnStore(store), then)
        until(lambda: mirrored(store, "b") == [2, 2])


def test_rules_that_have_not_begun_begin_where_they_are_told_as_if_they_had_answered_all_before(owner, listener, hear):
    append(owner, "counter-a", 0, CounterRaised(by=1), CounterRaised(by=2))
    service = dataclasses.replace(HEARING, erasures=(FORGET,))
    assert not_begun(service, listener) == ["mirror", "counting"]
    assert begin(service, listener, {("suite", 0): Head.of(owner.read(0, 0)[0])}, past_of(owner)) == [
        "mirror",
        "counting",
    ]
    assert not_begun(service, listener) == []
    hear(owner, service)
    assert (answers(listener, "mirror"), answers(listener, "counting")) == ([2], [1])
    assert position(listener, "forget-signers") == 2


def test_rules_that_are_held_answer_nothing_until_they_begin(owner, listener, hear):
    """As they are while a history is loaded: not what is there by then, nor what comes after; wherever they were."""
    hear(owner)
    whole = [raised("counter-a", 0, 1, 2), raised("counter-b", 0, 3)]
    owner.append(whole[0])
    hold(HEARING, listener, {("suite", 0): Head(position=3, id="the last of three")})
    assert (held(HEARING, listener), not_begun(HEARING, listener)) == (True, ["mirror", "counting"])
    hear(owner)
    owner.append(whole[1])
    hear(owner)
    assert (answers(listener, "mirror"), answers(listener, "counting")) == ([], [])
    begin(HEARING, listener, {("suite", 0): owner.heads()[0]}, past_of(owner))
    assert (held(HEARING, listener), not_begun(HEARING, listener)) == (False, [])
    owner.append(raised("counter-c", 0, 4))
    hear(owner)
    assert (answers(listener, "mirror"), answers(listener, "counting")) == ([4], [3])


def test_what_a_rule_is_known_to_have_answered_in_a_stream_it_does_not_answer_there_again(store, worker):
    """As after a history came back from its topic, which tells what was recorded, but not under which key."""
    store.append(raised("counter-a", 0, 1))
    store.append(raised("counter-b", 0, 2))
    (known,) = store.read_stream("counter-a")
    store.append(Append(keys=[answered_by("mirror", known.id, "counter-mirror-a")]))
    worker(suite(reactions=(MIRROR,))).catch_up()
    assert (mirrored(store, "a"), mirrored(store, "b")) == ([], [2])
