"""A history, somebody who publishes it, and somebody who follows it, for the tests of Kafka."""

import contextlib
import time
import uuid
from dataclasses import replace

from chassis.processing.source import OwnStore, SourceGone, following
from chassis.processing.tables import create_tables
from chassis.store.protocol import Append, Change, Head
from chassis.store.sqlite import SqliteStore
from chassis.testing.happenings import CounterRaised
from chassis.testing.store_suite import new
from chassis.transport.kafka.messages import to_message
from chassis.transport.kafka.publisher import KafkaPublisher
from chassis.transport.relay import Relay
from tests.chassis.meanwhile import running

PARTITIONS = 4
PATIENCE = 30.0


def open_store(folder):
    return create(SqliteStore(folder / "suite.sqlite", "suite", master_key=bytes(32), partitions=PARTITIONS))


def create(store):
    """Its tables beside the events, which a worker makes."""
    with store.transaction() as transaction:
        create_tables(transaction.connection)
    return store


def make_topic(topics, service="suite", partitions=PARTITIONS, **more):
    return topics.ensure(service, partitions, **{"replication": 1, "min_insync": 1, **more})


def record(store, streams=40, events=5, note=""):
    """Several events in each of so many new streams, so that every partition has some."""
    for _ in range(streams):
        happened = [new(CounterRaised(note=note)) for _ in range(events)]
        store.append(Append(changes=[Change(stream=f"counter-{uuid.uuid4()}", expected=0, events=happened)]))


def whole(store):
    """Partition → the ids of everything in it, in order."""
    return {n: [event.id for event in store.read(n, 0, 1_000_000)] for n in range(store.partitions)}


def ids(content):
    """The same of what was read."""
    return {n: [event.id for event in events] for n, events in content.items()}


def relay_all(store, brokers, relay=None):
    """Publish until there is nothing left to."""
    with contextlib.ExitStack() as closing:
        if relay is None:
            publisher = closing.enter_context(contextlib.closing(publisher_of(store, brokers)))
            relay = Relay(store, publisher)
            relay.assign(range(store.partitions))
        while relay.step():
            pass
    return relay


def publisher_of(store, brokers):
    return KafkaPublisher(brokers, store.service, store.partitions)


@contextlib.contextmanager
def relaying(store, brokers):
    """Somebody publishes it all the time."""
    publisher = publisher_of(store, brokers)
    relay = Relay(store, publisher)
    relay.assign(range(store.partitions))
    with contextlib.closing(publisher), running(relay):
        yield relay


class Owner(OwnStore):
    """A service's feed, without its web process: it can be away, and it counts the pages that were asked for."""

    def __init__(self, store):
        super().__init__(store)
        self.away = False
        self.pages = 0

    def heads(self):
        return self._here().heads()

    def read(self, partition, after, limit=500):
        self.pages += 1
        return following(self._here(), partition, after, limit)

    def wait(self, after, timeout):
        return OwnStore(self._here()).wait(after, timeout)

    def _here(self):
        if self.away:
            raise SourceGone("suite: away")
        return self._store


class Follower:
    """Reads a source as a worker does: it asks for the heads now and then, waits at the end, and keeps what it got."""

    def __init__(self, source, compare_every=0.5):
        self.source, self.got = source, {n: [] for n in range(PARTITIONS)}
        self._compare_every, self._compare_at = compare_every, 0.0

    def until(self, wanted, patience=PATIENCE):
        """Follow until these ids have come, partition by partition, and nothing else."""
        deadline = time.monotonic() + patience
        while self.ids != wanted:
            assert time.monotonic() < deadline, {n: len(found) for n, found in self.ids.items()}
            self.follow()
        return self

    def follow(self):
        with contextlib.suppress(SourceGone):
            if time.monotonic() >= self._compare_at:
                self._compare_at = time.monotonic() + self._compare_every
                self.source.heads()
        with contextlib.suppress(SourceGone):
            moved = [self._read(n) for n in self.got]
            if not any(moved):
                self.source.wait({n: self.last(n) for n in self.got}, 0.3)

    def last(self, partition):
        """The last event that it got."""
        found = self.got[partition]
        return Head.of(found[-1]) if found else Head()

    def _read(self, partition):
        found = self.source.read(partition, self.last(partition), 100)
        self.got[partition] += found
        assert [event.position for event in self.got[partition]] == list(range(1, len(self.got[partition]) + 1))
        return bool(found)

    @property
    def ids(self):
        return ids(self.got)


def elsewhere(brokers, **changed):
    return replace(brokers, **changed)


def send(producer, topic, events, value=None, **changed):
    """Events as their relay would send them, but for their value and headers that are changed."""
    for event in events:
        key, data, headers = to_message(event)
        headers = list((dict(headers) | changed).items())
        producer.send(topic, data if value is None else value, key, headers, event.partition)
    producer.flush()
