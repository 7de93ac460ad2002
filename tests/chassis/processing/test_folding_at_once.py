"""Several workers fold the same rows at once, of events of several partitions: on PostgreSQL, where they can."""

import dataclasses
import random

import pytest

from chassis.processing.processor import apply, processors
from chassis.processing.registry import rows_of, start_generation
from chassis.store.protocol import Append, Change
from chassis.testing.happenings import CounterRaised
from chassis.testing.read_models import folded
from chassis.testing.store_suite import new
from tests.chassis.processing.at_once import at_once
from tests.chassis.processing.tallies import Tally, suite, tally

PARTITIONS = 4
STREAMS = 40
ROUNDS, EVENTS = 12, 5
"""In each round so many events come to each stream; each event concerns three rows."""
BATCH = 25


def onto_row(row, recorded, key):
    row = row or Tally(counter=key)
    words = " ".join(sorted({*row.words.split(), recorded.stream.replace("-", "")}))
    return dataclasses.replace(row, total=row.total + recorded.event.by, events=row.events + 1, words=words)


def model(name):
    return tally(name=name, fold=onto_row, keys=lambda recorded: recorded.event.note.split())


@pytest.fixture
def opener(several_partitions):
    return several_partitions(PARTITIONS)


def the_same(round_, chance):
    """Rows that were made long ago, most of them."""
    return str(chance.randrange(30))


def new_ones(round_, chance):
    """Rows that all workers make at the same moment, most of them."""
    return f"{chance.randrange(60)}-{round_}"


def tell(store, row_of):
    chance = random.Random(7)
    for round_ in range(ROUNDS):
        for stream in range(STREAMS):
            notes = [" ".join(row_of(round_, chance) for _ in range(3)) for _ in range(EVENTS)]
            events = [new(CounterRaised(by=chance.randrange(9), note=note)) for note in notes]
            before = round_ * EVENTS
            store.append(Append(changes=[Change(stream=f"counter-{stream}", expected=before, events=events)]))


def fold(store, tables, partition):
    """As a reader does, but nothing is tried again."""
    after = 0
    while events := store.read(partition, after, BATCH):
        with store.transaction() as transaction:
            for table in tables:
                apply(transaction, {table: events})
        after = events[-1].position


@pytest.mark.parametrize("row_of", [the_same, new_ones])
def test_whatever_they_fold_at_the_same_moment_the_rows_are_those_of_one_after_the_other(store, row_of):
    models = (model("one"), model("other"))
    with store.transaction() as transaction:
        for each in models:
            start_generation(transaction.connection, each)
        tables = processors(suite(*models), store, transaction.connection)
        for table in tables:
            table.prepare(transaction.connection)
    tell(store, row_of)
    at_once(lambda partition: fold(store, tables, partition), range(PARTITIONS))
    history = [recorded for partition in range(PARTITIONS) for recorded in store.read(partition, 0, 1_000_000)]
    with store.reading() as db:
        for table in tables:
            found = rows_of(db, table.model, table.generation)
            assert {row.counter: row for row in found.all(found.table.select())} == folded(table.model, history)
            assert len(found.matching("counter7", 5)) == 5


def test_a_row_that_a_fold_gives_up_is_not_there(store):
    never = tally(fold=lambda row, recorded, key: None)
    with store.transaction() as transaction:
        start_generation(transaction.connection, never)
        (table,) = processors(suite(never), store, transaction.connection)
        table.prepare(transaction.connection)
    tell(store, the_same)
    fold(store, [table], 0)
    with store.reading() as db:
        assert rows_of(db, never, table.generation).count() == 0
