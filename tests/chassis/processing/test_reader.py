"""One source, read for all: what is away holds up nothing else, and who is behind does not wait."""

import contextlib

import pytest

from chassis.processing.checkpoints import checkpoints
from chassis.processing.registry import start_generation
from chassis.processing.source import OwnStore, SourceGone
from chassis.service import Service
from chassis.store.protocol import Append, Change
from chassis.store.sqlite import SqliteStore
from chassis.testing.happenings import CounterRaised
from chassis.testing.store_suite import new
from chassis.worker import Worker
from tests.chassis.meanwhile import running, until
from tests.chassis.processing.tallies import tally

PATIENCE = 20.0
PARTITIONS = 3


class Shaky(OwnStore):
    """Gives little at once, and of some partitions nothing."""

    def __init__(self, store):
        super().__init__(store)
        self.gone = set()
        self.most = 100

    def read(self, partition, after, limit):
        if partition in self.gone:
            raise SourceGone(f"{partition} is away")
        return super().read(partition, after, min(limit, self.most))


@pytest.fixture
def owner(tmp_path):
    with contextlib.closing(SqliteStore(tmp_path / "o", "suite", master_key=bytes(32), partitions=PARTITIONS)) as it:
        yield it


@pytest.fixture
def source(owner):
    return Shaky(owner)


@pytest.fixture
def worker(listener, source):
    service = Service(name="listener", deciders=(), read_models=(tally(),), reactions=())
    return Worker(service, listener, {"suite": source}, "w1")


def record(owner, streams, events=1):
    for _ in range(streams):
        number = sum(head.position for head in owner.heads().values())
        happened = [new(CounterRaised()) for _ in range(events)]
        owner.append(Append(changes=[Change(stream=f"counter-{number}", expected=0, events=happened)]))


def reached(listener, name="tally_v1"):
    with listener.reading() as db:
        return {n: at.position for (_, n), at in checkpoints(db, name).items()}


def test_partitions_that_are_away_hold_up_no_other(owner, listener, worker, source):
    record(owner, 30)
    heads = {n: head.position for n, head in owner.heads().items()}
    worker.catch_up()
    source.gone = {n for n in heads if heads[n] == max(heads.values())}  # who is furthest comes first
    record(owner, 30)
    now = {n: head.position for n, head in owner.heads().items()}
    with running(worker):
        until(lambda: reached(listener) == {n: heads[n] if n in source.gone else now[n] for n in now}, PATIENCE)
        source.gone = set()
        until(lambda: reached(listener) == now, PATIENCE)


def test_who_is_behind_reads_on_without_waiting_for_something_new(owner, listener, worker, source):
    record(owner, 60, events=5)
    worker.catch_up()
    source.most = 5
    with listener.transaction() as transaction:
        start_generation(transaction.connection, tally())
    heads = {n: head.position for n, head in owner.heads().items()}
    with running(worker):
        until(lambda: reached(listener, "tally_v1_g2"), PATIENCE)
        took = until(lambda: reached(listener, "tally_v1_g2") == heads, PATIENCE)
    assert took < sum(heads.values()) / source.most / PARTITIONS / 2, "it waited as often as it read"
