"""Which servers the tests run against: the order in which they are looked for, and what becomes of a test without."""

import contextlib
from types import SimpleNamespace

import pytest

from tests.servers.found import Kind, NoServer, absent, described, found, ways
from tests.servers.process import NotStarted

GIVEN = {"NYFIKEN_TEST_KAFKA": "broker:9092"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ("docker", "local")),
        (GIVEN, ("settings",)),
        ({"NYFIKEN_TEST_POSTGRES": "postgresql://…"}, ("docker", "local")),
        ({"NYFIKEN_TEST_SERVERS": "local"}, ("local",)),
        (GIVEN | {"NYFIKEN_TEST_SERVERS": "docker"}, ("docker",)),
    ],
)
def test_what_is_forced_goes_before_what_is_given_before_docker_before_local(environment, expected):
    assert ways("Kafka", environment) == expected


def test_a_way_that_is_none_is_refused_by_name():
    with pytest.raises(pytest.UsageError, match="NYFIKEN_TEST_SERVERS is 'dokcer'; it can be docker or local"):
        ways("Kafka", {"NYFIKEN_TEST_SERVERS": "dokcer"})


def test_the_first_line_says_where_servers_are_looked_for():
    assert described(GIVEN) == "PostgreSQL from docker or else local, Kafka from settings"


def test_one_that_is_given_is_taken_as_it_is():
    with found(kind(), GIVEN) as (way, server):
        assert (way, server.where) == ("settings", "broker:9092")


def test_one_that_cannot_be_had_of_docker_is_started_here():
    with found(kind(docker=NoServer("no daemon")), {}) as (way, server):
        assert (way, server.where) == ("local", "here")


def test_none_at_all_says_why_for_each_way():
    without = kind(docker=NoServer("no daemon"), local=FileNotFoundError("no java"))
    with pytest.raises(NoServer, match=r"^no Kafka — docker: no daemon; local: no java$"), found(without, {}):
        pass


def test_one_that_does_not_start_counts_as_none():
    broken = kind(local=NotStarted("it ended with 1"))
    with pytest.raises(NoServer, match="it ended with 1"), found(broken, {"NYFIKEN_TEST_SERVERS": "local"}):
        pass


def test_without_a_server_a_test_is_skipped_but_fails_in_continuous_integration():
    with pytest.raises(pytest.skip.Exception, match="no Kafka"):
        absent(NoServer("no Kafka"), {})
    with pytest.raises(pytest.fail.Exception, match="no Kafka"):
        absent(NoServer("no Kafka"), {"CI": "true"})


def kind(docker=None, local=None):
    """A kind whose two ways give what they are called, or raise this."""
    made = {"docker": server_or(docker, "in a container"), "local": server_or(local, "here")}
    return Kind(name="Kafka", given=lambda where: SimpleNamespace(where=where), made=made)


def server_or(refusal, where):
    @contextlib.contextmanager
    def made():
        if refusal:
            raise refusal
        yield SimpleNamespace(where=where)

    return made
