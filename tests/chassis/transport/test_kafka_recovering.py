"""What a store has lost is read from its topic: in order, once, and to the end, or it is said what is not there."""

import dataclasses
from collections import defaultdict
from datetime import timedelta
from functools import partial

import pytest

from chassis.processing.source import SourceRestored
from chassis.store.protocol import Append, CommandKey, Head
from chassis.testing.store_suite import raised
from chassis.transport.kafka.published import published
from chassis.transport.recovering import TopicLacks, go_on_behind, lacking, take_back, until
from chassis.transport.relayed import relayed
from contracts.event import UnknownEventType
from tests.chassis.transport.following import PARTITIONS, open_store, publisher_of, record, relay_all, send
from tests.kafka_topics import messages

FOREIGN = {"ce_source": b"nyfiken/another"}


@pytest.fixture
def restored(tmp_path):
    """The same history, of which nothing is left."""
    (tmp_path / "restored").mkdir()
    store = open_store(tmp_path / "restored")
    yield store
    store.close()


@pytest.fixture
def has(brokers):
    """What the topic has."""
    return partial(published, brokers, "suite")


def recover(store, has, rules=()):
    for events in lacking(store, has):
        take_back(store, events, rules)


def everything(store):
    return {n: [(r.id, r.recorded_at) for r in store.read(n, 0, 10_000)] for n in range(PARTITIONS)}


def busiest(store):
    """The partition with most events, and these."""
    return max((store.read(n, 0, 10_000) for n in range(PARTITIONS)), key=len)


def test_all_of_it_comes_back_however_it_lies_in_the_topic(store, restored, brokers, topic, producer, has):
    record(store)
    relay_all(store, brokers)
    events = busiest(store)
    send(producer, topic, events[:3])  # doubles
    send(producer, topic, events[:1], **FOREIGN)
    recover(restored, has)
    assert everything(restored) == everything(store)
    assert list(lacking(restored, has)) == []


def test_a_store_takes_back_only_what_it_does_not_have(store, restored, brokers, topic, has):
    record(store)
    events = busiest(store)
    restored.restore(events[:2])
    relay_all(store, brokers)
    n = events[0].partition
    found = [recorded.position for batch in lacking(restored, has) for recorded in batch if recorded.partition == n]
    assert found == [r.position for r in events[2:]]
    recover(restored, has)
    assert everything(restored) == everything(store)


def test_events_that_came_in_another_order_are_put_in_order(store, restored, topic, producer, has):
    store.append(raised("counter-a", 0, 1, 2, 3))
    one, two, three = store.read_stream("counter-a")
    send(producer, topic, [two, one, three])
    recover(restored, has)
    assert everything(restored) == everything(store)


def test_an_event_that_is_missing_in_the_topic_is_named(store, restored, topic, producer, has):
    store.append(raised("counter-a", 0, 1, 2, 3))
    one, _, three = store.read_stream("counter-a")
    send(producer, topic, [one, three])
    with pytest.raises(TopicLacks, match=f"suite/{one.partition}:2 is not in the topic, which has later ones"):
        list(lacking(restored, has))


def test_one_that_cannot_be_read_is_missing(store, restored, topic, producer, has):
    store.append(raised("counter-a", 0, 1, 2))
    one, two = store.read_stream("counter-a")
    send(producer, topic, [one], value=b"{")
    send(producer, topic, [two])
    with pytest.raises(TopicLacks, match=f"suite/{one.partition}:1 "):
        list(lacking(restored, has))


def test_a_store_that_has_another_event_than_the_topic_is_told_apart(store, restored, brokers, topic, has):
    store.append(raised("counter-a", 0, 1, 2))
    relay_all(store, brokers)
    restored.append(raised("counter-a", 0, 1))
    with pytest.raises(SourceRestored, match=r"suite/\d:1 is not the event"):
        list(lacking(restored, has))


def test_what_a_newer_release_has_recorded_is_not_taken_back_by_an_older_one(store, restored, topic, producer, has):
    store.append(raised("counter-a", 0, 1))
    send(producer, topic, store.read_stream("counter-a"), ce_type=b"counter-merged.v7")
    with pytest.raises(UnknownEventType, match="counter-merged"):
        list(lacking(restored, has))


def test_what_a_rule_has_answered_counts_as_answered(store, restored, brokers, topic, has):
    what = raised("counter-mirror-a", 0, 1)
    (change,) = what.changes
    (new,) = change.events
    because = dataclasses.replace(new.metadata, by="mirror", causation_id="the-cause")
    store.append(Append(changes=[dataclasses.replace(change, events=[dataclasses.replace(new, metadata=because)])]))
    store.append(raised("counter-b", 0, 1))
    relay_all(store, brokers)
    recover(restored, has, rules={"mirror"})
    answered, other = (CommandKey(caller=by, key="the-cause@counter-mirror-a") for by in ("mirror", "another"))
    with restored.transaction() as transaction:
        assert transaction.taken([answered, other]) == {answered}


def test_the_relay_goes_on_behind_what_the_topic_has_and_publishes_nothing_twice(store, restored, brokers, topic, has):
    record(store)
    relay_all(store, brokers)
    before = {n: len(found) for n, found in messages(brokers, topic).items()}
    recover(restored, has)
    publisher = publisher_of(restored, brokers)
    go_on_behind(restored, range(PARTITIONS), publisher.state())
    publisher.close()
    relay_all(restored, brokers)
    assert {n: len(found) for n, found in messages(brokers, topic).items()} == before
    restored.append(raised("counter-new", 0, 1))
    relay_all(restored, brokers)
    assert sum(len(found) for found in messages(brokers, topic).values()) == sum(before.values()) + 1
    with restored.reading() as db:
        assert {n: at.position for n, at in relayed(db).items()} == {n: h.position for n, h in restored.heads().items()}


def test_how_far_a_topic_was_at_a_moment(store, brokers, topic, has):
    record(store)
    relay_all(store, brokers)
    events = busiest(store)
    moment, shown = events[1].recorded_at, []
    ends = {n: len(found) for n, found in messages(brokers, topic).items()}
    found = until(has, ends, moment, lambda done, of: shown.append((done, of)))
    known = [r for n in ends for r in store.read(n, 0, 10_000) if r.recorded_at <= moment]
    wanted = defaultdict(Head, {r.partition: Head.of(r) for r in known})
    assert found == {n: wanted[n] for n in ends}
    assert shown[-1][1] == sum(ends.values())
    assert until(has, ends, moment - timedelta(days=1), lambda *_: None) == dict.fromkeys(ends, Head())
