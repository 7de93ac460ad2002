"""What web and worker do where something is set wrongly or not there: one line says which, where and what to do.

They end with 2, or live and are not ready, and begin by themselves when it is mended.
"""

import contextlib
import json
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import psycopg
import pytest

from chassis.keys import KEY_BYTES, load_keys, make_keys
from chassis.store.postgres.addresses import name_of, place_of
from chassis.store.postgres.migrating import migrate
from tests.chassis.meanwhile import until
from tests.chassis.running import ANYWHERE, LISTENS, Running, answers, free_port
from tests.faults.small_disk import may_mount, small_disk
from tests.servers.found import absent

BOTH = ["web", "worker"]
BEGIN = 20.0


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def process(data, kind, program=ANYWHERE, **settings):
    """One that shows its health at ``url``."""
    port = free_port()
    it = Running(program, kind, data, **{"port" if kind == "web" else "health_port": port, **settings})
    it.url = f"http://127.0.0.1:{port}"
    return it


def refused(data, kind, program=ANYWHERE, **settings):
    """The line with which it ends, beside what gunicorn tells."""
    it = process(data, kind, program, **settings)
    before = len(it.said())
    with it:
        assert it.process.wait(BEGIN) == 2, it.said()
    said = it.said()[before:]
    (line,) = [line for line in said.splitlines() if not line.startswith("{")]
    assert "Traceback" not in said
    assert "secret-word" not in said
    return line


def logged(it, event):
    return [line for line in map(json.loads, it.said().splitlines()) if line["event"] == event]


def begins(it):
    """Wait until it is ready."""
    until(lambda: answers(f"{it.url}/readyz"), BEGIN)


# ── Settings ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "settings", "line"),
    [
        ("web", {"database": "postgresql://suite:secret-word@db/suite?no=such"}, "this is no address that PostgreSQL"),
        ("worker", {"database_url": "postgresql://suite:secret-word@db/suite"}, "is NYFIKEN_DATABASE meant?"),
        ("web", {"host": "nowhere.invalid"}, "NYFIKEN_PORT, at nowhere.invalid:"),
        ("worker", {"host": "nowhere.invalid"}, "NYFIKEN_HEALTH_PORT, at nowhere.invalid:"),
    ],
)
def test_a_setting_that_will_not_do_is_said_in_one_line(data, kind, settings, line):
    assert line in refused(data, kind, **settings)


def test_the_port_of_another_is_told(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused(data, "web", port=port)
    assert line == f"NYFIKEN_PORT, at 127.0.0.1:{port}: Address already in use"


def test_the_port_of_one_that_is_about_to_end_is_waited_for(data):
    taken = socket.create_server(("127.0.0.1", 0))
    timer = threading.Timer(1.5, taken.close)
    timer.start()
    with Running(ANYWHERE, "web", data, port=taken.getsockname()[1]) as web:
        web.until("/healthz")
    timer.join()


@pytest.mark.parametrize("kind", BOTH)
def test_keys_that_are_not_there_or_damaged(data, kind, tmp_path):
    keys = tmp_path / "vault"
    keys.mkdir(mode=0o700)
    told = "; NYFIKEN_KEYS names the folder that has all of them"
    assert refused(data, kind, keys=keys) == f"{keys}/master cannot be read: No such file or directory{told}"
    make_keys(keys)
    (keys / "signing").write_bytes(bytes(KEY_BYTES - 1))
    assert refused(data, kind, keys=keys).startswith(f"{keys}/signing holds 31 bytes, not 32")


# ── Disks and files ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def disk(data):
    if not may_mount():
        absent("a small disk takes the right to mount")
    data.mkdir()
    with small_disk(data, megabytes=8) as disk:
        yield disk


@pytest.fixture
def vault(tmp_path):
    make_keys(tmp_path / "vault")
    return tmp_path / "vault"


@pytest.mark.parametrize("kind", BOTH)
def test_a_full_disk_is_told_at_the_start_and_nothing_is_killed_by_it(data, disk, vault, kind):
    told = f"NYFIKEN_DATA, {data}: nothing can be written there: No space left on device; make room, or name another"
    with disk.filled():
        assert refused(data, kind, keys=vault).startswith(told)
        assert not any(data.rglob("*.sqlite"))


def test_a_disk_that_fills_later_ends_no_process(data, disk, vault):
    """Figures are counted on pages that were there before it was full."""
    with process(data, "web", keys=vault) as web, process(data, "worker", keys=vault) as worker:
        begins(web)
        with disk.filled():
            for path in ("/healthz", "/events", "/docs", "/openapi.json", "/nowhere", "/metrics"):
                httpx.get(f"{web.url}{path}", timeout=10)
            assert httpx.get(f"{worker.url}/healthz").status_code == 200
        begins(web)
        for it in (web, worker):
            assert "SIGBUS" not in it.said()
            assert it.stop()[1] == 0


@pytest.mark.parametrize("kind", BOTH)
def test_a_history_that_is_no_database_and_a_folder_that_is_none(data, vault, kind):
    data.mkdir()
    (data / "suite.sqlite").write_bytes(b"something else" * 1000)
    file = data / "suite.sqlite"
    told = f"the history of suite cannot be opened: {file}: the file is not a database; see to the disk and the file"
    assert refused(data, kind, keys=vault) == told
    assert refused(file, kind, keys=vault).startswith(f"NYFIKEN_DATA, {file}: nothing can be written there: Not a dir")


# ── PostgreSQL ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def master(vault):
    return load_keys(vault.parent, vault).master


@pytest.mark.parametrize("kind", BOTH)
def test_a_database_that_is_another_says_which_it_is_and_where(data, vault, master, database, kind):
    def said():
        return refused(data, kind, keys=vault, database=database)

    here = f"database {place_of(database)}: "
    assert said() == f"{here}the database of suite is empty; run: nyfiken migrate"
    migrate(database, "suite", master_key=bytes(KEY_BYTES))
    assert said().startswith(f"{here}the database of suite was made with another master key; put back the keys")
    with psycopg.connect(database, autocommit=True) as db:
        db.execute("UPDATE meta SET value = 'ideas' WHERE name = 'service'")
        assert said() == f"{here}the database is that of ideas, not of suite; is its address right?"
        db.execute("UPDATE meta SET value = '9' WHERE name IN ('schema', 'oldest')")
        assert said().startswith(f"{here}the database of suite is at step 9, which releases before step 9 cannot work")


@pytest.fixture
def away(database, postgres_server):
    """Lets a database not be there under its name until the block ends."""

    @contextlib.contextmanager
    def away():
        name = name_of(database)
        with psycopg.connect(postgres_server.dsn, autocommit=True) as server:
            server.execute(f"ALTER DATABASE {name} RENAME TO {name}_away")
            try:
                yield
            finally:
                server.execute(f"ALTER DATABASE {name}_away RENAME TO {name}")

    return away


@pytest.mark.parametrize("kind", BOTH)
def test_a_database_that_is_away_is_told_once_and_waited_for(data, vault, master, database, away, kind):
    migrate(database, "suite", master_key=master)
    with process(data, kind, keys=vault, database=database) as it:
        with away():
            until(lambda: logged(it, "store-unavailable"), BEGIN)
            found = it.until("/readyz", 503).json()
            it.until("/readyz", 503)
        told = f'{place_of(database)}: database "{name_of(database)}" does not exist'
        assert told in [line["reason"] for line in logged(it, "store-unavailable")]
        worker = f"the database was not reached yet: {told}"
        assert found["reason"] == ("the database does not answer" if kind == "web" else worker)
        until(lambda: httpx.get(f"{it.url}/readyz", timeout=10) and logged(it, "store-back"), BEGIN)
        assert len(logged(it, "store-unavailable")) == 1
        assert logged(it, "store-back")[0]["since"] == logged(it, "store-unavailable")[0]["since"]


@pytest.mark.parametrize("kind", BOTH)
def test_a_database_that_turns_out_to_be_another_is_not_worked_on(data, vault, master, database, away, kind):
    migrate(database, "ideas", master_key=master)
    told = f"database {place_of(database)}: the database is that of ideas, not of suite; is its address right?"
    with process(data, kind, keys=vault, database=database) as it:
        with away():
            it.until("/readyz", 503)
        if kind == "worker":
            assert it.process.wait(BEGIN) == 2
            assert told in it.said().splitlines()
        else:
            reason = "the database is not one to work on; the log says why"
            until(lambda: it.until("/readyz", 503).json()["reason"] == reason, BEGIN)
            assert logged(it, "store-unavailable")[-1]["reason"] == told


# ── Kafka ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def topics(kafka_server):
    """Makes a topic of the made-up service, with a prefix of its own: the prefix."""
    from kafka.admin import KafkaAdminClient

    prefix = f"test{os.urandom(5).hex()}"
    with KafkaAdminClient(**kafka_server.client) as admin:

        def make(partitions=1, **configs):
            options = {"num_partitions": partitions, "replication_factor": 1, "configs": configs}
            admin.create_topics({f"{prefix}.suite.v1": options})

        make.prefix, make.remove = prefix, lambda: admin.delete_topics([f"{prefix}.suite.v1"])
        yield make
        with contextlib.suppress(Exception):
            make.remove()


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (None, "there is no topic {}.suite.v1: nyfiken topics makes it"),
        ({"partitions": 3}, "topic {}.suite.v1 has 3 partitions, the store has 1, and partition n is published to"),
        ({"cleanup.policy": "compact"}, "topic {}.suite.v1 has cleanup.policy=compact, which loses events: set"),
    ],
    ids=["missing", "other partitions", "compacted"],
)
def test_a_worker_whose_topic_cannot_carry_its_events_is_not_ready(data, kafka_server, topics, made, reason):
    if made is not None:
        topics(**made)
    settings = {"kafka": kafka_server.bootstrap_servers, "topic_prefix": topics.prefix}
    with process(data, "worker", **settings) as worker:
        until(lambda: "relay-waits" in worker.said(), BEGIN)
        found = worker.until("/readyz", 503).json()
        until(lambda: httpx.get(f"{worker.url}/readyz").json().get("reason"), BEGIN)
        found = httpx.get(f"{worker.url}/readyz").json()
        assert found["reason"].startswith(reason.format(topics.prefix))
        assert found["degraded"] == [f"nothing is published: {found['reason']}"]
        assert len(logged(worker, "relay-waits")) == 1
        if made is None:
            topics(**{"max.message.bytes": "1048576"})
            begins(worker)


def test_a_kafka_that_is_away_is_told_and_the_work_goes_on(data):
    port = free_port()
    with process(data, "worker", kafka=f"127.0.0.1:{port}") as worker:
        until(lambda: "relay-waits" in worker.said(), BEGIN)
        begins(worker)
        (told,) = httpx.get(f"{worker.url}/readyz").json()["degraded"]
    assert f"127.0.0.1:{port}" in told
    assert f"127.0.0.1:{port}" in logged(worker, "relay-waits")[0]["reason"]


# ── Who signs, and whom one listens to ─────────────────────────────────────────────────────────────────────────────


class Issuer:
    """Answers each request with what ``answer`` is now: status and body."""

    def __init__(self):
        self.answer = (200, b"")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/keys"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _handler(issuer):  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(issuer.answer[0])
                self.end_headers()
                self.wfile.write(issuer.answer[1])

            def log_message(self, *_):
                """Say nothing."""

        return Handler


KEYS = json.dumps({"keys": [{"kty": "EC", "crv": "P-256", "kid": "one", "use": "sig",
                             "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                             "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})  # fmt: skip
"""A public key, of RFC 7515, appendix A.3."""


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "Connection refused"),
        ((404, b""), "HTTP Error 404"),
        ((200, b"<html>Log in</html>"), "it answers something else than keys"),
        ((200, b'{"keys": []}'), "it answers something else than keys"),
    ],
    ids=["nobody", "error", "rubbish", "no keys"],
)
def test_web_is_not_ready_before_the_issuer_has_told_its_keys_once(data, answer, reason):
    issuer = Issuer()
    issuer.answer = answer or issuer.answer
    if answer is None:
        issuer.close()
    settings = {"jwks_url": issuer.url, "issuer": "https://idp.example"}
    with process(data, "worker"), process(data, "web", **settings) as web:
        until(lambda: "issuer-unavailable" in web.said(), BEGIN)
        (line,) = logged(web, "issuer-unavailable")
        assert reason in line["reason"]
        assert line["reason"].endswith("is NYFIKEN_JWKS_URL right?")
        found = web.until("/readyz", 503).json()
        until(lambda: "idp.example" in httpx.get(f"{web.url}/readyz").json().get("reason", ""), BEGIN)
        assert not found["ready"]
        if answer is not None:
            issuer.answer = (200, KEYS.encode())
            begins(web)
            issuer.answer = answer
            assert httpx.get(f"{web.url}/readyz").status_code == 200, "it was ready once"
            issuer.close()


def test_a_worker_says_once_whom_it_does_not_reach(data):
    port = free_port()
    with process(data, "worker", LISTENS, feed_suite=f"http://somebody:secret-word@127.0.0.1:{port}") as worker:
        until(lambda: "source-unreached" in worker.said(), BEGIN)
        until(lambda: "source-gone" in worker.said(), BEGIN)
        assert worker.until("/readyz", 503).json()["being_built"] == ["heard"]
    for event in ("source-unreached", "source-gone"):
        (line,) = logged(worker, event)
        assert line["source"] == "suite"
        assert f"suite at http://127.0.0.1:{port}: ConnectError" in line["reason"]
        assert line["since"]
    assert "secret-word" not in worker.said()
