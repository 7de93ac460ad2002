"""nyfiken web and nyfiken worker become the process that they are named for."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from chassis.keys import load_keys
from chassis.store.postgres.meta import SCHEMA
from chassis.store.postgres.migrating import migrate
from tests.chassis.running import answers, free_port
from tests.faults.cluster import until
from tests.platform import NO_NEIGHBOURS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def begun(tmp_path):
    """Starts ``nyfiken …`` with settings, from a folder where nothing of ours is."""
    running = []

    def begin(*arguments, **settings):
        told = {f"NYFIKEN_{name.upper()}": str(value) for name, value in settings.items()}
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "NYFIKEN_DATA": str(tmp_path / "data"), **told}
        command = [sys.executable, "-m", "nyfiken", *arguments]
        running.append(subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.mark.parametrize("role", ["web", "worker"])
def test_it_is_the_process_itself_and_ends_when_it_is_told_to(begun, role):
    port = free_port()
    process = begun(role, "ideas", **{"port" if role == "web" else "health_port": port}, **NO_NEIGHBOURS)
    until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), 20, lambda: "it does not answer")
    command = Path(f"/proc/{process.pid}/cmdline").read_text().split("\0")
    assert command[1:4] == ["-m", "services.ideas", role]
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_web_shows_its_health_and_figures_at_a_port_of_their_own_alone(begun):
    people, watching = free_port(), free_port()
    begun("web", "ideas", port=people, health_port=watching)
    until(lambda: answers(f"http://127.0.0.1:{watching}/healthz"), 20, lambda: "it does not answer")

    def status(port, path):
        return httpx.get(f"http://127.0.0.1:{port}{path}", headers={"Host": f"localhost:{watching}"}).status_code

    health = ("/healthz", "/readyz", "/metrics")
    assert [status(watching, path) for path in health] == [200, 503, 200]
    assert [status(people, path) for path in health] == [404, 404, 404]
    assert [status(people, path) for path in ("/docs", "/ideas")] == [200, 401]
    assert [status(watching, path) for path in ("/docs", "/ideas", "/events")] == [404, 404, 404]


def test_a_worker_whose_database_cannot_be_reached_lives_and_is_not_ready(begun):
    port = free_port()
    address = f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere"
    process = begun("worker", "notifications", health_port=port, database=address, **NO_NEIGHBOURS)
    until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), 20, lambda: "it does not answer")
    ready = httpx.get(f"http://127.0.0.1:{port}/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert "nyfiken_store_up 0.0" in httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=20).text
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_a_setting_that_is_missing_is_said_in_one_line(begun):
    process = begun("web", "ideas")
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (2, "NYFIKEN_PORT is not set; expected: a port, 1 to 65535\n")


def test_a_service_that_is_not_there_is_refused(begun):
    process = begun("worker", "billing")
    _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "'billing' is not one of 'ideas', 'experiments', 'notifications'" in said


@pytest.fixture
def too_new(database, tmp_path):
    """The address of a database of ideas that a later release has brought further, and what is said of it."""
    migrate(database, "ideas", master_key=load_keys(tmp_path / "data").master)
    with psycopg.connect(database) as db:
        db.execute("UPDATE meta SET value = '9' WHERE name IN ('schema', 'oldest')")
    parts = urlsplit(database)
    place = f"{parts.path[1:]} on {parts.hostname}:{parts.port}"
    return database, (
        f"database {place}: the database of ideas is at step 9, which releases before step 9 cannot work on; "
        f"this one knows {SCHEMA}: run a newer release"
    )


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_database_that_is_too_new_ends_it_with_one_line(begun, too_new, role):
    address, told = too_new
    process = begun(role, "ideas", database=address, port=free_port(), **NO_NEIGHBOURS)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (2, f"{told}\n")


def test_a_database_that_turns_out_to_be_too_new_later_leaves_web_unready_and_ends_a_worker(
    begun, too_new, postgres_server, capfd
):
    address, told = too_new
    name, port = urlsplit(address).path[1:], free_port()
    with psycopg.connect(postgres_server.dsn, autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        web = begun("web", "ideas", database=address, port=port)
        health = free_port()
        worker = begun("worker", "ideas", database=address, health_port=health, **NO_NEIGHBOURS)
        until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), 20, lambda: "web does not answer")
        until(lambda: answers(f"http://127.0.0.1:{health}/healthz"), 20, lambda: "the worker does not answer")
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    _, said = worker.communicate(timeout=20)
    assert (worker.returncode, said) == (2, f"{told}\n")
    ready = httpx.get(f"http://127.0.0.1:{port}/readyz")
    assert (ready.status_code, ready.json()["reason"]) == (503, "the database is not one to work on; the log says why")
    web.terminate()
    assert web.wait(20) == 0
    assert told in capfd.readouterr().out
