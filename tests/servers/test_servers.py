"""The servers that the tests run against: they keep what they promise, also when killed, and leave nothing behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from kafka.errors import KafkaError

from tests.servers.kafka import Login
from tests.servers.messages import first, new_topic, produce
from tests.servers.process import is_free

ROOT = Path(__file__).parents[2]


def test_a_postgresql_that_is_killed_still_has_what_was_committed(own_postgres):
    server = own_postgres()
    with psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    server.kill()
    assert server.pid is None
    server.start()
    with psycopg.connect(server.dsn) as connection:
        assert connection.execute("SELECT one FROM kept").fetchall() == [(1,)]


def test_a_kafka_that_is_killed_still_has_what_was_produced(own_kafka):
    server = own_kafka()
    topic = new_topic(server.client)
    produce(server.client, topic, b"kept")
    server.kill()
    assert server.pid is None
    server.start()
    assert first(server.client, topic) == b"kept"


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256"])
def test_a_kafka_that_asks_for_a_login_answers_nobody_else(own_kafka, mechanism):
    server = own_kafka(login=Login(mechanism=mechanism))
    topic = new_topic(server.client)
    produce(server.client, topic, b"known")
    assert first(server.client, topic) == b"known"
    with pytest.raises(KafkaError):
        new_topic(server.client | {"sasl_plain_password": "another", "bootstrap_timeout_ms": 2_000})


def test_a_database_is_new_and_what_is_committed_to_it_is_on_the_disk(database):
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_the_shared_kafka_gives_back_what_was_produced(kafka_server):
    topic = new_topic(kafka_server.client)
    produce(kafka_server.client, topic, b"heard")
    assert first(kafka_server.client, topic) == b"heard"


def test_a_server_and_its_folder_go_with_the_process_that_started_it_even_if_that_is_killed():
    started = (
        "import signal; from tests.servers.postgres import Postgres;"
        "server = Postgres().start(); print(server.port, server.folder, flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", started], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        port, folder = parent.stdout.readline().split()
        assert Path(folder).exists()
        parent.send_signal(signal.SIGKILL)
    patience_ends = time.monotonic() + 20
    while Path(folder).exists() or not is_free(int(port)):
        assert time.monotonic() < patience_ends, (port, folder)
        time.sleep(0.05)
