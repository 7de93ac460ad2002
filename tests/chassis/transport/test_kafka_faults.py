"""Whatever happens to topic, broker, relay or owner: a follower gets every event once, in order; nothing is missing."""

import contextlib
import os
import signal
import threading
import time
from dataclasses import replace

import pytest
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError
from prometheus_client import REGISTRY

from chassis.processing.checkpoints import checkpoints
from chassis.processing.source import SourceGone
from chassis.service import Service
from chassis.settings import Brokers
from chassis.store.protocol import Append, Change, Head
from chassis.testing.happenings import CounterRaised
from chassis.testing.store_suite import new, raised
from chassis.transport.kafka.source import KafkaSource
from chassis.transport.kafka.topics import Topics
from chassis.transport.publisher import TopicGone
from chassis.transport.relay import Relay
from chassis.worker import Worker
from tests.chassis.processing.tallies import tally
from tests.chassis.transport.following import (
    PARTITIONS,
    PATIENCE,
    Follower,
    Owner,
    ids,
    make_topic,
    open_store,
    publisher_of,
    record,
    relay_all,
    relaying,
    send,
    whole,
)
from tests.faults.lasting import longer
from tests.kafka_topics import messages, topic_content
from tests.servers.kafka import Login
from tests.stores import sqlite_store


@pytest.fixture
def owner(store):
    return Owner(store)


@pytest.fixture
def source(brokers, owner):
    with contextlib.closing(KafkaSource(brokers, owner, brokers.group("listener"))) as source:
        yield source


def gaps():
    return REGISTRY.get_sample_value("nyfiken_source_gaps_total", {"source": "suite"}) or 0


def test_a_follower_needs_no_feed_where_the_topic_is_whole(store, brokers, topic, owner, source):
    record(store)
    relay_all(store, brokers)
    follower = Follower(source).until(whole(store))
    record(store)
    with relaying(store, brokers):
        follower.until(whole(store))
    assert owner.pages == 0


def test_a_worker_that_does_not_wait_applies_all_that_was_there(store, brokers, topic, source, tmp_path):
    record(store, streams=200)
    relay_all(store, brokers)
    service = Service(name="listener", deciders=(), read_models=(tally(),), reactions=())
    with contextlib.closing(sqlite_store(tmp_path / "listener", "listener")()) as listener:
        Worker(service, listener, {"suite": source}, "w1").catch_up()
        with listener.reading() as db:
            reached = {n: at.position for (_, n), at in checkpoints(db, "tally_v1").items()}
    assert reached == {n: head.position for n, head in store.heads().items()}


def test_what_lies_in_the_topic_twice_is_given_once(store, brokers, topic, owner, source, producer):
    record(store)
    everything = [event for n in range(PARTITIONS) for event in store.read(n, 0)]
    send(producer, topic, everything)
    send(producer, topic, everything)
    follower = Follower(source).until(whole(store))
    follower.follow()
    assert (follower.ids, owner.pages) == (whole(store), 0)


def test_what_lies_in_another_order_is_given_in_its_own(store, brokers, topic, owner, source, producer):
    record(store)
    for n in range(PARTITIONS):
        events = store.read(n, 0)
        send(producer, topic, [*reversed(events[:10]), *events[10:]])
    Follower(source).until(whole(store))


def test_what_was_never_published_comes_from_the_feed_and_is_counted(store, brokers, topic, owner, source, producer):
    record(store)
    before = gaps()
    for n in range(PARTITIONS):
        events = store.read(n, 0)
        send(producer, topic, [*events[:3], *events[5:]])
    Follower(source).until(whole(store))
    assert gaps() - before == PARTITIONS


def test_a_value_that_is_broken_is_replaced_by_the_owners(store, brokers, topic, owner, source, producer):
    record(store)
    for n in range(PARTITIONS):
        events = store.read(n, 0)
        send(producer, topic, events[:2])
        send(producer, topic, events[2:3], value=b'{"by": 1, "no')
        send(producer, topic, events[3:])
    follower = Follower(source).until(whole(store))
    assert all(event.event for events in follower.got.values() for event in events)


def test_a_broken_value_at_the_end_does_not_wait_for_the_next_one(store, topic, source, producer):
    store.append(raised("counter-a", 0, 1))
    (event,) = store.read_stream("counter-a")
    send(producer, topic, [event], value=b"")
    assert [found.id for found in source.read(event.partition, Head())] == [event.id]


def test_foreign_messages_are_counted_and_skipped(store, brokers, topic, owner, source, producer):
    record(store)
    for n in range(PARTITIONS):
        events = store.read(n, 0)
        producer.send(topic, b"<html>", partition=n)
        send(producer, topic, events[:4])
        send(producer, topic, events[:2], ce_source=b"somebody/else")
        send(producer, topic, events[4:])
    name = ("nyfiken_source_foreign_total", {"source": "suite"})
    before = REGISTRY.get_sample_value(*name) or 0
    Follower(source).until(whole(store))
    assert (REGISTRY.get_sample_value(*name) - before, owner.pages) == (3 * PARTITIONS, 0)


def test_an_event_of_a_type_that_nobody_here_knows_passes_through(store, brokers, topic, source, producer):
    store.append(raised("counter-a", 0, 1))
    (event,) = store.read_stream("counter-a")
    send(producer, topic, [event], ce_type=b"invented-later.v7")
    (found,) = source.read(event.partition, Head())
    assert (found.type, found.data) == ("invented-later.v7", event.data)


def test_a_topic_that_is_deleted_and_made_again_is_published_again_and_nobody_misses_anything(
    store, brokers, topics, topic, source
):
    record(store)
    with relaying(store, brokers):
        follower = Follower(source).until(whole(store))
        topics.renew("suite")
        record(store)
        follower.until(whole(store))
        deadline = time.monotonic() + PATIENCE
        while ids(topic_content(brokers, "suite")) != whole(store):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        record(store)
        follower.until(whole(store))


def test_what_was_in_a_topic_that_was_emptied_comes_from_the_feed_though_nothing_follows(
    store, brokers, topics, topic, owner, source
):
    record(store)
    relay_all(store, brokers)
    follower = Follower(source).until(whole(store))
    record(store)
    topics.renew("suite")
    began = time.monotonic()
    follower.until(whole(store))
    assert time.monotonic() - began < 15
    assert owner.pages > 0


def test_a_reader_that_was_away_longer_than_events_are_kept_reads_them_from_the_feed(store, brokers, topic, source):
    record(store, streams=100)
    relay_all(store, brokers)
    with KafkaAdminClient(**brokers.options()) as admin:
        admin.delete_records({TopicPartition(topic, n): 15 for n in range(PARTITIONS)})
    Follower(source).until(whole(store))


def test_who_is_overtaken_by_retention_goes_on_without_a_gap(store, brokers, topic, source):
    record(store)
    relay_all(store, brokers)
    follower = Follower(source).until(whole(store))
    record(store)
    relay_all(store, brokers)
    with KafkaAdminClient(**brokers.options()) as admin:
        admin.delete_records({TopicPartition(topic, n): -1 for n in range(PARTITIONS)})
    record(store)
    relay_all(store, brokers)
    follower.until(whole(store))


def test_without_a_topic_the_feed_serves_until_there_is_one(store, brokers, topics, owner, source, monkeypatch):
    monkeypatch.setattr("chassis.transport.kafka.lanes._AGAIN", 0.5)
    record(store, streams=10)
    follower = Follower(source).until(whole(store))
    assert owner.pages > 0
    make_topic(topics)
    with relaying(store, brokers):
        deadline = time.monotonic() + PATIENCE
        pages = None
        while pages != owner.pages:
            assert time.monotonic() < deadline
            pages = owner.pages
            record(store, streams=10)
            time.sleep(0.3)
            follower.until(whole(store))


def test_a_read_model_is_built_from_the_beginning_while_others_are_at_the_end(store, brokers, topic, owner, source):
    record(store, streams=100)
    with relaying(store, brokers):
        last = Follower(source).until(whole(store))
        first = Follower(source)
        deadline = time.monotonic() + PATIENCE
        while first.ids != whole(store) or last.ids != first.ids:
            assert time.monotonic() < deadline
            if sum(map(len, last.got.values())) < 700:
                record(store, streams=2)
            first.follow()
            last.follow()
    assert owner.pages == 0


def test_whoever_would_need_a_third_lane_reads_the_feed(store, brokers, topic, owner, source):
    record(store, streams=100)
    relay_all(store, brokers)
    for after in (10, 5, 0):
        assert [found.position for found in source.read(0, Head(position=after), 3)] == [
            after + 1,
            after + 2,
            after + 3,
        ]
    assert owner.pages == 1
    for after in (13, 8, 3):
        assert [found.position for found in source.read(0, Head(position=after), 3)] == [
            after + 1,
            after + 2,
            after + 3,
        ]
    assert owner.pages == 2


def test_what_was_given_is_given_again_until_the_reader_goes_on(store, brokers, topic, source):
    record(store)
    relay_all(store, brokers)
    first = [found.id for found in source.read(0, Head(), 5)]
    assert [found.id for found in source.read(0, Head(), 5)] == first == whole(store)[0][:5]


def test_what_is_at_a_position_is_asked_of_the_owner(store, brokers, topic, owner, source):
    record(store)
    relay_all(store, brokers)
    assert source.at(0, 3) == owner.at(0, 3) != None  # noqa: E711
    assert source.at(0, 10_000) is None


def test_a_large_event_passes(store, brokers, topic, owner, source):
    note = "x" * (256 * 1024 - 100)
    large = [new(CounterRaised(note=note)) for _ in range(5)]
    store.append(Append(changes=[Change(stream="counter-a", expected=0, events=large)]))
    relay_all(store, brokers)
    Follower(source).until(whole(store))
    assert owner.pages == 0


def test_ordinary_tools_see_how_far_a_reader_is(store, brokers, topic, source, monkeypatch):
    monkeypatch.setattr("chassis.transport.kafka.progress._EVERY", 0.5)
    source._progress._due_at = 0.0
    record(store)
    relay_all(store, brokers)
    follower = Follower(source).until(whole(store))
    ends = {TopicPartition(topic, n): len(found) for n, found in whole(store).items()}
    deadline = time.monotonic() + PATIENCE
    with KafkaAdminClient(**brokers.options()) as admin:
        while committed(admin, brokers.group("listener")) != ends:
            assert time.monotonic() < deadline
            follower.follow()


def committed(admin, group):
    """Place → offset, as tools see them; a group that is new has nobody to ask at first."""
    with contextlib.suppress(KafkaError):
        return {place: at.offset for place, at in admin.list_group_offsets(group)[group].items()}


def test_two_relays_at_once_leave_duplicates_at_most(store, brokers, topic, source):
    with relaying(store, brokers) as one, relaying(store, brokers) as other:
        follower = Follower(source)
        for _ in range(5):
            record(store, streams=10)
            follower.until(whole(store))
    assert ids(topic_content(brokers, "suite")) == whole(store)
    assert not one.stopped
    assert not other.stopped


def test_a_relay_that_died_before_its_checkpoint_leaves_duplicates_at_most(store, brokers, topic, source):
    record(store)
    with contextlib.closing(publisher_of(store, brokers)) as publisher:
        publisher.publish({n: store.read(n, 0) for n in range(PARTITIONS)})()
    record(store)
    relay_all(store, brokers)
    found = messages(brokers, topic)
    assert ids(topic_content(brokers, "suite")) == whole(store)
    assert sum(map(len, found.values())) > sum(map(len, whole(store).values()))
    Follower(source).until(whole(store))


def test_a_store_restored_to_an_older_moment_is_not_published_over_what_was(store, brokers, topic, tmp_path):
    record(store)
    relay_all(store, brokers)
    (tmp_path / "restored").mkdir()
    with contextlib.closing(open_store(tmp_path / "restored")) as restored:
        record(restored)
        before = {n: len(found) for n, found in messages(brokers, topic).items()}
        relay = relay_all(restored, brokers)
        assert sorted(relay.stopped) == list(range(PARTITIONS))
        assert {n: len(found) for n, found in messages(brokers, topic).items()} == before


def test_an_event_that_neither_topic_nor_owner_has_is_never_skipped(store, brokers, topic, owner, source, producer):
    record(store)
    events = store.read(0, 0)
    send(producer, topic, [events[0], *events[2:]])
    owner.read = lambda partition, after, limit=500: []
    assert [found.position for found in source.read(0, Head())] == [1]
    with pytest.raises(SourceGone, match="suite/0:2 is missing in the topic, and its owner does not have it"):
        source.read(0, Head(position=1, id=events[0].id))


def test_a_broker_that_is_killed_in_the_middle_of_relaying_costs_nothing_but_time(store, shaky_kafka, shaky_brokers):
    brokers = shaky_brokers
    with Topics(brokers) as topics:
        make_topic(topics)
    owner = Owner(store)
    with (
        contextlib.closing(KafkaSource(brokers, owner, "listener")) as source,
        relaying(store, brokers) as relay,
        writing(store),
    ):
        follower = Follower(source)
        follow_for(follower, 1)
        shaky_kafka.kill()
        follow_for(follower, 3)
        shaky_kafka.start()
        follow_for(follower, 1)
    with relaying(store, brokers):
        deadline = time.monotonic() + PATIENCE
        while ids(topic_content(brokers, "suite")) != whole(store):
            assert time.monotonic() < deadline
            time.sleep(0.2)
    assert not relay.stopped
    assert len(whole(store)[0]) > 50


def test_with_the_broker_frozen_and_the_owner_gone_a_reader_is_told_within_seconds(store, shaky_kafka, shaky_brokers):
    brokers = shaky_brokers
    with Topics(brokers) as topics:
        make_topic(topics)
    owner = Owner(store)
    record(store)
    relay_all(store, brokers)
    with contextlib.closing(KafkaSource(brokers, owner, "listener")) as source:
        follower = Follower(source).until(whole(store))
        with frozen(shaky_kafka):
            record(store)
            source.heads()
            owner.away = True
            began = time.monotonic()
            with pytest.raises(SourceGone):
                follow_strictly(follower)
            assert time.monotonic() - began < 5
        relay_all(store, brokers)
        follower.until(whole(store))


def test_what_is_on_its_way_when_a_relay_is_closed_is_not_waited_for(store, shaky_kafka, shaky_brokers):
    brokers = shaky_brokers
    with Topics(brokers) as topics:
        make_topic(topics)
    record(store)
    relay = Relay(store, publisher_of(store, brokers))
    relay.assign(range(PARTITIONS))
    relay.step()
    record(store)
    with frozen(shaky_kafka):
        working = threading.Thread(target=pytest.raises, args=(TopicGone, relay.step))
        working.start()
        time.sleep(0.5)
        began = time.monotonic()
        relay.close()
        working.join()
        assert time.monotonic() - began < 3
        for thread in (each for each in threading.enumerate() if "producer" in each.name):
            thread.join(3)
            assert not thread.is_alive()


def test_a_topic_that_its_broker_has_lost_the_content_of_is_published_again(store, own_kafka):
    kafka = own_kafka()
    brokers = Brokers(**kafka.client)
    with Topics(brokers) as topics:
        make_topic(topics)
        record(store)
        relay_all(store, brokers)
        before = topics.describe("suite")
    kafka.kill()
    forget(kafka, brokers.topic("suite"))
    kafka.start()
    with Topics(brokers) as topics:
        assert topics.describe("suite").id == before.id
        assert set(topics.ends(before).values()) == {0}
    record(store, streams=1)
    relay_all(store, brokers)
    assert ids(topic_content(brokers, "suite")) == whole(store)


def forget(kafka, topic):
    """The disk of a broker that is down loses what this topic had."""
    for folder in (kafka.folder / "data").glob(f"{topic}-*"):
        for file in folder.iterdir():
            if file.name != "partition.metadata":
                file.unlink()


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        pytest.param({"login": Login()}, {"sasl_plain_password": "guessed"}, marks=longer),
        pytest.param({"encrypted": True}, {"ssl_cafile": None}, marks=longer),
        ({"encrypted": True}, {"ssl_certfile": None, "ssl_keyfile": None}),
        ({"encrypted": True, "login": Login()}, {"sasl_plain_password": "guessed"}),
    ],
    ids=["login", "whom to trust", "certificate", "login, encrypted"],
)
def test_where_one_has_to_say_who_one_is_everybody_does_and_nobody_else_gets_in(store, own_kafka, asked, wrong):
    kafka = own_kafka(**asked)
    brokers = Brokers(**kafka.client)
    with Topics(brokers) as topics:
        make_topic(topics)
    record(store)
    relay_all(store, brokers)
    owner = Owner(store)
    with contextlib.closing(KafkaSource(brokers, owner, "listener")) as source:
        Follower(source).until(whole(store))
    assert owner.pages == 0
    with pytest.raises(TopicGone):
        Topics(replace(brokers, **wrong))


@contextlib.contextmanager
def frozen(kafka):
    """It is there and answers nobody."""
    os.kill(kafka.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(kafka.pid, signal.SIGCONT)


@contextlib.contextmanager
def writing(store):
    """Somebody records all the time."""
    stopping = threading.Event()

    def write():
        while not stopping.wait(0.02):
            record(store, streams=2)

    thread = threading.Thread(target=write)
    thread.start()
    yield
    stopping.set()
    thread.join()


def follow_strictly(follower):
    """Without asking for the heads, until the source says that it is gone."""
    for _ in range(100):
        follower.source.read(0, follower.last(0))
        follower.source.wait({n: follower.last(n) for n in follower.got}, 0.2)


def follow_for(follower, seconds):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        follower.follow()
