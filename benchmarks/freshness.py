"""Rows about freshness: a comment is acknowledged by ideas; until the author has it in the inbox of notifications.

In between lie the store of ideas, its relay, Kafka, the reaction of notifications, its store and its read model.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial

import orjson
import psycopg

from benchmarks.bench import Bench
from benchmarks.http_client import Client
from benchmarks.neighbours import Neighbours
from benchmarks.note import NOTE
from benchmarks.open_loop import paced, percentile
from benchmarks.over_http import IDEA
from benchmarks.rows import Row
from benchmarks.sizes import Sizes
from tests.platform import RunningPlatform

RATE = 50.0
"""Commands a second."""
_IDEAS = 100
_SENDERS = 6
_WARM_UP = 5.0
_LOOK = 0.002
_PATIENCE = 30.0
_SAMPLED = 25
"""One in so many is looked for over HTTP, too."""
_SHOWN = "SELECT position FROM inbox_v1 WHERE recipient = ANY(%s) AND position = ANY(%s)"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Somebody with an idea: their opaque id, their token, the idea."""

    person_id: str
    token: str
    idea_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """Seconds: from acknowledgement until the row was there, until ``GET /inbox`` showed it; of the commands."""

    seen: Sequence[float]
    shown: Sequence[float]
    posted: Sequence[float]


def freshness(bench: Bench) -> Iterator[Row]:
    """All of them, on a platform of their own."""
    neighbours = Neighbours()
    with running(bench) as platform:
        neighbours.wait(bench.sizes.patience)
        yield from rows(measured(platform, authors(platform), bench.sizes), neighbours.share())


@contextlib.contextmanager
def running(bench: Bench) -> Iterator[RunningPlatform]:
    """A whole platform on both servers; what it made there is removed with them."""
    dsn, kafka = bench.servers.postgres.dsn, bench.servers.kafka.bootstrap_servers
    platform = RunningPlatform(bench.folder / "data", postgres=dsn, kafka=kafka)
    try:
        yield platform.start()
    finally:
        platform.remove()


def rows(fresh: Fresh, others: float) -> Iterator[Row]:
    """As figures."""
    name, what = "acknowledged in ideas, in the inbox of notifications", f"{RATE:g} commands/s"
    for share, goal in ((0.5, 30), (0.99, 100)):
        ms = percentile(fresh.seen, share) * 1e3
        yield Row.at_most(f"{name}, p{share:.0%}".rstrip("%") + f", {what}", "ms", ms, goal=goal, others=others)
    for share in (0.5, 0.99):
        ms = percentile(fresh.shown, share) * 1e3
        yield Row.shown(f"as GET /inbox shows it, p{share:.0%}".rstrip("%"), "ms", ms, others=others)
    yield Row.shown("POST /ideas/…/comments meanwhile, p99", "ms", percentile(fresh.posted, 0.99) * 1e3, others=others)


def authors(platform: RunningPlatform, number: int = _IDEAS) -> list[Author]:
    """People with an idea each."""
    found = []
    for n in range(number):
        token = platform.token(f"author-{n}")
        client = Client(platform.port, token)
        idea_id = orjson.loads(client.post("/ideas", IDEA).body)["idea_id"]
        client.close()
        found.append(Author(person_id=platform.person_id(f"author-{n}"), token=token, idea_id=idea_id))
    return found


def measured(platform: RunningPlatform, of: Sequence[Author], sizes: Sizes) -> Fresh:
    """Somebody comments on ideas at a steady pace, and their authors are told."""
    commenter = platform.token("commenter")
    with Watch(platform) as warm:
        _comment(platform, commenter, of, warm, min(_WARM_UP, sizes.steady))
    with Watch(platform) as watch:
        posted = _comment(platform, commenter, of, watch, sizes.steady)
    return Fresh(seen=watch.seen, shown=watch.shown, posted=posted)


def _comment(platform: RunningPlatform, token: str, of: Sequence[Author], watch: Watch, seconds: float) -> list[float]:
    def send(client: Client, number: int) -> None:
        author = of[number % len(of)]
        answer = client.post(f"/ideas/{author.idea_id}/comments", {"text": NOTE})
        watch.acknowledged(number, author, answer.headers["Event-Position"])

    clients = [Client(platform.port, token) for _ in range(_SENDERS)]
    return paced([partial(send, client) for client in clients], RATE, seconds)


class Watch:
    """Looks for notifications in the database every two milliseconds, and for some of them over HTTP."""

    def __init__(self, platform: RunningPlatform) -> None:
        database = platform.servers.database("notifications")
        assert database is not None, "the platform runs on files"
        self._address = database.address
        self._port = platform.port + 2
        self._lock = threading.Lock()
        self._looked_for: dict[str, tuple[Author, float]] = {}
        self._asked_for: list[tuple[str, Author, float]] = []
        self._ends_at = float("inf")
        self._threads = [threading.Thread(target=work) for work in (self._look, self._ask)]
        self.seen: list[float] = []
        self.shown: list[float] = []

    def __enter__(self) -> Watch:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until everything was found; AssertionError for what is not."""
        self._ends_at = time.monotonic() + _PATIENCE
        for thread in self._threads:
            thread.join()
        assert not self._looked_for, f"{len(self._looked_for)} notifications did not come"

    def acknowledged(self, number: int, author: Author, position: str) -> None:
        """From now on this one is waited for."""
        now = time.monotonic()
        with self._lock:
            self._looked_for[position] = (author, now)
            if number % _SAMPLED == 0:
                self._asked_for.append((position, author, now))

    def _goes_on(self, left: object) -> bool:
        return self._ends_at == float("inf") or (bool(left) and time.monotonic() < self._ends_at)

    def _look(self) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            while self._goes_on(self._looked_for):
                with self._lock:
                    wanted = {position: author.person_id for position, (author, _) in self._looked_for.items()}
                if wanted:
                    found = connection.execute(_SHOWN, (list(wanted.values()), list(wanted))).fetchall()
                    self._note({position for (position,) in found}, time.monotonic())
                time.sleep(_LOOK)

    def _note(self, positions: set[str], now: float) -> None:
        with self._lock:
            self.seen += [now - self._looked_for.pop(position)[1] for position in positions]

    def _ask(self) -> None:
        while self._goes_on(self._asked_for):
            if not self._asked_for:
                time.sleep(_LOOK)
                continue
            position, author, acknowledged = self._asked_for[0]
            client = Client(self._port, author.token)
            while position.encode() not in client.get("/inbox?limit=5").body and self._goes_on(True):
                time.sleep(_LOOK)
            self.shown.append(time.monotonic() - acknowledged)
            client.close()
            with self._lock:
                self._asked_for.pop(0)
