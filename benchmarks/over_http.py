"""Rows about a command over HTTP, through gunicorn and authentication: ours beside a bare Flask route."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import psycopg

from benchmarks.bare_web import TABLE
from benchmarks.bench import Bench
from benchmarks.clients import in_turns, median_of, quietest
from benchmarks.http_client import Client
from benchmarks.note import NOTE
from benchmarks.open_loop import paced, percentile
from benchmarks.ours import Place
from benchmarks.rows import Row
from benchmarks.sizes import Sizes
from chassis.keys import load_keys
from chassis.tokens import Tokens
from tests.servers.process import free_port

_ROOT = Path(__file__).parents[1]
_CLIENTS = 8
_PACED = 5.0
"""Seconds at half load, for each second of a block."""
_PATIENCE = 60.0
_BARE = "bare Flask"
IDEA = {"title": "Videosamtal i hemtjänsten", "what": NOTE, "unit": "vof", "tags": ["hemtjänst", "digitalt"]}


class Posts:
    """Somebody who has ideas."""

    def __init__(self, port: int, token: str) -> None:
        self._client = Client(port, token)

    def refill(self) -> None:
        """Nothing is used up."""

    def once(self) -> None:
        """One idea."""
        self._client.post("/ideas", IDEA)

    def numbered(self, _: int) -> None:
        """One idea, at a steady pace."""
        self.once()


def over_http(bench: Bench) -> Iterator[Row]:
    """All of them."""
    with contextlib.ExitStack() as running:
        place = running.enter_context(bench.servers.place("ideas"))
        address = running.enter_context(bench.servers.database())
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(TABLE)
        ours = running.enter_context(web(place, "services.ideas", "web"))
        bare = running.enter_context(web(Place(data=place.data, postgres=address), "benchmarks.bare_web"))
        keys = load_keys(place.data)
        token = Tokens(keys.signing, keys.secret).sign("bench", ["employee"], unit="vof", name="Bench")
        bench.say(f"ours and {_BARE}: one gunicorn process, 16 threads, bearer token HS256; ours with Idempotency-Key")
        yield from _rows({"ours": partial(Posts, ours, token), "bare": partial(Posts, bare, token)}, bench.sizes)


def _rows(makes: Mapping[str, partial[Posts]], sizes: Sizes) -> Iterator[Row]:
    found = in_turns(makes, _CLIENTS, sizes)
    rates = found["ours"], found["bare"]
    yield Row.faster("POST /ideas", "requests/s", *rates, goal=0.6, beside=_BARE, others=found.others)

    def one() -> Mapping[str, float]:
        return {name: _at_half_load(make, found[name] / 2, sizes) for name, make in makes.items()}

    calm = median_of(quietest(one, dataclasses.replace(sizes, rounds=min(3, sizes.rounds))))
    p99s = calm["ours"], calm["bare"]
    yield Row.shown("POST /ideas at half of its load, p99", "ms", *p99s, beside=_BARE, others=calm.others)


def _at_half_load(make: partial[Posts], rate: float, sizes: Sizes) -> float:
    """Milliseconds within which 99 of 100 are answered, from when they were due."""
    took = paced([make().numbered for _ in range(_CLIENTS)], rate, sizes.seconds * _PACED)
    return percentile(took, 0.99) * 1e3


@contextlib.contextmanager
def web(place: Place, module: str, *arguments: str) -> Iterator[int]:
    """A web process alone, without a worker beside it; its port, once it answers."""
    port = free_port()
    environment = os.environ | place.environment | {"NYFIKEN_PORT": str(port)}
    with (place.data / f"{module}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], cwd=_ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        _await(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    patience_ends = time.monotonic() + _PATIENCE
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > patience_ends:
            raise RuntimeError("the web process does not answer")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    """Whether it listens and reads: ready it is not, for no worker builds what it would answer from."""
    client = Client(port, "")
    try:
        client.get("/readyz")
    except OSError:
        return False
    except RuntimeError:
        return True
    finally:
        client.close()
    return True
