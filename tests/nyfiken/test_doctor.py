"""nyfiken doctor: one line for each thing, and for what is wrong what to do. Nothing is changed by it."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from nyfiken import examining
from nyfiken.cli import cli
from nyfiken.layout import SERVICES
from tests.chassis.collector import Collector
from tests.faults.small_disk import may_mount, small_disk
from tests.platform import RunningPlatform, three_free_ports
from tests.servers.found import absent
from tests.servers.process import free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def on_servers(tmp_path_factory, postgres_server, kafka_server):
    """A platform that runs on both."""
    servers = {"postgres": postgres_server.dsn, "kafka": kafka_server.bootstrap_servers}
    running = RunningPlatform(tmp_path_factory.mktemp("doctor") / "data", **servers)
    try:
        yield running.start()
    finally:
        running.remove()


@pytest.fixture
def look(on_servers):
    """What the doctor finds of ideas, with these settings beside its own: thing → (whether it is right, the rest)."""

    def found(*options, **settings):
        own = settings_of(on_servers, "ideas")
        told = {f"NYFIKEN_{name.upper()}": value for name, value in settings.items()}
        environment = {name: value for name, value in (os.environ | own | told).items() if value is not None}
        command = [sys.executable, "-m", "nyfiken", "doctor", "ideas", *options]
        answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        title, *lines = answer.stdout.splitlines()
        assert (title, answer.stderr) == ("ideas", ""), answer.stderr
        assert "secret-word" not in answer.stdout
        findings = {line[9:19].strip(): (line[2:7].strip() != "wrong", line[20:]) for line in lines}
        assert answer.returncode == (0 if all(right for right, _ in findings.values()) else 1)
        return findings

    return found


def settings_of(platform, service):
    """What the processes of a service are set by."""
    (environment,) = (program.environment for program in platform.programs() if program.name == f"{service} web")
    return {name: value for name, value in environment.items() if name.startswith("NYFIKEN_")}


def wrong(findings):
    return {name: told for name, (right, told) in findings.items() if not right}


def test_where_everything_is_right_it_says_what_it_has_seen(look):
    found = look()
    assert wrong(found) == {}
    looked_at = "general disk web worker keys database clock contracts topic feeds issuer traces"
    assert list(found) == looked_at.split()
    assert "8 partitions" in found["database"][1]
    assert ".ideas.v1 on 127.0.0.1:" in found["topic"][1]
    assert found["feeds"][1] == "experiments, notifications answered"


def test_of_all_services_it_asks_as_up_would_set_them(on_servers):
    said = on_servers.nyfiken("doctor", "--port", str(on_servers.port))
    assert [line for line in said.splitlines() if not line.startswith("  ")] == list(SERVICES)
    assert "wrong" not in said


def test_a_port_that_is_none_and_an_address_that_is_missing(look):
    assert wrong(look(port="http", feed_experiments="")) == {
        "web": "NYFIKEN_PORT is a text of 4 characters; expected: a port, 1 to 65535",
        "worker": "NYFIKEN_FEED_EXPERIMENTS is empty; expected: an http or https address",
    }


def test_without_keys_what_needs_them_is_not_looked_at(look, tmp_path):
    found = look(keys=str(tmp_path))
    assert list(wrong(found)) == ["keys"]
    assert "master cannot be read: No such file or directory; NYFIKEN_KEYS names the folder" in found["keys"][1]
    assert set(found) == {"general", "disk", "web", "worker", "keys", "issuer", "traces"}


def test_other_keys_are_refused_by_the_database_and_by_the_neighbours(look, tmp_path):
    assert CliRunner().invoke(cli, ["keys", "make", str(tmp_path / "other")]).exit_code == 0
    told = wrong(look(keys=str(tmp_path / "other")))
    assert set(told) == {"database", "feeds"}
    assert "was made with another master key; put back the keys it was made with" in told["database"]
    assert told["feeds"].startswith("experiments at http://127.0.0.1:")
    assert ": answered 401; see that it runs there" in told["feeds"]
    assert "with the same keys" in told["feeds"]


def test_a_database_that_does_not_answer_and_one_that_is_empty(look, database):
    port = free_port()
    told = wrong(look(database=f"postgresql://nyfiken:secret-word@127.0.0.1:{port}/ideas"))["database"]
    assert f"database ideas on 127.0.0.1:{port}: " in told
    assert "see that it runs and that the address is right" in told
    assert "the database of ideas is empty; run: nyfiken migrate" in wrong(look(database=database))["database"]


def test_the_database_of_another_service(look, on_servers):
    theirs = settings_of(on_servers, "experiments")["NYFIKEN_DATABASE"]
    assert "the database is that of experiments, not of ideas" in wrong(look(database=theirs))["database"]


def test_an_event_that_a_newer_release_has_recorded(look, on_servers, database):
    on_servers.nyfiken("migrate", "ideas", "--database", database)
    with psycopg.connect(database) as db:
        db.execute("ALTER TABLE events RENAME TO hidden")
        db.execute(
            "CREATE VIEW events AS SELECT 'idea-merged.v7'::text AS type, 1 AS partition, 1 AS position, '' AS id"
        )
    told = wrong(look(database=database))["contracts"]
    assert told == "idea-merged.v7: recorded, and not known here; run the release that wrote it, or newer"


@pytest.mark.parametrize(("hours", "told"), [(1, "3600 s ahead of the"), (-1, "3600 s behind the")])
def test_a_clock_that_is_wrong(on_servers, monkeypatch, hours, told):
    real = examining.time.time
    monkeypatch.setattr(examining, "time", type("Clock", (), {"time": staticmethod(lambda: real() + hours * 3600)}))
    answer = CliRunner().invoke(cli, ["doctor", "ideas"], env=settings_of(on_servers, "ideas"))
    assert f"wrong  clock      {told} database's, and tokens are refused; set both by the same servers" in answer.output


def test_a_broker_that_does_not_answer_and_a_topic_that_is_missing(look):
    port = free_port()
    assert f"Kafka at 127.0.0.1:{port}: " in wrong(look(kafka=f"127.0.0.1:{port}"))["topic"]
    told = wrong(look(topic_prefix="nobodys"))["topic"]
    assert told == "topic nobodys.ideas.v1 is missing: nyfiken topics makes it"


def test_a_neighbour_that_does_not_answer(look):
    told = wrong(look(feed_notifications=f"http://127.0.0.1:{free_port()}"))["feeds"]
    assert told.startswith("notifications at http://127.0.0.1:")
    assert ": ConnectError (" in told
    assert "(NYFIKEN_FEED_NOTIFICATIONS)" in told


@pytest.fixture
def not_found():
    """The address of a server that has nothing."""
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/keys"
    server.shutdown()
    server.server_close()


def test_an_issuer_that_tells_no_keys(look, not_found):
    told = wrong(look(jwks_url=not_found, issuer="https://idp.example"))["issuer"]
    assert told.startswith(f"{not_found}: ")
    assert "HTTP Error 501" in told
    assert told.endswith("; is NYFIKEN_JWKS_URL right?")


def test_what_only_the_other_process_needs_is_not_asked_of_this_one(look):
    of_worker = {"feed_ideas": None, "feed_experiments": None, "feed_notifications": None}
    needed = "a worker needs NYFIKEN_FEED_EXPERIMENTS, NYFIKEN_FEED_NOTIFICATIONS (--role worker)"
    in_web = look(**of_worker)
    assert wrong(in_web) == {}
    assert in_web["worker"][1] == f"not looked at: here web runs; {needed}"
    assert "feeds" not in in_web
    assert set(wrong(look("--role", "worker", **of_worker))) == {"worker"}
    in_worker = look(port=None)
    assert wrong(in_worker) == {}
    assert in_worker["web"][1] == "not looked at: here a worker runs; web needs NYFIKEN_PORT (--role web)"
    assert set(wrong(look("--role", "web", port=None))) == {"web"}


@pytest.fixture
def collector():
    collector = Collector()
    yield collector
    collector.close()


def test_a_collector_of_traces_is_asked_and_gets_none(look, collector, not_found):
    assert look(traces=collector.address)["traces"] == (True, f"{collector.address}, of 100% of the requests")
    assert collector.spans == []
    told = wrong(look(traces=not_found))["traces"]
    assert told == f"{not_found}: answered 501; is NYFIKEN_TRACES right? As a rule it ends with /v1/traces"
    nobody = f"http://somebody:secret-word@127.0.0.1:{free_port()}/v1/traces"
    assert ": ConnectError (" in wrong(look(traces=nobody))["traces"]


def test_a_disk_without_room_is_wrong(look, tmp_path, on_servers):
    if not may_mount():
        absent("a small disk takes the right to mount")
    with small_disk(tmp_path, megabytes=5):
        told = wrong(look(data=str(tmp_path), keys=str(on_servers.data / "keys")))
    assert told["disk"] == f"5 MB are free in {tmp_path}, 10 are needed; make room, or name another: NYFIKEN_DATA"


def test_settings_that_nobody_reads_are_named(look):
    assert ", not known here: NYFIKEN_BILLING" in look(billing="x")["general"][1]
    assert wrong(look(database_url="x"))["general"] == "NYFIKEN_DATABASE_URL is no setting; is NYFIKEN_DATABASE meant?"


def test_where_nothing_has_begun_it_makes_nothing(tmp_path):
    answer = CliRunner().invoke(cli, ["doctor", "--data", str(tmp_path / "data"), "--port", str(three_free_ports())])
    assert answer.exit_code == 1
    assert answer.output.count("wrong  keys       there are no keys in") == 3
    assert not (tmp_path / "data").exists()
