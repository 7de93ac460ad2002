"""Rows about the whole platform: how soon it is up, what it weighs, how fresh another service's rows are."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx

from benchmarks.bench import Bench
from benchmarks.neighbours import family
from benchmarks.rows import Row
from nyfiken.demo.client import Person, Platform

_ROOT = Path(__file__).parents[1]
_SERVICES = ("ideas", "experiments", "notifications")
_WRITES = 300
_PATIENCE = 60.0


def platform(bench: Bench) -> Iterator[Row]:
    """All rows about the platform, on one that is started for it."""
    data = bench.folder / "data"
    port = free_port()
    urls = {service: f"http://127.0.0.1:{port + n}" for n, service in enumerate(_SERVICES)}
    with _running(data, port) as process:
        seconds = _until_ready(process, urls)
        yield Row.at_most("nyfiken up, until all are ready", "s", seconds, goal=15)
        yield Row.at_most("written in experiments, seen in ideas, p99", "ms", _freshness(data, urls), goal=250)
        yield Row.at_most("resident, all processes together", "MB", resident(process.pid) / 2**20, goal=800)


def _freshness(data: Path, urls: dict[str, str]) -> float:
    """Milliseconds from a lesson's acknowledgement to the answer of ``tried-before`` that has it first: p99."""
    platform_ = Platform(urls)
    person = Person(platform_, "benchmark", _token(data))
    took = []
    for _ in range(_WRITES):
        word = uuid4().hex
        lesson = person.post("/lessons", {"statement": f"En lärdom om {word}.", "unit": "vof"})["lesson_id"]
        began = time.perf_counter()
        found = person.get(f"/tried-before?text={word}")["items"]
        took.append((time.perf_counter() - began) * 1e3)
        assert [hit["thing"] for hit in found][:1] == [f"lesson-{lesson}"]
    platform_.close()
    return sorted(took)[int(len(took) * 0.99)]


def resident(parent: int) -> float:
    """Bytes in memory of a process and all below it: each page once, shared ones in parts (PSS)."""
    return sum(_pss(pid) for pid in family(parent))


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024


@contextmanager
def _running(data: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "nyfiken", "up", "--data", str(data), "--port", str(port)]
    with subprocess.Popen(command, cwd=_ROOT, env=os.environ, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()


def _until_ready(process: subprocess.Popen[bytes], urls: dict[str, str]) -> float:
    began = time.perf_counter()
    while not all(_ready(url) for url in urls.values()):
        if process.poll() is not None or time.perf_counter() - began > _PATIENCE:
            raise RuntimeError("the platform did not start")
        time.sleep(0.05)
    return time.perf_counter() - began


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=1.0).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False  # not listening yet


def _token(data: Path) -> str:
    command = [sys.executable, "-m", "nyfiken", "token", "--sub", "bench", "--role", "employee", "--unit", "vof"]
    answer = subprocess.run([*command, "--data", str(data)], cwd=_ROOT, check=True, capture_output=True, text=True)
    return answer.stdout.strip()


def free_port() -> int:
    """The first of three ports in a row that nobody listens on."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
        if all(_is_free(port + n) for n in range(len(_SERVICES))):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return port < 65_000 and probe.connect_ex(("127.0.0.1", port)) != 0
