"""nyfiken up, really: six processes, ready together, brought back when one dies, gone together."""

import subprocess
import sys
import time

import httpx
import pytest

from nyfiken.layout import HOST, Layout
from tests.platform import NAMES, ROOT, RunningPlatform, three_free_ports

SERVICES_UP = 3


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    platform = RunningPlatform(tmp_path_factory.mktemp("up") / "data").start()
    yield platform
    if platform.processes():
        platform.stop()


def up(*arguments):
    command = [sys.executable, "-m", "nyfiken", "up", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def until(condition, within=15.0):
    patience_ends = time.monotonic() + within
    while not condition():
        assert time.monotonic() < patience_ends, "it did not happen in time"
        time.sleep(0.05)


def ready(url):
    try:
        return httpx.get(f"{url}/readyz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def test_it_says_ready_in_one_line_with_the_addresses(running):
    (line,) = [line for line in running.said().splitlines() if line.startswith("ready")]
    assert all(f"{service} {url}" in line for service, url in running.urls.items())
    assert set(running.processes()) == set(NAMES)
    assert [ready(url) for url in running.urls.values()] == [True] * SERVICES_UP


def test_nothing_in_the_data_folder_can_be_read_by_others(running):
    assert [path for path in (running.data, *running.data.rglob("*")) if path.stat().st_mode & 0o077] == []


def test_the_processes_find_each_other(running):
    for name, url in running.urls.items():
        heads = f'nyfiken_source_head_position{{partition="0",source="{name}"}}'
        others = [other for other in running.urls.values() if other != url]
        until(lambda heads=heads, others=others: any(heads in httpx.get(f"{o}/metrics").text for o in others))


@pytest.mark.parametrize("name", ["ideas web", "experiments worker"])
def test_a_process_that_dies_is_brought_back_and_said_so(running, name):
    before = running.processes()[name]
    assert running.kill(name)
    until(lambda: running.processes().get(name, before) != before)
    until(lambda: all(ready(url) for url in running.urls.values()))
    assert f"{name} was killed by SIGKILL; started again in 0.25 s" in running.said()


def test_a_second_one_on_the_same_folder_or_port_is_refused(running):
    other = running.port + 100
    refused = up("--data", str(running.data), "--port", str(other))
    assert refused.returncode == 1
    assert refused.stderr == f"Error: a platform runs on {running.data} already; choose another: --data\n"
    refused = up("--data", str(running.data.with_name("other")), "--port", str(running.port))
    assert refused.returncode == 1
    assert f"port {running.port}, for ideas: " in refused.stderr


def test_it_ends_in_good_time_and_begins_again_with_fresh_figures(running):
    figures = Layout(data=running.data, port=running.port).figures
    stale = figures / "ideas" / "counter_1.db"
    stale.write_bytes(b"")
    assert running.stop() < 10
    assert running.processes() == {}
    running.start()
    assert not stale.exists()
    assert running.stop() < 10


def test_a_platform_that_cannot_start_says_why_and_gives_up(tmp_path):
    (tmp_path / "data" / "keys").mkdir(parents=True, mode=0o755)
    answer = up("--data", str(tmp_path / "data"), "--port", str(three_free_ports()))
    assert answer.returncode == 1
    assert f"{tmp_path}/data/keys is open to others (mode 755); run: chmod 700" in answer.stderr


def test_each_service_has_an_address_of_its_own(tmp_path):
    layout = Layout(data=tmp_path, port=9000)
    assert layout.urls == {
        "ideas": f"http://{HOST}:9000", "experiments": f"http://{HOST}:9001", "notifications": f"http://{HOST}:9002"
    }  # fmt: skip


def test_it_ends_when_the_process_that_started_it_is_gone(tmp_path):
    somebody_else = "1"
    ended = up("--data", str(tmp_path / "data"), "--port", str(three_free_ports()), "--parent", somebody_else)
    assert (ended.returncode, "ready" in ended.stdout) == (0, False)
