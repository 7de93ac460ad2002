"""A database is restored to what it was an hour ago: whoever knows what is lost stops and says so."""

from __future__ import annotations

import contextlib
import time

import pytest

from chassis.keys import load_keys
from chassis.processing.checkpoints import checkpoints
from chassis.processing.processor import processors
from chassis.store.postgres import PostgresStore
from chassis.testing.store_suite import raised
from nyfiken.layout import SERVICES
from tests.faults.backups import dump, restored
from tests.faults.lasting import longer
from tests.faults.stage import Stage, until
from tests.kafka_topics import messages
from tests.servers.found import absent
from tests.servers.process import NotStarted

SERVICE = "ideas"
OTHERS = tuple(name for name in SERVICES if name != SERVICE)
AN_HOUR = 4.0
"""Seconds of work, once kept and once lost."""
LOOKED_TWICE = 12.0
"""Seconds in which everybody has looked whether the history is still the one they know."""


@pytest.fixture
def stage(tmp_path):
    with contextlib.ExitStack() as running:
        try:
            yield running.enter_context(Stage.at(tmp_path))
        except (FileNotFoundError, NotStarted) as reason:
            absent(reason)


@longer
@pytest.mark.timeout(240)
def test_who_has_read_or_published_what_a_restore_has_lost_stops_and_says_so(stage, tmp_path, capsys):
    backup = tmp_path / "backup.sql"
    work(stage, AN_HOUR)
    stage.history.catches_up()
    kept = heads(stage)
    dump(stage.database(SERVICE), backup)
    work(stage, AN_HOUR)
    stage.history.catches_up()
    lost = {n: head for n, head in heads(stage).items() if head > kept[n]}
    read, published = read_by_others(stage, lost), topic(stage, lost)

    with restored(stage.postgres.dsn, stage.database(SERVICE), backup) as address:
        use_again(address, stage.platform.data, dict(list(lost.items())[::2]))
    work(stage, LOOKED_TWICE)
    grown = heads(stage)

    with capsys.disabled():
        print(f"\nkept {kept}, lost {lost}, now {grown}")
    assert all(grown[n] > kept[n] for n in lost), "nothing was recorded where something was lost"
    assert until(lambda: relays_stopped(stage) == set(lost), "not exactly these relays have stopped")
    assert until(lambda: stopped(stage) == {(service, name) for service, name, _ in read}, "not all have stopped")
    assert read_by_others(stage, lost) == read
    assert topic(stage, lost) == published
    assert all(any(f"partition {n} are not published" in line for line in degraded(stage)) for n in lost)


def work(stage, seconds):
    with stage.people.going_on():
        time.sleep(seconds)


def heads(stage):
    return {n: head.position for n, head in stage.history.stores[SERVICE].heads().items()}


def use_again(address, data, beyond):
    """Record something else at the positions that were lost, and some more, before anybody looks."""
    store = PostgresStore(address, SERVICE, master_key=load_keys(data).master)
    with contextlib.closing(store):
        for number in range(1_000):
            if all(store.heads()[n].position > position for n, position in beyond.items()):
                return
            store.append(raised(f"counter-{number}", 0, 1, 1, 1, 1))
    raise AssertionError(f"these positions were not used again: {beyond}")


def read_by_others(stage, partitions):
    """(service, processor, partition) → how far those are that read the restored service."""
    found = {}
    for name in OTHERS:
        service, store = stage.history.services[name], stage.history.stores[name]
        with store.reading() as db:
            for processor in processors(service, store, db):
                for (source, n), at in checkpoints(db, processor.name).items():
                    if source == SERVICE and n in partitions:
                        found[name, processor.name, n] = at
    return found


def topic(stage, partitions):
    """Partition → the ids of everything that lies in it."""
    found = messages(stage.brokers, stage.topic(SERVICE))
    return {n: [dict(message.headers)["ce_id"] for message in found[n]] for n in partitions}


def relays_stopped(stage):
    return {line["partition"] for line in stage.logged(SERVICE, "relay-stopped")}


def stopped(stage):
    """(service, processor) of those whose worker says that they must not go on."""
    found = {
        (name, line["processor"], line["reason"]) for name in OTHERS for line in stage.logged(name, "processor-stopped")
    }
    return {(name, processor) for name, processor, reason in found if reason.startswith("SourceRestored: ideas/")}


def degraded(stage):
    """What /readyz of the restored service says."""
    status, found = stage.readiness(SERVICE)
    assert status == 200
    return found["degraded"]
