"""Few events in each of several partitions share a transaction; what fails there is tried partition by partition."""

import contextlib

import pytest
from structlog.testing import capture_logs

from chassis.processing.checkpoints import Checkpoint, advance, checkpoints
from chassis.processing.parking import parked
from chassis.processing.registry import rows
from chassis.store.encoding import partition_of
from chassis.store.sqlite import SqliteStore
from chassis.testing.store_suite import raised
from chassis.worker import Worker
from tests.chassis.processing.tallies import MIRROR, suite, tally
from tests.chassis.processing.test_read_models import note

PARTITIONS = 3
NAMES = {partition_of(f"counter-{name}", PARTITIONS): name for name in "abcdefgh"}
"""Partition → a counter there."""


@pytest.fixture
def store(tmp_path):
    with contextlib.closing(SqliteStore(tmp_path / "s", "suite", master_key=bytes(32), partitions=PARTITIONS)) as it:
        yield it


@pytest.fixture
def work(store):
    """Makes a worker that has looked around, and gives its reader."""

    def begin(service):
        worker = Worker(service, store, {}, "w1")
        worker.catch_up()
        return worker._readers["suite"]

    return begin


def record(store, events=1):
    """So many events of each counter, none of which had any."""
    for name in NAMES.values():
        store.append(raised(f"counter-{name}", 0, *[1] * events))


def transactions(reader):
    """(processors, how many events), of each transaction that a step takes."""
    with capture_logs() as logs:
        assert reader.step()
    return [(line["processors"], line["events"]) for line in logs if line["event"] == "batch"]


def totals(store):
    with store.reading() as db:
        return {row.counter: row.total for row in rows(db, tally()).page(limit=50).rows}


def reached(store):
    with store.reading() as db:
        return {n: at.position for (_, n), at in checkpoints(db, "tally_v1").items()}


def test_there_is_a_counter_in_each_partition():
    assert sorted(NAMES) == list(range(PARTITIONS))


def test_what_lies_in_several_partitions_is_applied_in_one_transaction(store, work):
    reader = work(suite(tally()))
    record(store)
    assert transactions(reader) == [(["tally_v1"], PARTITIONS)]
    assert totals(store) == dict.fromkeys(NAMES.values(), 1)
    assert reached(store) == dict.fromkeys(NAMES, 1)


def test_rules_have_a_transaction_apart_from_those_that_write_rows(store, work):
    reader = work(suite(tally(), reactions=(MIRROR,)))
    record(store)
    assert transactions(reader) == [(["tally_v1"], PARTITIONS), (["mirror"], PARTITIONS)]
    mirrored = [store.read_stream(f"counter-mirror-{name}") for name in NAMES.values()]
    assert [len(events) for events in mirrored] == [1] * PARTITIONS


def test_no_transaction_has_more_events_than_each_may_take(store, work):
    reader = work(suite(tally(), reactions=(MIRROR,)))
    record(store, events=20)
    rules = [events for names, events in transactions(reader) if names == ["mirror"]]
    assert rules == [40, 20], "a rule takes 50"


def test_what_cannot_be_applied_in_one_partition_holds_up_no_other(store, work):
    reader = work(suite(tally()))
    poisoned, *others = NAMES
    store.append(note(f"counter-{NAMES[poisoned]}", 0, "poison"))
    for n in others:
        store.append(raised(f"counter-{NAMES[n]}", 0, 1))
    reader.step()
    assert totals(store) == {NAMES[n]: 1 for n in others}
    assert reached(store) == dict.fromkeys(NAMES, 1)
    with store.reading() as db:
        assert [(one.processor, one.key) for one in parked(db)] == [("tally_v1", NAMES[poisoned])]


def test_what_a_rule_cannot_answer_in_one_partition_holds_up_no_other(store, work):
    reader = work(suite(tally(), reactions=(MIRROR,)))
    poisoned, *others = NAMES
    store.append(note(f"counter-{NAMES[poisoned]}", 0, "first", "poison", "after"))
    for n in others:
        store.append(raised(f"counter-{NAMES[n]}", 0, 1))
    reader.step()
    mirrored = {n: len(store.read_stream(f"counter-mirror-{NAMES[n]}")) for n in NAMES}
    assert mirrored == dict.fromkeys(NAMES, 1), "the first of the poisoned stream, and the only one of each other"


def test_whom_another_worker_has_moved_is_let_go_where_it_was(store, work):
    reader = work(suite(tally()))
    record(store)
    moved, *others = NAMES
    head = store.heads()[moved]
    with store.transaction() as transaction:
        to = Checkpoint(head.position, head.id)
        advance(transaction.connection, ["tally_v1"], ("suite", moved), Checkpoint(), to)
    reader.step()
    assert totals(store) == {NAMES[n]: 1 for n in others}
    assert sorted(partition for _, partition in reader._assigned) == sorted(others)
