"""nyfiken topics forget: where Kafka was taken away on purpose, nothing counts as unpublished or left undone."""

import contextlib

import pytest
from click.testing import CliRunner

from chassis.figures import page
from chassis.keys import load_keys
from chassis.processing.leases import RELAY, Key, Leases
from chassis.processing.tables import create_tables
from chassis.store.sqlite import open_store
from chassis.testing.store_suite import raised
from chassis.transport.relayed import begin
from nyfiken.cli import cli
from services.ideas.main import SERVICE


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def store(data):
    """Of a service whose relay has begun, and waits with an event."""
    with contextlib.closing(open_store(data, "ideas", load_keys(data).master)) as store:
        with store.transaction() as transaction:
            create_tables(transaction.connection)
            begin(transaction.connection, 0)
        store.append(raised("counter-a", 0, 1))
        yield store


def figures(store):
    """What an alert looks at."""
    names = ("nyfiken_relay_lag_seconds", "nyfiken_relay_lag_events", "nyfiken_leases_free")
    lines = page(SERVICE, store).decode().splitlines()
    return {line.split("{")[0].split()[0]: float(line.split()[-1]) for line in lines if line.startswith(names)}


def forget(data, answer=""):
    said = CliRunner().invoke(cli, ["topics", "forget", "ideas", "--data", str(data)], input=answer)
    return said.exit_code, said.output


def test_what_waits_to_be_published_and_is_left_undone_is_forgotten_once_nobody_publishes(data, store):
    leases = Leases(store, "worker-1", "a process")
    leases.hold([Key(RELAY, "ideas", 0)])
    code, said = forget(data, "y\n")
    assert code == 1
    assert "worker-1 of ideas publishes, or did so ten seconds ago: start it without NYFIKEN_KAFKA first" in said
    leases.leave([Key(RELAY, "ideas", 0)])
    left = figures(store)
    assert (left["nyfiken_relay_lag_events"], left["nyfiken_leases_free"]) == (1, 1)
    assert forget(data, "n\n")[0] == 1
    assert figures(store)["nyfiken_leases_free"] == 1
    assert forget(data, "y\n") == (0, forget(data, "y\n")[1]), "again it is no matter"
    assert figures(store) == {"nyfiken_leases_free": 0}


def test_the_settings_of_one_service_do_not_stand_in_the_way_of_what_is_said_of_its_topic(data, store, monkeypatch):
    """In its Pod NYFIKEN_DATABASE is set: which service that is of is said behind the group's name."""
    monkeypatch.setenv("NYFIKEN_DATABASE", "postgresql://ideas:secret-word@127.0.0.1:9/ideas")
    code, said = forget(data, "y\n")
    assert (code, "database ideas on 127.0.0.1:9" in said) == (1, True)
