"""Rows about the analysts' side: pulling from feeds and from Kafka, replaying, asking; up to a million events."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from benchmarks.analysts import log_peer
from benchmarks.analysts.made import make, publish, shown, token
from benchmarks.bench import Bench
from benchmarks.rows import Row
from chassis.settings import Brokers
from chassis.store.sqlite import open_store
from nyfiken.key_files import platform_keys
from nyfiken.layout import SERVICES
from nyfiken.servers import Servers

_ROUNDS = 3
_PREFIX = "bench-history"
_MODEL = "idea_board"
Figures = Mapping[str, float]


def analysts(bench: Bench) -> Iterator[Row]:
    """All of them; the largest history last."""
    found: dict[int, Mapping[str, Figures]] = {}
    for events in bench.sizes.stages:
        data = bench.folder / str(events)
        bench.say(f"making a city's history of {events:,} events …")
        make(data, events)
        found[events] = _stage(bench, data, _ROUNDS if events < bench.sizes.stages[-1] else 1)
    smallest, middle, largest = found[min(found)], found[sorted(found)[len(found) // 2]], found[max(found)]
    yield from _of_pulling(max(found), smallest, middle, largest)
    yield from _of_replaying(bench, max(found), smallest, largest)
    yield Row.at_most("SQL: outcomes by unit and month, warm", "s", largest["ask"]["warm"], goal=0.5)
    yield Row.at_most("the failure wall as of the middle", "s", largest["ask"]["wall"], goal=2)
    yield _from_kafka(bench, bench.folder / str(sorted(found)[len(found) // 2]))


def _stage(bench: Bench, data: Path, rounds: int) -> Mapping[str, Figures]:
    to = data / "pulled"
    pulls, bares = [], []
    with shown(data) as urls:
        environment = {"TOKEN": token(data)}
        for number in range(rounds):
            bares.append(_once("bare", *urls.values(), **environment))
            pulls.append(_once("pull", f"{to}-{number}", *urls.values(), **environment))
            bench.say(
                f"{pulls[-1]['events']:,.0f} events: {_rate(pulls[-1]):,.0f} a second, bare {_rate(bares[-1]):,.0f}"
            )
    replays = [_once("replay", f"{to}-0", _MODEL) for _ in range(rounds)]
    return {
        "pull": _median(pulls),
        "bare": _median(bares),
        "replay": _median(replays),
        "ask": _once("ask", f"{to}-0"),
    }


def _of_pulling(
    events: int, smallest: Mapping[str, Figures], middle: Mapping[str, Figures], largest: Mapping[str, Figures]
) -> Iterator[Row]:
    rate, size = _rate(largest["pull"]), largest["pull"]["bytes"] / events
    yield Row.at_least(f"pull from feeds, {events:,} events", "events/s", rate, goal=20_000)
    bare = _rate(largest["bare"])
    yield Row.faster("pull from feeds", "events/s", rate, bare, goal=0.5, beside="bare HTTP reading")
    yield Row.cheaper(
        "Parquet", "bytes/event", size, largest["bare"]["bytes"] / events, goal=0.2, beside="the JSON of the feed"
    )
    yield _linear("pull", smallest["pull"], largest["pull"])
    memory = largest["pull"]["megabytes"], middle["pull"]["megabytes"]
    yield Row.cheaper("memory of a pull", "MB", *memory, goal=1.25, beside="that of a tenth of the history")


def _of_replaying(
    bench: Bench, events: int, smallest: Mapping[str, Figures], largest: Mapping[str, Figures]
) -> Iterator[Row]:
    rate = _rate(largest["replay"])
    yield Row.at_least(f"replay of {_MODEL}, of {events:,} events", "events/s", rate, goal=50_000)
    folder = bench.folder / "peer"
    folder.mkdir()
    peer = log_peer.rate(folder, min(bench.sizes.history, events))
    yield Row.faster(f"replay of {_MODEL}", "events/s", rate, peer, goal=5, beside="eventsourcing: log and fold")
    yield _linear("replay", smallest["replay"], largest["replay"])
    yield Row.at_most("memory of a replay", "MB", largest["replay"]["megabytes"], goal=1_000)


def _linear(name: str, small: Figures, large: Figures) -> Row:
    each = [figures["seconds"] / figures["events"] * 1e6 for figures in (large, small)]
    return Row.cheaper(f"{name}, an event of many", "µs", *each, goal=1.5, beside="an event of few")


def _from_kafka(bench: Bench, data: Path) -> Row:
    address = bench.servers.kafka.bootstrap_servers
    brokers = Servers(kafka=address, topic_prefix=_PREFIX).brokers()
    assert brokers is not None
    publish(data, brokers)
    counts = _counts(data, brokers)
    rounds = [
        (
            _once("pull-topics", str(data / f"topics-{n}"), address, _PREFIX),
            _once("bare-topics", address, _PREFIX, *counts),
        )
        for n in range(_ROUNDS)
    ]
    ours, bare = _median([one for one, _ in rounds]), _median([other for _, other in rounds])
    beside = "bare consume and decode"
    return Row.faster("pull from Kafka", "events/s", _rate(ours), _rate(bare), goal=0.5, beside=beside)


def _counts(data: Path, brokers: Brokers) -> list[str]:
    master = platform_keys(data, may_make=False).master
    counts = []
    for service in SERVICES:
        store = open_store(data, service, master)
        counts.append(str(sum(head.position for head in store.heads().values())))
        store.close()
    return counts


def _rate(figures: Figures) -> float:
    return figures["events"] / figures["seconds"]


def _median(found: list[Figures]) -> Figures:
    return {name: median(figures[name] for figures in found) for name in found[0]}


def _once(*what: str, **environment: str) -> Figures:
    command = [sys.executable, "-m", "benchmarks.analysts.once", *what]
    ran = subprocess.run(command, env=os.environ | environment, check=True, stdout=subprocess.PIPE)
    return json.loads(ran.stdout)  # type: ignore[no-any-return]
