"""Those who wait for a processor look together: what one has seen a moment ago, the others need not look up."""

import contextlib
import time

import pytest

from chassis.processing.checkpoints import put_back
from chassis.processing.tables import create_tables
from chassis.recorded import Position
from chassis.store.protocol import Head
from chassis.web import progress
from chassis.web.progress import Progress
from tests.stores import sqlite_store

FIRST, SECOND = Position("suite", 0, 1), Position("suite", 0, 2)


class Counting:
    """A store that counts how often somebody looks."""

    def __init__(self, store):
        self.looks = 0
        self._store = store

    @contextlib.contextmanager
    def reading(self):
        self.looks += 1
        with self._store.reading() as connection:
            yield connection


@pytest.fixture
def store(tmp_path):
    with contextlib.closing(sqlite_store(tmp_path / "suite", "suite")()) as store:
        with store.transaction() as transaction:
            create_tables(transaction.connection)
        move(store, 1)
        yield store


@pytest.fixture
def counting(store):
    return Counting(store)


@pytest.fixture
def seen(counting):
    return Progress(counting)


def move(store, position):
    with store.transaction() as transaction:
        put_back(transaction.connection, "tally_v1", ("suite", 0), Head(position=position, id=str(position)))


def test_what_somebody_has_seen_is_looked_up_once(seen, counting):
    assert [seen.has_passed("tally_v1", [FIRST], time.monotonic()) for _ in range(5)] == [True] * 5
    assert counting.looks == 1


def test_who_comes_while_others_wait_sees_what_they_have_seen_and_looks_where_that_is_too_old(seen, counting, store):
    came = time.monotonic()
    assert not seen.has_passed("tally_v1", [SECOND], came)
    assert not seen.has_passed("tally_v1", [FIRST, SECOND], came)
    assert counting.looks == 1
    move(store, 2)
    assert not seen.has_passed("tally_v1", [SECOND], came)
    assert seen.has_passed("tally_v1", [SECOND], time.monotonic())
    assert counting.looks == 2


def test_a_processor_that_was_put_back_is_looked_up_again_after_a_moment(seen, store, monkeypatch):
    assert seen.has_passed("tally_v1", [FIRST], time.monotonic())
    move(store, 0)
    assert seen.has_passed("tally_v1", [FIRST], time.monotonic())
    monkeypatch.setattr(progress, "_A_MOMENT", 0.0)
    assert not seen.has_passed("tally_v1", [FIRST], time.monotonic())


def test_one_that_has_not_begun_has_passed_nothing_but_the_beginning(seen):
    assert not seen.has_passed("titles_v1", [FIRST], time.monotonic())
    assert seen.has_passed("titles_v1", [Position("suite", 0, 0)], time.monotonic())
