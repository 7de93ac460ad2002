"""Several workers share work at the same moment, on an empty database: on PostgreSQL, where they do so at once."""

from collections import Counter
from datetime import timedelta

import pytest

from chassis.processing.checkpoints import checkpoints, register
from chassis.processing.heads import note, noted
from chassis.processing.leases import Key, Leases
from chassis.processing.processor import processors
from chassis.processing.registry import generations, prune, serve, start_generation
from chassis.store.protocol import Head
from tests.chassis.processing.at_once import at_once
from tests.chassis.processing.tallies import suite, tally
from tests.chassis.processing.test_work_sharing import Clock

PARTITIONS = 8
WORKERS = ("a", "b", "c", "d")
WANTED = [Key(processor, "suite", partition) for processor in ("one", "other") for partition in range(PARTITIONS)]


@pytest.fixture
def opener(several_partitions):
    return several_partitions(PARTITIONS)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(opener, clock):
    store = opener(clock=clock)
    yield store
    store.close()


def workers(store, ttl):
    return [Leases(store, owner, f"{owner}1", ttl) for owner in WORKERS]


def shares(held):
    """Each key's holders, and how many each worker has of each processor."""
    holders = Counter(lease.key for leases in held for lease in leases)
    return holders, [Counter(lease.key.processor for lease in leases) for leases in held]


def test_each_partition_is_held_by_one_and_the_shares_are_fair_after_two_renewals(store):
    some = workers(store, timedelta(seconds=60))
    for _ in range(3):
        held = at_once(lambda leases: leases.hold(WANTED), some)
        holders, _ = shares(held)
        assert max(holders.values()) == 1
    holders, of_each = shares(held)
    assert sorted(holders) == sorted(WANTED)
    assert of_each == [{"one": 2, "other": 2}] * len(WORKERS)


def test_again_and_again_nobody_is_in_the_others_way(store):
    some = workers(store, timedelta(seconds=60))

    def again_and_again(leases):
        held = [leases.hold(WANTED) for _ in range(25)]
        leases.release([lease.key for lease in held[-1][:1]])
        leases.leave(lease.key for lease in leases.hold(WANTED))
        return held

    at_once(again_and_again, some)
    (last,) = at_once(lambda leases: leases.hold(WANTED), some[:1])
    assert [lease.key for lease in last] == sorted(WANTED)


def test_the_leases_of_one_that_was_killed_move_when_they_expire(store, clock):
    killed, *rest = workers(store, timedelta(seconds=10))
    killed.hold(WANTED)
    clock.passes(9)
    assert at_once(lambda leases: leases.hold(WANTED), rest) == [[], [], []]
    clock.passes(2)
    for _ in range(3):
        held = at_once(lambda leases: leases.hold(WANTED), rest)
    holders, of_each = shares(held)
    assert holders == Counter(WANTED)
    assert max(found["one"] for found in of_each) == 3


def test_they_register_note_and_prepare_at_once(store):
    model = tally()
    heads = {partition: Head(position=partition, id=f"e{partition}") for partition in range(PARTITIONS)}

    def begin(_):
        with store.transaction() as transaction:
            start_generation(transaction.connection, model)
        with store.reading() as db:
            (table,) = processors(suite(model), store, db)
        with store.transaction() as transaction:
            table.prepare(transaction.connection)
        with store.transaction() as transaction:
            register(transaction.connection, table.name, "suite", heads, at_head=True)
        with store.transaction() as transaction:
            note(transaction.connection, "others", heads)
        with store.transaction() as transaction:
            serve(transaction.connection, table.generation)

    at_once(begin, WORKERS)
    with store.reading() as db:
        (only,) = generations(db, model)
        assert only.serving
        assert len(checkpoints(db, only.processor)) == PARTITIONS
        assert noted(db) == {"others": heads}


def test_they_drop_what_is_old_at_once(store):
    old, today = tally(), tally(version=2)
    with store.transaction() as transaction:
        start_generation(transaction.connection, old)
        (table,) = processors(suite(old), store, transaction.connection)
        table.prepare(transaction.connection)

    def drop(_):
        with store.transaction() as transaction:
            return prune(transaction.connection, (today,))

    assert sorted(at_once(drop, WORKERS)) == [[], [], [], ["tally_v1"]]
