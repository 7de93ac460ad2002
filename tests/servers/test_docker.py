"""The servers in containers of the official images; skipped where they cannot be had, unless Docker is asked for."""

import contextlib
import os

import psycopg
import pytest

from tests.servers.docker import DockerKafka, DockerPostgres
from tests.servers.found import FORCED, NoServer
from tests.servers.messages import first, new_topic, produce
from tests.servers.postgres import new_database


def test_a_postgresql_in_a_container_answers(container):
    server = container(DockerPostgres)
    with new_database(server.dsn) as database, psycopg.connect(database) as connection:
        settings = connection.execute("SELECT current_setting('fsync'), current_setting('max_connections')").fetchone()
    assert settings == ("on", "200")


def test_a_kafka_in_a_container_gives_back_what_was_produced(container):
    server = container(DockerKafka)
    topic = new_topic(server.client)
    produce(server.client, topic, b"heard")
    assert first(server.client, topic) == b"heard"


@pytest.fixture
def container():
    with contextlib.ExitStack() as running:

        def started(make):
            try:
                return running.enter_context(make())
            except NoServer as reason:
                without(reason)

        yield started


def without(reason):
    if os.environ.get(FORCED) == "docker":
        pytest.fail(str(reason), pytrace=False)
    pytest.skip(str(reason))
