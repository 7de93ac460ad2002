"""The relay's rules, against a topic on paper that fails in every way that a topic can."""

import contextlib
import itertools
import shutil
import threading
import time

import pytest
import structlog
from prometheus_client import REGISTRY

from chassis.store.protocol import Head
from chassis.testing.store_suite import raised
from chassis.transport.publisher import Published, TopicGone, TopicState
from chassis.transport.relay import Relay
from chassis.transport.relayed import Relayed, relayed
from tests.chassis.meanwhile import running, until
from tests.chassis.transport.following import PARTITIONS, PATIENCE, ids, open_store, record, whole


class Paper:
    """A topic that acknowledges as many events of each batch as it is told to."""

    def __init__(self):
        self.renew()
        self.gone = False
        self.acknowledges = {}

    def renew(self):
        self.id = f"topic-{time.monotonic_ns()}"
        self.logs = {n: [] for n in range(PARTITIONS)}

    def state(self):
        if self.gone:
            raise TopicGone("no broker")
        return TopicState(id=self.id, ends={n: len(log) for n, log in self.logs.items()})

    def after(self, partition, offset):
        found = self.logs[partition][offset + 1 :]
        return max((Head(position=e.position, id=e.id) for e in found), key=lambda head: head.position, default=None)

    def publish(self, batches):
        published = {n: self._published(n, events) for n, events in batches.items()}
        return lambda: published

    def _published(self, partition, events):
        if self.gone:
            return Published(failure="no broker")
        count = self.acknowledges.get(partition, len(events))
        self.logs[partition] += events[:count]
        self.logs[partition] += events[count + 1 :]  # what comes after the one that failed may arrive all the same
        offset = len(self.logs[partition]) - 1 - len(events[count + 1 :]) if count else -1
        return Published(count=count, offset=offset, failure="" if count == len(events) else "lost")

    def close(self):
        pass

    @property
    def first_copies(self):
        """Partition → the ids as a reader takes them: each position once, as far as nothing is missing."""
        return {partition: self.first_copies_of(partition) for partition in self.logs}

    def first_copies_of(self, partition):
        first = {}
        for event in self.logs[partition]:
            first.setdefault(event.position, event.id)
        return list(itertools.takewhile(bool, (first.get(n) for n in itertools.count(1))))


@pytest.fixture
def topic():
    return Paper()


def relay_of(store, topic, partitions=range(PARTITIONS)):
    relay = Relay(store, topic)
    relay.assign(partitions)
    return relay


def work(relay):
    """Until there is nothing left; a failure is tried again."""
    while True:
        try:
            if not relay.step():
                return relay
        except TopicGone:
            continue


def checkpoints(store):
    with store.reading() as connection:
        return relayed(connection)


def look_again(relay):
    """As if it were time to compare."""
    relay._compared = 0.0
    return work(relay)


def test_every_partition_is_published_in_order_and_its_checkpoint_says_where(store, topic):
    record(store)
    work(relay_of(store, topic))
    assert ids(topic.logs) == whole(store)
    for partition, at in checkpoints(store).items():
        last = topic.logs[partition][-1]
        offset = len(topic.logs[partition]) - 1
        assert at == Relayed(position=last.position, event_id=last.id, topic_id=topic.id, topic_offset=offset)


def test_only_what_is_assigned_is_published(store, topic):
    record(store)
    relay = work(relay_of(store, topic, [0, 2]))
    assert [n for n, log in topic.logs.items() if log] == [0, 2]
    relay.assign([1])
    work(relay)
    assert [n for n, log in topic.logs.items() if log] == [0, 1, 2]
    assert ids(topic.logs)[1] == whole(store)[1]


def test_it_goes_on_from_the_first_event_that_was_not_acknowledged(store, topic):
    record(store)
    relay = relay_of(store, topic)
    for count in (0, 3, 7):
        topic.acknowledges = {1: count}
        with pytest.raises(TopicGone, match="lost"):
            relay.step()
    assert checkpoints(store)[1].position == 3 + 7
    topic.acknowledges = {}
    work(relay)
    assert topic.first_copies == whole(store)


def test_how_far_the_others_are_is_kept_while_one_fails(store, topic):
    record(store)
    topic.acknowledges = {1: 0}
    others = {n: head.position for n, head in store.heads().items() if n != 1}
    with running(relay_of(store, topic)):
        until(lambda: {n: at.position for n, at in checkpoints(store).items() if n != 1} == others, PATIENCE)


def test_a_partition_that_fails_does_not_hold_up_the_others(store, topic):
    record(store)
    topic.acknowledges = {0: 0}
    relay = relay_of(store, topic)
    with pytest.raises(TopicGone):
        relay.step()
    assert ids(topic.logs)[1] == whole(store)[1]


def test_a_relay_that_died_before_its_checkpoint_publishes_again_and_nothing_is_missing(store, topic):
    record(store)
    batches = {n: store.read(n, 0) for n in range(PARTITIONS)}
    topic.publish(batches)
    record(store)
    work(relay_of(store, topic))
    assert topic.first_copies == whole(store)
    assert [len(log) for log in topic.logs.values()] == [len(batches[n]) + len(whole(store)[n]) for n in topic.logs]


def test_two_relays_at_once_leave_duplicates_at_most(store, topic):
    stopping = threading.Event()
    relays = [relay_of(store, topic), relay_of(store, topic)]
    threads = [threading.Thread(target=relay.run, args=(stopping,)) for relay in relays]
    for thread in threads:
        thread.start()
    for _ in range(20):
        record(store, streams=4)
    deadline = time.monotonic() + PATIENCE
    while topic.first_copies != whole(store):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    stopping.set()
    for thread in threads:
        thread.join()
    assert not any(relay.stopped for relay in relays)


def test_another_topic_is_published_from_the_beginning(store, topic):
    record(store)
    relay = work(relay_of(store, topic))
    topic.renew()
    look_again(relay)
    assert ids(topic.logs) == whole(store)


def test_another_topic_is_noticed_after_a_restart(store, topic):
    record(store)
    work(relay_of(store, topic))
    topic.renew()
    work(relay_of(store, topic))
    assert ids(topic.logs) == whole(store)


def test_a_topic_that_ends_before_what_was_published_is_published_from_the_beginning(store, topic):
    record(store)
    relay = work(relay_of(store, topic))
    del topic.logs[2][-1]
    look_again(relay)
    assert topic.first_copies == whole(store)
    assert len(topic.logs[2]) == 2 * len(whole(store)[2]) - 1
    assert len(topic.logs[1]) == len(whole(store)[1])


def test_that_a_topic_was_cut_short_shows_in_the_next_acknowledgement_too(store, topic):
    record(store)
    relay = work(relay_of(store, topic))
    for log in topic.logs.values():
        del log[5:]
    record(store, streams=100)
    work(relay)
    assert topic.first_copies == whole(store)


def test_foreign_messages_behind_the_checkpoint_do_not_matter(store, topic):
    record(store)
    relay = work(relay_of(store, topic))
    topic.after = lambda partition, offset: None
    topic.logs[0].append(topic.logs[0][0])
    look_again(relay)
    assert not relay.stopped


def restored(store, tmp_path):
    """The store as it is now, opened from a copy of its files."""
    (tmp_path / "backup").mkdir()
    for file in tmp_path.glob("suite.sqlite*"):
        shutil.copy(file, tmp_path / "backup")
    return contextlib.closing(open_store(tmp_path / "backup"))


def test_a_store_restored_with_its_checkpoint_publishes_nothing_over_what_was_published(store, topic, tmp_path):
    record(store)
    work(relay_of(store, topic))
    older = whole(store)
    with restored(store, tmp_path) as back:
        record(store)
        work(relay_of(store, topic))
        assert whole(back) == older
        record(back, streams=100)  # other events at the same positions
        before = ids(topic.logs)
        relay = work(relay_of(back, topic))
        assert sorted(relay.stopped) == list(range(PARTITIONS))
        assert "was published and is not in the store: was that restored" in relay.stopped[0]
        assert ids(topic.logs) == before
        work(relay)
        assert ids(topic.logs) == before


def test_a_store_that_is_restored_while_it_relays_and_is_further_already_publishes_nothing(store, topic, tmp_path):
    record(store)
    relay = work(relay_of(store, topic))
    with restored(store, tmp_path) as back:
        record(store)
        work(relay)
        record(back, streams=200)  # more than was lost of every partition, before it is time to compare
        before = ids(topic.logs)
        relay._store = back
        work(relay)
        assert sorted(relay.stopped) == list(range(PARTITIONS))
        assert ids(topic.logs) == before


def test_a_store_without_the_event_that_was_published_last_publishes_nothing(store, topic):
    record(store)
    relay = work(relay_of(store, topic))
    with store.transaction() as transaction:
        transaction.connection.exec_driver_sql("UPDATE relayed SET event_id = 'another' WHERE partition = 2")
    record(store)
    before = len(topic.logs[2])
    with structlog.testing.capture_logs() as logs:
        relay = work(relay_of(store, topic))
    assert list(relay.stopped) == [2]
    assert relay.stopped[2].startswith("suite/2:")
    assert [(line["log_level"], line["partition"]) for line in logs if line["event"] == "relay-stopped"] == [
        ("error", 2)
    ]
    assert len(topic.logs[2]) == before
    assert len(topic.logs[1]) == len(whole(store)[1])


def test_an_empty_store_does_not_publish_into_a_topic_that_holds_another_history(store, topic, tmp_path):
    record(store)
    work(relay_of(store, topic))
    (tmp_path / "another").mkdir()
    another = open_store(tmp_path / "another")
    record(another, streams=2)
    relay = work(relay_of(another, topic))
    another.close()
    assert sorted(relay.stopped) == list(range(PARTITIONS))


def test_it_waits_for_a_topic_that_is_gone_says_so_once_and_loses_nothing(store, topic):
    topic.gone = True
    relay = relay_of(store, topic)
    record(store)
    with structlog.testing.capture_logs() as logs, running(relay):
        time.sleep(1.2)
        topic.gone = False
        until(lambda: ids(topic.logs) == whole(store), PATIENCE)
    assert [line["event"] for line in logs] == ["relay-waits", "relay-goes-on"]


def test_a_new_event_wakes_it(store, topic):
    with running(relay_of(store, topic)):
        time.sleep(0.2)
        began = time.monotonic()
        store.append(raised("counter-a", 0, 1))
        until(lambda: any(topic.logs.values()), PATIENCE)
        assert time.monotonic() - began < 0.5


def test_it_counts_what_was_acknowledged_and_what_failed(store, topic):
    def counted(name):
        labels = [{"partition": str(n)} for n in range(PARTITIONS)]
        return sum(REGISTRY.get_sample_value(f"nyfiken_relay_{name}_total", each) or 0 for each in labels)

    before = counted("events"), counted("failures")
    record(store, streams=8, events=5)
    topic.acknowledges = dict.fromkeys(range(PARTITIONS), 1)
    relay = relay_of(store, topic)
    with pytest.raises(TopicGone):
        relay.step()
    topic.acknowledges = {}
    work(relay)
    failed = sum(len(found) > 1 for found in whole(store).values())
    assert (counted("events") - before[0], counted("failures") - before[1]) == (40, failed)


def batches(topic):
    """What is published at once, as it comes: how many events, and how many bytes."""
    found, publish = [], topic.publish

    def noted(sent):
        events = [event for events in sent.values() for event in events]
        found.append((len(events), sum(len(event.data) for event in events)))
        return publish(sent)

    topic.publish = noted
    return found


@pytest.mark.parametrize("assigned", [[0], [0, 1], range(PARTITIONS)], ids=len)
def test_a_batch_is_bounded_by_number(store, topic, assigned, monkeypatch):
    monkeypatch.setattr("chassis.transport.relay.BATCH", 20)
    record(store)
    found = batches(topic)
    work(relay_of(store, topic, assigned))
    assert max(events for events, _ in found) == 20
    assert all(ids(topic.logs)[n] == whole(store)[n] for n in assigned)


def test_a_batch_is_bounded_by_size(store, topic, monkeypatch):
    monkeypatch.setattr("chassis.transport.relay.BYTES", 4_000_000)
    record(store, streams=2, events=40, note="x" * 200_000)
    found = batches(topic)
    work(relay_of(store, topic))
    assert 4_000_000 <= max(size for _, size in found) < 4_000_000 + PARTITIONS * 256 * 1024
    assert ids(topic.logs) == whole(store)


def test_what_was_sent_behind_a_failure_does_not_count(store, topic, monkeypatch):
    monkeypatch.setattr("chassis.transport.relay.BATCH", 28)
    record(store)
    publish, number = topic.publish, itertools.count()

    def failing_now_and_then(batches):
        topic.acknowledges = {next(number) % PARTITIONS: 3}
        return publish(batches)

    topic.publish = failing_now_and_then
    relay = relay_of(store, topic)
    for _ in range(20):
        with contextlib.suppress(TopicGone):
            relay.step()
        for partition, at in checkpoints(store).items():
            first = topic.first_copies_of(partition)
            assert at.position <= len(first)
    topic.publish, topic.acknowledges = publish, {}
    work(relay)
    assert topic.first_copies == whole(store)


def test_while_a_batch_is_on_its_way_the_next_one_is_sent(store, topic, monkeypatch):
    monkeypatch.setattr("chassis.transport.relay.BATCH", 20)
    record(store)
    on_way, most, publish = [], [], topic.publish

    def watched(batches):
        outcome = publish(batches)
        on_way.append(outcome)
        most.append(len(on_way))
        return lambda: on_way.remove(outcome) or outcome()

    topic.publish = watched
    work(relay_of(store, topic))
    assert (max(most), on_way) == (2, [])
    assert ids(topic.logs) == whole(store)
