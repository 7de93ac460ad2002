"""Events of another service that concern nobody here: passed by at once, and kept in the database a moment later."""

import contextlib

import pytest

from chassis.processing.checkpoints import Checkpoint, advance, checkpoints
from chassis.processing.registry import rows
from chassis.processing.source import OwnStore
from chassis.service import Service
from chassis.testing.happenings import CounterRaised, CounterSigned
from chassis.worker import Worker
from tests.chassis.processing.tallies import tally
from tests.chassis.processing.test_reactions import append
from tests.stores import sqlite_store

NOTHING_OF_INTEREST = CounterSigned(signer_id="anna", name="Anna")


@pytest.fixture
def owner(tmp_path):
    with contextlib.closing(sqlite_store(tmp_path / "owner", "suite")()) as it:
        append(it, "counter-a", 0, CounterRaised(by=1))
        yield it


@pytest.fixture
def worker(owner, listener):
    service = Service(name="listener", deciders=(), read_models=(tally(),), reactions=())
    it = Worker(service, listener, {"suite": OwnStore(owner)}, "w1")
    it.catch_up()
    return it


@pytest.fixture
def reader(worker):
    return worker._readers["suite"]


def kept(listener):
    with listener.reading() as db:
        return checkpoints(db, "tally_v1")["suite", 0].position


def test_they_cost_no_transaction_each(owner, listener, reader):
    append(owner, "counter-a", 1, NOTHING_OF_INTEREST, NOTHING_OF_INTEREST)
    assert reader.step()
    assert (reader.step(), kept(listener)) == (False, 1)
    reader.keep()
    assert kept(listener) == 3


def test_what_concerns_somebody_takes_those_before_it_along(owner, listener, reader):
    append(owner, "counter-a", 1, NOTHING_OF_INTEREST)
    reader.step()
    append(owner, "counter-a", 2, CounterRaised(by=5))
    reader.step()
    assert kept(listener) == 3
    with listener.reading() as db:
        assert rows(db, tally()).get("a").total == 6


def test_whoever_was_outrun_meanwhile_lets_go(owner, listener, reader):
    append(owner, "counter-a", 1, NOTHING_OF_INTEREST, NOTHING_OF_INTEREST)
    first, second, _ = owner.read(0, 0)
    reader.step()
    with listener.transaction() as transaction:
        old, new = Checkpoint(1, first.id), Checkpoint(2, second.id)
        advance(transaction.connection, ["tally_v1"], ("suite", 0), old, new)
    reader.keep()
    append(owner, "counter-a", 3, CounterRaised(by=5))
    assert (reader.step(), kept(listener)) == (False, 2)
