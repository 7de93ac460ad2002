"""Processes are kept running, ended together, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nyfiken import supervisor
from nyfiken.supervisor import Program, Supervisor

ROOT = Path(__file__).parents[2]
SLEEPER = "import os, sys, time; print(os.getpid(), flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _signals_as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def program(folder, source, name="it"):
    command = [sys.executable, "-c", source]
    return Program(name=name, command=command, environment=dict(os.environ), log=folder / f"{name}.log")


def pids(folder, name="it"):
    log = folder / f"{name}.log"
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def lives(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone(pid, within=5.0):
    end = time.monotonic() + within
    while lives(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not lives(pid)


def run_until(watched, condition, within=30.0):
    end = time.monotonic() + within

    def round_():
        if condition():
            watched.stop()
        assert time.monotonic() < end, "it did not happen in time"

    watched.run(round_, pause=0.01)


def killed_once_and_back(folder, whom=lambda pid: pid):
    killed = []

    def round_():
        if pids(folder) and not killed:
            killed.append(whom(pids(folder)[0]))
            os.kill(killed[0], signal.SIGKILL)
        return len(pids(folder)) == 2

    return round_


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_program_that_dies_is_started_again_and_said_so(tmp_path):
    said = []
    watched = Supervisor([program(tmp_path, SLEEPER)], said.append)
    run_until(watched, killed_once_and_back(tmp_path))
    assert said == [f"it was killed by SIGKILL; started again in 0.25 s; see {tmp_path / 'it.log'}"]


def test_a_program_that_keeps_dying_is_started_ever_more_slowly(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.01)
    said = []
    watched = Supervisor([program(tmp_path, "raise SystemExit(3)")], said.append)
    run_until(watched, lambda: len(said) == 4)
    assert [line.split(";")[1] for line in said] == [f" started again in {s:g} s" for s in (0.01, 0.02, 0.04, 0.08)]
    assert "ended with exit code 3" in said[0]


def test_asked_to_stop_nothing_is_left(tmp_path):
    programs = [program(tmp_path, SLEEPER, "one"), program(tmp_path, PARENT, "two")]
    watched = Supervisor(programs, print)
    run_until(watched, lambda: pids(tmp_path, "one") and pids(tmp_path, "two"))
    assert all(gone(pid) for name in ("one", "two") for pid in pids(tmp_path, name))


def test_a_program_that_will_not_end_is_made_to(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "PATIENCE", 0.2)
    said = []
    watched = Supervisor([program(tmp_path, STUBBORN)], said.append)
    run_until(watched, lambda: pids(tmp_path))
    assert gone(pids(tmp_path)[0])
    assert said == ["it did not end in 0.2 s and was made to"]


def test_what_a_killed_program_had_started_is_gone_before_the_program_is_back(tmp_path):
    watched = Supervisor([program(tmp_path, PARENT)], lambda _: None)

    run_until(watched, killed_once_and_back(tmp_path, parent_of))
    assert gone(pids(tmp_path)[0])


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path):
    source = f"""
import os, sys
from pathlib import Path
from nyfiken.supervisor import Program, Supervisor
command = [sys.executable, "-c", {SLEEPER!r}]
it = Program(name="it", command=command, environment=dict(os.environ), log=Path({str(tmp_path)!r}) / "it.log")
Supervisor([it], print).run(lambda: None)
"""
    with subprocess.Popen([sys.executable, "-c", source], cwd=ROOT) as process:
        end = time.monotonic() + 10
        while not pids(tmp_path) and time.monotonic() < end:
            time.sleep(0.01)
        process.kill()
    assert gone(pids(tmp_path)[0])


def test_a_long_log_is_set_aside_when_the_program_is_started_again(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "LONG_LOG", 10)
    (tmp_path / "it.log").write_text("1 2 3 4 5 6 7 8")
    watched = Supervisor([program(tmp_path, SLEEPER)], print)
    run_until(watched, lambda: len(pids(tmp_path)) == 1)
    assert (tmp_path / "it.log.1").read_text() == "1 2 3 4 5 6 7 8"
