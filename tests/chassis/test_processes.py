"""Web and worker as real processes: what they refuse to start with, when they are ready, how they end and come back."""

import json
import os
import signal
import socket
import sqlite3
import time

import httpx
import pytest

from chassis import processes
from chassis.keys import load_keys
from chassis.processes import ServiceToken
from chassis.processing.registry import rows
from chassis.store.sqlite import open_store
from chassis.testing.store_suite import raised
from chassis.tokens import Tokens
from tests.chassis.made_up import open_in_partitions
from tests.chassis.processing.tallies import tally
from tests.chassis.running import COUNTS, LISTENS, Running, free_port


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def store(data):
    store = open_in_partitions(data, "suite", load_keys(data).master)
    yield store
    store.close()


def web_of(data, program=COUNTS, **settings):
    return Running(program, "web", data, port=free_port(), **settings)


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    with web_of(tmp_path_factory.mktemp("serving") / "data") as web:
        web.until()
        yield web


def within(seconds, condition):
    patience_ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < patience_ends, "it did not happen in time"
        time.sleep(0.02)


def heard(data):
    """The totals that the listener has folded."""
    store = open_store(data, "listener", load_keys(data).master)
    with store.reading() as db:
        found = {row.counter: row.total for row in rows(db, tally(name="heard")).page().rows}
    store.close()
    return found


# ── What they refuse to start with ─────────────────────────────────────────────────────────────────────────────────


def started(data, kind, **settings):
    it = Running(COUNTS, kind, data, **settings)
    with it:
        code = it.process.wait(20)
    return code, it.said().splitlines()


@pytest.mark.parametrize(
    ("kind", "settings", "line"),
    [
        ("web", {}, "NYFIKEN_PORT is not set; expected: a port, 1 to 65535"),
        ("web", {"port": "no"}, "NYFIKEN_PORT is a text of 2 characters; expected: a port, 1 to 65535"),
        ("worker", {"log_level": "loud"}, "NYFIKEN_LOG_LEVEL is a text of 4 characters; expected: debug or info"),
        ("relay", {}, "usage: python -m services.suite web|worker"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(data, kind, settings, line):
    code, said = started(data, kind, **settings)
    assert code == 2
    assert [line in one for one in said] == [True]


def test_a_worker_without_the_address_of_a_service_it_listens_to_does_not_start(data):
    it = Running(LISTENS, "worker", data)
    with it:
        assert it.process.wait(20) == 2
    assert it.said() == "NYFIKEN_FEED_SUITE is not set; expected: an http or https address\n"


def test_keys_that_others_can_read_stop_the_start_with_what_to_do(data):
    load_keys(data)
    (data / "keys" / "master").chmod(0o644)
    code, said = started(data, "worker")
    assert code == 2
    assert said == [f"{data}/keys/master is open to others (mode 644); run: chmod 600 {data}/keys/master"]


def test_mounted_keys_that_are_not_there_stop_the_start_and_none_are_made(data, monkeypatch):
    monkeypatch.setenv("NYFIKEN_KEYS", str(data / "vault"))
    code, said = started(data, "worker")
    assert code == 2
    assert [f"{data}/vault/master cannot be read: No such file or directory" in one for one in said] == [True]
    assert not (data / "keys").exists()


def test_nothing_that_they_make_can_be_read_by_others(data):
    with web_of(data) as web:
        web.until()
        made = [path for path in data.rglob("*") if path.stat().st_mode & 0o077]
    assert made == []


def test_a_service_renews_its_token_before_it_expires(data, monkeypatch):
    keys = load_keys(data)
    tokens = Tokens(keys.signing, keys.secret)
    token = ServiceToken(tokens, "listener")
    first = token()
    assert token() == first
    assert tokens.caller(first).has("service")
    later = time.monotonic() + 301
    monkeypatch.setattr(processes.time, "monotonic", lambda: later)
    monkeypatch.setattr(Tokens, "sign", lambda *_, **__: "another")
    assert token() == "another"


# ── When they are ready ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_service_is_ready_once_its_read_models_have_caught_up_and_stays_so_when_they_lag(data, store):
    store.append(raised("counter-a", 0, 1))
    with web_of(data) as web:
        assert web.until("/readyz", 503).json()["being_built"] == ["tally"]
        assert httpx.get(f"{web.url}/healthz").status_code == 200
        with Running(COUNTS, "worker", data) as worker:
            web.until("/readyz", 200)
            assert worker.stop()[1] == 0
        store.append(raised("counter-b", 0, 1))
        ready = web.until("/readyz", 200).json()
    assert ready["ready"]
    assert {lag["name"] for lag in ready["behind"]} == {"tally_v1", "mirror"}


def test_a_database_that_cannot_be_written_unreadies_the_service_and_the_process_lives(data, store):
    with Running(COUNTS, "worker", data), web_of(data) as web:
        web.until("/readyz", 200)
        other = sqlite3.connect(data / "suite.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        refused = httpx.get(f"{web.url}/readyz", timeout=20)
        assert refused.status_code == 503
        assert refused.json() == {"ready": False, "reason": "the database is locked by another program"}
        assert httpx.get(f"{web.url}/healthz").status_code == 200
        other.close()
        web.until("/readyz", 200)


def test_web_and_worker_show_their_figures_on_one_page(data, store):
    with web_of(data) as web, Running(COUNTS, "worker", data):
        store.append(raised("counter-a", 0, 1))
        web.until("/readyz", 200)

        def page():
            return httpx.get(f"{web.url}/metrics").text

        within(10, lambda: 'nyfiken_processor_events_total{processor="tally_v1",source="suite"}' in page())
        assert 'nyfiken_http_requests_total{method="GET",route="/readyz",status="200"}' in page()
        assert 'nyfiken_processor_position{partition="0",processor="mirror",source="suite"}' in page()


@pytest.mark.parametrize(
    ("line", "status", "slug"),
    [
        (b"GET /healthz?text=" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: x", 414, "address-too-long"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 9_000, 431, "headers-too-large"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX Y: z", 400, "bad-request"),
        (b"NONSENSE", 400, "bad-request"),
    ],
)
def test_what_cannot_be_read_is_answered_with_a_problem_document(serving, line, status, slug):
    with socket.create_connection(("127.0.0.1", int(serving.url.rpartition(":")[2])), timeout=10) as client:
        client.sendall(line + b"\r\n\r\n")
        head, _, body = b"".join(iter(lambda: client.recv(65_536), b"")).partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type: application/problem+json" in head
    assert (problem["type"], problem["status"]) == (f"/problems/{slug}", status)
    assert " / " in problem["detail"], "in Swedish and in English"


# ── What a worker shows on a port of its own ───────────────────────────────────────────────────────────────────────


def test_a_worker_is_ready_once_its_read_models_serve_so_that_those_before_it_go_on_until_then(data, store):
    port, owner = free_port(), free_port()
    store.append(raised("counter-a", 0, 1))
    with Running(LISTENS, "worker", data, health_port=port, feed_suite=f"http://127.0.0.1:{owner}") as worker:
        worker.url = f"http://127.0.0.1:{port}"
        worker.until("/healthz")
        within(20, lambda: httpx.get(f"{worker.url}/readyz").json().get("being_built") == ["heard"])
        assert worker.until("/readyz", 503).json() == {
            "ready": False,
            "being_built": ["heard"],
            "stopped": {},
            "degraded": [],
        }
        with Running(COUNTS, "web", data, port=owner):
            assert worker.until("/readyz", 200).json()["being_built"] == []
        assert worker.until("/readyz", 200).json()["ready"], "it was ready once"


def test_a_worker_shows_its_health_and_figures_on_a_port_of_its_own(data, store):
    port = free_port()
    with Running(COUNTS, "worker", data, health_port=port) as worker:
        worker.url = f"http://127.0.0.1:{port}"
        assert worker.until("/healthz").json() == {"alive": True}
        assert worker.until("/readyz").json() == {"ready": True, "being_built": [], "stopped": {}, "degraded": []}
        store.append(raised("counter-a", 0, 1))

        def page():
            return httpx.get(f"{worker.url}/metrics").text

        within(10, lambda: 'nyfiken_processor_events_total{processor="tally_v1",source="suite"}' in page())
        assert 'nyfiken_processor_position{partition="0",processor="mirror",source="suite"}' in page()
        assert httpx.get(f"{worker.url}/secrets").status_code == 404
        assert worker.stop()[1] == 0


def test_a_port_that_is_taken_stops_the_start_with_one_line(data):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert started(data, "worker", health_port=port) == (
            2,
            [f"NYFIKEN_HEALTH_PORT, at 127.0.0.1:{port}: Address already in use"],
        )


# ── How they end and come back ─────────────────────────────────────────────────────────────────────────────────────


def test_both_end_in_good_time_when_they_are_asked_to(data, store):
    with web_of(data) as web, Running(LISTENS, "worker", data, feed_suite=web.url) as worker:
        web.until("/healthz")
        within(10, lambda: "batch" in worker.said() or "read-model-serves" in worker.said())
        for process, patience in ((worker, 5), (web, 5)):
            seconds, code = process.stop()
            assert code == 0
            assert seconds < patience


def test_a_worker_ends_in_good_time_though_the_service_it_listens_to_is_stuck(data, store):
    with web_of(data) as web, Running(LISTENS, "worker", data, feed_suite=web.url) as worker:
        web.until("/healthz")
        within(10, lambda: "read-model-serves" in worker.said())
        os.killpg(web.process.pid, signal.SIGSTOP)
        time.sleep(0.5)
        seconds, code = worker.stop()
        os.killpg(web.process.pid, signal.SIGCONT)
    assert (code, seconds < 5) == (0, True)


def test_a_killed_worker_goes_on_at_once_where_it_was(data, store):
    with web_of(data) as web:
        web.until()
        store.append(raised("counter-a", 0, 1))
        with Running(LISTENS, "worker", data, feed_suite=web.url) as first:
            within(20, lambda: "read-model-serves" in first.said())
        store.append(raised("counter-a", 1, 2))
        with Running(LISTENS, "worker", data, feed_suite=web.url):
            within(9, lambda: heard(data) == {"a": 3})  # a lease that nobody took over at once would last for ten


def test_a_listener_goes_on_when_the_service_it_listens_to_was_away(data, store):
    with web_of(data) as web, Running(LISTENS, "worker", data, feed_suite=web.url) as worker:
        web.until()
        store.append(raised("counter-a", 0, 1))
        within(20, lambda: "read-model-serves" in worker.said() and heard(data) == {"a": 1})
        web.stop()
        store.append(raised("counter-a", 1, 2))
        web.start().until()
        within(10, lambda: heard(data) == {"a": 3})


def test_a_web_process_that_is_killed_leaves_nobody_behind(data):
    with web_of(data) as web:
        web.until()
        os.kill(web.process.pid, signal.SIGKILL)
        web.process.wait()

        def silent():
            try:
                httpx.get(f"{web.url}/healthz", timeout=1)
            except httpx.TransportError:
                return True
            return False

        within(5, silent)


def test_what_gunicorn_and_the_worker_say_are_lines_of_json_with_service_and_process(data, store):
    with web_of(data) as web, Running(COUNTS, "worker", data) as worker:
        store.append(raised("counter-a", 0, 1))
        web.until("/readyz", 200)
        within(10, lambda: '"batch"' in worker.said())
        worker.stop()
        web.stop()
        for process, kind in ((web, "web"), (worker, "worker")):
            lines = [json.loads(line) for line in process.said().splitlines()]
            assert {(line["service"], line["process"]) for line in lines} == {("suite", kind)}
