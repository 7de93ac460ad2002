"""Reactions and erasures: each command once, refusals are outcomes, poison is parked."""

import dataclasses

from chassis.decider import SNAPSHOT_EVERY
from chassis.processing.parking import parked
from chassis.store.protocol import Append, Change
from chassis.store.snapshots import fingerprint
from chassis.testing.happenings import COUNTER, CounterRaised, CounterSigned
from chassis.testing.store_suite import history_of, new, raised
from tests.chassis.processing.tallies import FORGET, MIRROR, CounterClosed, suite, tally


def append(store, stream, expected, *events):
    store.append(Append(changes=[Change(stream=stream, expected=expected, events=[new(e) for e in events])]))


def mirrored(store, subject):
    return [r.event.by for r in store.read_stream(f"counter-mirror-{subject}")]


def test_each_event_is_answered_once_however_often_it_comes(store, worker):
    store.append(raised("counter-a", 0, 1, 2))
    worker(suite(reactions=(MIRROR,))).catch_up()
    worker(suite(reactions=(dataclasses.replace(MIRROR, name="mirror-again"),)), "w2").catch_up()
    assert mirrored(store, "a") == [1, 2, 1, 2]
    with store.transaction() as transaction:
        transaction.connection.exec_driver_sql("UPDATE checkpoints SET position = 0, event_id = ''")
    worker(suite(reactions=(MIRROR,)), "w3").catch_up()
    assert mirrored(store, "a") == [1, 2, 1, 2]


def test_what_follows_names_its_cause(store, worker):
    store.append(raised("counter-a", 0, 1))
    worker(suite(reactions=(MIRROR,))).catch_up()
    (cause,) = store.read_stream("counter-a")
    (effect,) = store.read_stream("counter-mirror-a")
    assert (effect.metadata.by, effect.metadata.causation_id) == ("mirror", cause.id)
    assert effect.metadata.correlation_id == cause.id


def test_a_refusal_is_an_outcome_and_never_parked(store, worker):
    append(store, "counter-a", 0, CounterRaised(note="refuse"), CounterRaised(by=7))
    worker(suite(reactions=(MIRROR,))).catch_up()
    assert mirrored(store, "a") == [7]
    with store.reading() as db:
        assert parked(db) == []


def test_a_rule_that_fails_parks_its_source_stream_and_goes_on_with_others(store, worker):
    append(store, "counter-a", 0, CounterRaised(by=1), CounterRaised(note="poison"), CounterRaised(by=2))
    store.append(raised("counter-b", 0, 9))
    worker(suite(reactions=(MIRROR,))).catch_up()
    assert (mirrored(store, "a"), mirrored(store, "b")) == ([1], [9])
    with store.reading() as db:
        assert [(p.processor, p.key, p.events) for p in parked(db)] == [("mirror", "counter-a", 2)]


def test_a_new_rule_starts_at_the_heads_of_the_moment_it_is_registered(store, worker):
    store.append(raised("counter-a", 0, 1))
    running = worker(suite(reactions=(dataclasses.replace(MIRROR, from_the_beginning=False),)))
    running.catch_up()
    store.append(raised("counter-a", 1, 2))
    running.catch_up()
    assert mirrored(store, "a") == [2]


def test_an_erasure_destroys_keys_and_nothing_else(store, worker):
    append(store, "counter-a", 0, CounterSigned(signer_id="anna", name="Anna"), CounterClosed(signer_id="anna"))
    append(store, "counter-b", 0, CounterSigned(signer_id="bo", name="Bo"))
    worker(suite(tally(), erasures=(FORGET,))).catch_up()
    sealed = [store.read_stream(stream)[0].event.name for stream in ("counter-a", "counter-b")]
    assert list(store.open(sealed).values()) == ["Bo"]
    assert COUNTER.fold([r.event for r in store.read_stream("counter-a")]).signed == sealed[0]


def test_a_stream_that_a_rule_makes_long_has_a_snapshot(store, worker):
    append(store, "counter-a", 0, *(CounterRaised() for _ in range(SNAPSHOT_EVERY + 3)))
    worker(suite(reactions=(MIRROR,))).catch_up()
    kept, _ = history_of(store, "counter-mirror-a", fingerprint(COUNTER.evolve))
    assert kept.version >= SNAPSHOT_EVERY
