"""nyfiken up on a PostgreSQL, a Kafka or both: made ready first, or refused in one line with nothing started."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from kafka.admin import KafkaAdminClient

from nyfiken.layout import SERVICES
from tests.journeys.test_hearing import notices, try_and_fail
from tests.nyfiken.conftest import as_somebody
from tests.platform import RunningPlatform, three_free_ports
from tests.servers.process import free_port


@pytest.fixture
def up(nyfiken, tmp_path):
    """Runs ``nyfiken up``, which must refuse to start anything; what it said."""

    def refused(**settings):
        code, said = nyfiken("up", "--port", str(three_free_ports()), **settings)
        assert code == 1, said
        assert not (tmp_path / "data" / "logs").exists(), "a process was started"
        assert "secret-word" not in said
        return said

    return refused


@pytest.fixture
def running(postgres_server, kafka_server, tmp_path):
    started = []

    def start(*servers):
        addresses = {"postgres": postgres_server.dsn, "kafka": kafka_server.bootstrap_servers}
        chosen = {name: addresses[name] for name in servers}
        started.append(RunningPlatform(tmp_path / "data", **chosen))
        return started[0].start()

    yield start
    for platform in started:
        platform.remove()


def somebody_hears_of_a_failure(platform):
    client = platform.client()
    karin, leyla = (platform.person(client, f"{name}-{uuid4()}") for name in ("karin", "leyla"))
    idea = karin.post("/ideas", {"title": "Tyst timme", "what": "En timme utan möten."}, expect=201)["idea_id"]
    test = try_and_fail(leyla, idea)
    assert len(notices(karin, "experiment-failed", f"experiment-{test}")) == 1
    client.close()


def family(pid):
    """A process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {pid}.union(*(family(int(child)) for child in children))


@pytest.mark.parametrize("servers", [["postgres"], ["kafka"]], ids="+".join)
def test_it_runs_on_either(running, servers):
    platform = running(*servers)
    somebody_hears_of_a_failure(platform)
    told = [line.split()[0] for line in platform.said().splitlines()]
    assert told == ["database"] * 3 * ("postgres" in servers) + ["topic"] * 3 * ("kafka" in servers) + ["ready"]
    files = {path.stem for path in platform.data.glob("*.sqlite")}
    assert files == (set() if "postgres" in servers else set(SERVICES))
    places = {service: f"{service}/0–7" if "postgres" in servers else f"{service}/0" for service in SERVICES}
    status = platform.nyfiken("status")
    assert all(place in status for place in places.values())
    assert ("topic ends at" in status) == ("kafka" in servers)


def test_a_password_is_seen_by_nobody(running, postgres_server):
    platform = running("postgres", "kafka")
    password = urlsplit(postgres_server.dsn).password
    lines = [Path(f"/proc/{pid}/cmdline").read_text() for pid in family(platform.pid)]
    assert len(lines) > len(SERVICES) * 2
    assert not [line for line in lines if password in line]
    assert password not in platform.said()
    files = [path for path in platform.data.rglob("*") if path.is_file()]
    assert not [path for path in files if password.encode() in path.read_bytes()]


def test_the_second_start_finds_everything_there(running):
    platform = running("postgres", "kafka")
    somebody_hears_of_a_failure(platform)
    platform.stop()
    before = len(platform.said())
    platform.start()
    said = platform.said()[before:].splitlines()
    assert [line.rpartition(": ")[2] for line in said[:3]] == ["nothing to do, 8 partitions"] * 3
    assert [line.rpartition(": ")[2] for line in said[3:6]] == ["there"] * 3
    somebody_hears_of_a_failure(platform)


def test_a_postgres_that_does_not_answer_is_named(up):
    port = free_port()
    said = up(postgres=f"postgresql://nyfiken:secret-word@127.0.0.1:{port}/postgres")
    assert said.startswith(f"Error: database postgres on 127.0.0.1:{port}: Connection refused; ")
    assert said.count("\n") == 1


def test_who_is_not_let_in_is_told_so(up, postgres):
    said = up(postgres=as_somebody(postgres, "nobody", "secret-word"))
    assert "password authentication failed for user" in said
    assert said.count("\n") == 1


def test_who_may_not_make_databases_is_told_so(up, stranger):
    said = up(postgres=stranger)
    assert "may not make the database" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("wrong", ["nonsense", "postgresql://127.0.0.1", "mysql://nyfiken:secret-word@127.0.0.1/x"])
def test_what_is_no_address_of_a_postgres_is_said_to_be_none(up, wrong):
    assert "NYFIKEN_DATABASE is a text of" in up(postgres=wrong)


def test_a_database_of_a_newer_release_is_refused(up, nyfiken, postgres, prefix):
    nyfiken("migrate", postgres=postgres)
    own = urlsplit(postgres)._replace(path=f"/{prefix}_experiments").geturl()
    with psycopg.connect(own) as db:
        db.execute("UPDATE meta SET value = '99' WHERE name IN ('schema', 'oldest')")
    said = up(postgres=postgres)
    assert "the database of experiments is at step 99, which releases before step 99 cannot work on; " in said
    assert said.endswith("this one knows 1: run a newer release\n")


def test_a_kafka_that_does_not_answer_is_named_and_no_database_is_made(up, postgres, prefix):
    port = free_port()
    said = up(kafka=f"127.0.0.1:{port}", postgres=postgres)
    assert said.startswith(f"Error: Kafka at 127.0.0.1:{port}: ")
    assert said.count("\n") == 1
    with psycopg.connect(postgres) as server:
        assert not server.execute("SELECT 1 FROM pg_database WHERE starts_with(datname, %s)", (prefix,)).fetchall()


def test_a_topic_with_other_partitions_is_refused(up, kafka, prefix):
    with KafkaAdminClient(bootstrap_servers=kafka) as admin:
        name = f"{prefix}.experiments.v1"
        admin.create_topics({name: {"num_partitions": 5, "replication_factor": 1}})
        admin.wait_for_topics([name])
    said = up(kafka=kafka).splitlines()
    assert said[-1].startswith(f"Error: topic {name} has 5 partitions, the store has 1, ")
