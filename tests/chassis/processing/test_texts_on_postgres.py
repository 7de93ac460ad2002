"""What differs in PostgreSQL's texts makes no difference: their order, and the character that they cannot hold."""

import dataclasses

import pytest

from chassis.processing.parking import parked
from chassis.processing.registry import rows
from chassis.testing.happenings import CounterRaised
from tests.chassis.processing.tallies import Tally, suite, tally
from tests.chassis.processing.test_reactions import append

NOTED = tally(
    search=None,
    fold=lambda row, recorded, key: dataclasses.replace(row or Tally(counter=key), words=recorded.event.note),
)


@pytest.fixture
def opener(several_partitions):
    return several_partitions(1)


def test_texts_are_sorted_by_their_bytes_whatever_the_language_of_the_server(store, worker):
    worker(suite(NOTED)).catch_up()
    with store.reading() as db:
        query = "SELECT column_name, collation_name FROM information_schema.columns WHERE table_name = 'tally_v1'"
        assert dict(db.exec_driver_sql(query).all()) == {"counter": "C", "total": None, "events": None, "words": "C"}


def test_a_character_that_no_text_can_hold_is_parked_and_the_others_go_on(store, worker):
    append(store, "counter-a", 0, CounterRaised(note="a\0b"))
    append(store, "counter-b", 0, CounterRaised(note="fine"))
    running = worker(suite(NOTED))
    running.catch_up()
    assert running.stopped() == {}
    with store.reading() as db:
        assert [found.key for found in parked(db)] == ["a"]
        assert [row.words for row in rows(db, NOTED).page().rows] == ["fine"]
