"""Who parks, joins, retries and drops a key at the same moment loses no event and keeps their order: on PostgreSQL."""

import dataclasses

import pytest

from chassis.processing.parking import parked, release, waiting
from chassis.processing.processor import apply, processors, retry
from chassis.processing.registry import rows_of, start_generation
from chassis.store.protocol import Append, Change
from chassis.testing.happenings import CounterRaised
from chassis.testing.store_suite import new
from tests.chassis.processing.at_once import at_once
from tests.chassis.processing.tallies import Tally, suite, tally

EVENTS = 200


@pytest.fixture
def opener(several_partitions):
    return several_partitions(4)


def in_order(row, recorded, key):
    row = row or Tally(counter=key)
    return dataclasses.replace(row, words=f"{row.words} {recorded.version}".strip(), events=row.events + 1)


def failing(row, recorded, key):
    if recorded.version % 10 == 1:
        raise ValueError("not this one")
    return in_order(row, recorded, key)


def table(store, **changed):
    """A processor of a table that is made at the first call."""
    model = tally(search=None, **changed)
    with store.transaction() as transaction:
        start_generation(transaction.connection, model)
        (made,) = processors(suite(model), store, transaction.connection)
        made.prepare(transaction.connection)
    return made


def tell(store, stream):
    events = [new(CounterRaised()) for _ in range(EVENTS)]
    store.append(Append(changes=[Change(stream=stream, expected=0, events=events)]))
    return store.read_stream(stream)[0].partition


def fold(store, processor, partition, at_a_time):
    after = 0
    while events := store.read(partition, after, at_a_time):
        with store.transaction() as transaction:
            apply(transaction, {processor: events})
        after = events[-1].position


def kept(store, processor, key):
    with store.reading() as db:
        return rows_of(db, processor.model, processor.generation).get(key)


def parked_without_a_key(store):
    with store.reading() as db:
        found = "SELECT count(*) FROM parked_events e WHERE NOT EXISTS (SELECT FROM parked_keys k WHERE k.key = e.key)"
        return db.exec_driver_sql(found).scalar()


def test_an_event_never_joins_a_key_that_is_being_released(store):
    broken, mended = table(store, fold=failing), table(store, fold=in_order)
    partition = tell(store, "counter-a")
    going_on = True

    def run(_):
        nonlocal going_on
        fold(store, broken, partition, 3)
        going_on = False

    def mend(_):
        return sum(iter(lambda: retry(store, mended, "a") if going_on else None, None))

    _, applied = at_once(lambda do: do(0), [run, mend])
    rest = retry(store, mended, "a")
    assert kept(store, mended, "a").words.split() == [str(n) for n in range(1, EVENTS + 1)]
    assert applied + rest < EVENTS, "it was never released, so nothing was tried"
    with store.reading() as db:
        assert parked(db) == []


def test_several_park_the_same_key_at_once(store):
    broken = table(store, fold=failing, keys=lambda recorded: ["shared"])
    partitions = {tell(store, f"counter-{n}") for n in range(8)}
    at_once(lambda partition: fold(store, broken, partition, 7), sorted(partitions))
    with store.transaction() as transaction:
        (only,) = parked(transaction.connection)
        events = waiting(transaction.connection, broken.name, "shared")
    by_stream = {stream: [r.version for r in events if r.stream == stream] for stream in {r.stream for r in events}}
    assert all(versions == sorted(versions) for versions in by_stream.values())
    row = kept(store, broken, "shared")
    assert only.events + (row.events if row else 0) == 8 * EVENTS


def test_what_joins_a_key_that_is_being_dropped_goes_with_it_or_is_applied(store):
    broken = table(store, fold=failing)
    partition = tell(store, "counter-a")
    going_on, dropped = True, 0

    def run(_):
        nonlocal going_on
        fold(store, broken, partition, 3)
        going_on = False

    def drop(_):
        nonlocal dropped
        while going_on:
            with store.transaction() as transaction:
                dropped += release(transaction.connection, broken.name, "a")

    at_once(lambda do: do(0), [run, drop])
    with store.reading() as db:
        left = sum(found.events for found in parked(db))
    assert parked_without_a_key(store) == 0
    row = kept(store, broken, "a")
    assert dropped + left + (row.events if row else 0) == EVENTS


def test_nothing_is_retried_under_a_key_that_is_not_parked(store):
    assert retry(store, table(store), "a") == 0
