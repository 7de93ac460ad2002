"""Leases share work between workers; the compare-and-set keeps it correct whatever happens to them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from chassis.errors import Unavailable
from chassis.processing.checkpoints import Checkpoint, CheckpointMoved, advance, checkpoints, register
from chassis.processing.leases import Key, Leases
from chassis.processing.tables import create_tables
from chassis.store.protocol import Head
from chassis.testing.store_suite import raised
from tests.chassis.processing.tallies import suite, tally

KEYS = [Key("tally_v1", "suite", partition) for partition in range(4)]


class Clock:
    """The database's clock, moved by hand."""

    def __init__(self):
        self.now = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self):
        return int(self.now.timestamp() * 1_000_000)

    def passes(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(opener, clock):
    store = opener(clock=clock)
    with store.transaction() as transaction:
        create_tables(transaction.connection)
        register(transaction.connection, "tally_v1", "suite", {p: Head() for p in range(4)}, at_head=False)
    yield store
    store.close()


def partitions(held):
    return sorted(lease.key.partition for lease in held)


def test_one_worker_holds_everything(store):
    assert partitions(Leases(store, "a", "a1").hold(KEYS)) == [0, 1, 2, 3]


def test_two_workers_share_fairly_within_two_renewals(store, clock):
    a, b = Leases(store, "a", "a1"), Leases(store, "b", "b1")
    a.hold(KEYS)
    assert partitions(b.hold(KEYS)) == []
    clock.passes(3)
    assert len(a.hold(KEYS)) == 2
    clock.passes(3)
    assert len(b.hold(KEYS)) == 2
    assert partitions(a.hold(KEYS) + b.hold(KEYS)) == [0, 1, 2, 3]


def test_the_leases_of_a_dead_worker_are_taken_when_they_expire(store, clock):
    a, b = Leases(store, "a", "a1"), Leases(store, "b", "b1")
    a.hold(KEYS)
    clock.passes(9)
    assert b.hold(KEYS) == []
    clock.passes(2)
    assert partitions(b.hold(KEYS)) == [0, 1, 2, 3]


def test_the_leases_of_a_dead_worker_are_taken_soon_though_the_clock_was_set_back(store, clock):
    a, b = Leases(store, "a", "a1"), Leases(store, "b", "b1")
    for each in (a, b, a, b):
        each.hold(KEYS)
    clock.passes(-3600)
    assert len(b.hold(KEYS)) == 2
    clock.passes(9)
    assert len(b.hold(KEYS)) == 2
    clock.passes(2)
    assert len(b.hold(KEYS)) == 4


def test_everybody_goes_on_when_the_clock_is_set_forward(store, clock):
    a, b = Leases(store, "a", "a1"), Leases(store, "b", "b1")
    for each in (a, b, a, b):
        each.hold(KEYS)
    clock.passes(3600)
    for _ in range(2):
        held = [leases.hold(KEYS) for leases in (a, b)]
    assert partitions(held[0] + held[1]) == [0, 1, 2, 3]


def test_a_worker_that_is_told_to_end_while_its_database_is_away_ends(worker, store, monkeypatch):
    told, one = threading.Event(), worker(suite(tally()))

    def away():
        raise Unavailable("store-unavailable")

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(one.run, told)
        while one.being_built():
            time.sleep(0.05)
        monkeypatch.setattr(store, "transaction", away)
        told.set()
        assert running.result(timeout=10) is None


def test_a_worker_that_leaves_gives_its_leases_back_at_once(store):
    a, b = Leases(store, "a", "a1"), Leases(store, "b", "b1")
    a.leave(lease.key for lease in a.hold(KEYS))
    taken = b.hold(KEYS)
    assert partitions(taken) == [0, 1, 2, 3]
    assert not any(lease.cautious for lease in taken)


def test_a_worker_started_again_takes_its_own_leases_over_at_once(store):
    first = Leases(store, "a", "a1").hold(KEYS)
    second = Leases(store, "a", "a2").hold(KEYS)
    assert [lease.epoch for lease in first] == [1] * 4
    assert [lease.epoch for lease in second] == [2] * 4
    assert Leases(store, "a", "a1").hold(KEYS[:1])[0].epoch == 3


def test_a_lease_lost_twice_at_the_same_checkpoint_is_cautious_until_it_moves(store):
    for n in range(2):
        (lease,) = Leases(store, "a", f"a{n}").hold(KEYS[:1])
        assert not lease.cautious
    (lease,) = Leases(store, "a", "a3").hold(KEYS[:1])
    assert lease.cautious
    Leases(store, "a", "a3").calm(lease)
    assert not Leases(store, "a", "a3").hold(KEYS[:1])[0].cautious


def test_an_event_announced_and_lost_three_times_is_deadly(store):
    for n in range(4):
        leases = Leases(store, "a", f"a{n}")
        (lease,) = leases.hold(KEYS[:1])
        assert lease.deadly == 0 if n < 3 else lease.deadly == 1
        leases.announce(lease, 1)


def test_an_event_that_is_not_tried_again_is_not_suspected_more(store):
    first = Leases(store, "a", "a0")
    first.announce(first.hold(KEYS[:1])[0], 1)
    for n in range(1, 6):  # they die of something else
        (lease,) = Leases(store, "a", f"a{n}").hold(KEYS[:1])
    assert (lease.cautious, lease.deadly) == (True, 0)
    for n in range(6, 8):  # but then of this, too
        last = Leases(store, "a", f"a{n}")
        last.announce(last.hold(KEYS[:1])[0], 1)
    assert Leases(store, "a", "a8").hold(KEYS[:1])[0].deadly == 1


def test_only_one_event_is_tried_alone_at_a_time(store):
    leases = Leases(store, "a", "a1")
    one, other = leases.hold(KEYS[:2])
    meanwhile = []

    def try_the_other():
        with leases.announced(other, 1):
            meanwhile.append("tried")

    thread = threading.Thread(target=try_the_other)
    with leases.announced(one, 1):
        thread.start()
        thread.join(0.1)
        assert meanwhile == []
    thread.join()
    assert meanwhile == ["tried"]


def test_a_checkpoint_moves_only_from_where_it_is(store):
    store.append(raised("counter-a", 0, 1, 1))
    one, two = store.read(0, 0)
    with store.transaction() as transaction:
        advance(transaction.connection, ["tally_v1"], ("suite", 0), Checkpoint(), Checkpoint(1, one.id))
    with pytest.raises(CheckpointMoved), store.transaction() as transaction:
        advance(transaction.connection, ["tally_v1"], ("suite", 0), Checkpoint(), Checkpoint(2, two.id))
    with store.reading() as db:
        assert checkpoints(db, "tally_v1")["suite", 0].position == 1


def test_a_worker_whose_place_was_taken_writes_nothing_twice(store, worker):
    store.append(raised("counter-a", 0, 1, 2))
    slow = worker(suite(tally()), "slow")
    slow.catch_up()
    store.append(raised("counter-a", 2, 4))
    worker(suite(tally()), "slow").catch_up()
    slow.catch_up()
    with store.reading() as db:
        assert db.exec_driver_sql("SELECT total, events FROM tally_v1").all() == [(7, 3)]
