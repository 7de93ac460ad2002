"""One measurement in a process of its own, with memory of its own: ``python -m benchmarks.analysts.once WHAT …``."""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from benchmarks import bare_kafka
from benchmarks.city.recording import BEGAN, YEARS
from chassis.processing.read_model import ReadModel
from history.database import Database, opened
from history.folder import Folder
from history.models import model_named
from history.pull import Origin, Pull
from history.replay import History
from nyfiken.history.origins import feeds, topics
from nyfiken.layout import SERVICES
from nyfiken.servers import Servers

_PAGE = 1000
_WARM = 5
OUTCOMES = """
    SELECT unit, date_trunc('month', happened_at) AS month, outcome, count(*) AS concluded
    FROM (SELECT unit, happened_at, 'failed' AS outcome FROM experiment_failed
        UNION ALL SELECT unit, happened_at, 'succeeded' FROM experiment_succeeded
        UNION ALL SELECT unit, happened_at, 'inconclusive' FROM experiment_inconclusive
        UNION ALL SELECT unit, happened_at, 'stopped_early' FROM experiment_stopped_early
        UNION ALL SELECT unit, happened_at, 'invalidated' FROM experiment_invalidated)
    GROUP BY ALL ORDER BY ALL
"""
"""What was concluded, unit by unit and month by month."""
Figures = Mapping[str, float]


def pull(to: str, *urls: str) -> Figures:
    """From the feeds at these addresses; ``TOKEN`` is in the environment."""
    with feeds(dict(zip(SERVICES, urls, strict=True)), os.environ["TOKEN"]) as origins:
        return _pulled(to, origins)


def pull_topics(to: str, kafka: str, prefix: str) -> Figures:
    """From topics."""
    with topics(kafka, prefix, whole=False) as origins:
        return _pulled(to, origins)


def _pulled(to: str, origins: list[Origin]) -> Figures:
    began = time.perf_counter()
    manifest = Pull(Folder(Path(to)), origins, lambda done, total: None).once()
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "events": manifest.events, "bytes": sum(part.bytes for part in manifest.parts)}


def bare(*urls: str) -> Figures:
    """The same pages, read and thrown away."""
    began, events, read = time.perf_counter(), 0, 0
    for url in urls:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {os.environ['TOKEN']}"}) as client:
            (head,) = client.get("/events/heads").json()["heads"]
            for after in range(0, head["position"], _PAGE):
                answer = client.get("/events", params={"partition": 0, "after": after, "limit": _PAGE})
                read += len(answer.raise_for_status().content)
            events += head["position"]
    return {"seconds": time.perf_counter() - began, "events": events, "bytes": read}


def bare_topics(kafka: str, prefix: str, *counts: str) -> Figures:
    """The same messages, consumed and decoded by kafka-python alone."""
    brokers = Servers(kafka=kafka, topic_prefix=prefix).brokers()
    assert brokers is not None
    began = time.perf_counter()
    for service, count in zip(SERVICES, counts, strict=True):
        bare_kafka.consume(brokers, brokers.topic(service), 1, int(count))
    return {"seconds": time.perf_counter() - began, "events": sum(map(int, counts))}


def replay(path: str, name: str) -> Figures:
    """A read model, of the events that concern it."""
    history, model = History.open(path), model_named(name)
    began = time.perf_counter()
    history.read_model(name)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "events": _concerning(history, model)}


def _concerning(history: History, model: ReadModel[object]) -> int:
    return sum(1 for _ in history.events(types=model.types, sources=model.sources))


def ask(path: str) -> Figures:
    """SQL, warm; and the failure wall as of the middle, from nothing."""
    with opened(Path(path)) as database:
        warm = [_seconds(database, OUTCOMES) for _ in range(_WARM + 1)][1:]
    middle = BEGAN + YEARS / 2
    began = time.perf_counter()
    with opened(Path(path), middle) as database:
        database.ask("FROM failures").fetchall()
    return {"warm": statistics.median(warm), "wall": time.perf_counter() - began}


def _seconds(database: Database, question: str) -> float:
    began = time.perf_counter()
    assert database.ask(question).fetchall(), "nothing was concluded"
    return time.perf_counter() - began


WHAT: Mapping[str, Callable[..., Figures]] = {
    "pull": pull,
    "pull-topics": pull_topics,
    "bare": bare,
    "bare-topics": bare_topics,
    "replay": replay,
    "ask": ask,
}

if __name__ == "__main__":
    found = WHAT[sys.argv[1]](*sys.argv[2:])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({**found, "megabytes": peak}))
