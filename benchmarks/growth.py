"""Rows about growth: what things cost, and what processes weigh, when a history is a hundred times as long."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from statistics import median
from uuid import uuid4

import psycopg

from benchmarks import freshness
from benchmarks.bench import Bench
from benchmarks.catching_up import Looking, caught_up, looking
from benchmarks.http_client import Client
from benchmarks.idea_histories import load, revised, submitted
from benchmarks.neighbours import Neighbours
from benchmarks.open_loop import paced, percentile
from benchmarks.platform import resident
from benchmarks.rows import Row
from chassis.decider import Request, change, handle
from chassis.recorded import Metadata
from chassis.store.protocol import Append, Change, CommandKey, NewEvent, Store
from nyfiken.progress import bar
from services.ideas.idea import IDEA
from tests.platform import RunningPlatform

_TIMES = 300
_PATIENCE, _CALM = 600.0, 65
"""Seconds that are waited until PostgreSQL has vacuumed, and in which it must not: it looks once a minute."""
_VACUUMING = "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
_MOST = 1.3
"""How much dearer anything may be at the end than at the beginning."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What was measured when the history had so many events: milliseconds, and megabytes by process."""

    events: int
    costs: Mapping[str, float]
    weights: Mapping[str, float]
    others: float


def growth(bench: Bench) -> Iterator[Row]:
    """All of them, on a platform whose history grows."""
    with freshness.running(bench) as platform, looking(platform) as inside:
        people = freshness.authors(platform)
        stages = []
        for events in bench.sizes.stages:
            _grow(inside, events, bench)
            _let_postgres_finish(bench)
            stages.append(_stage(platform, inside, people, bench, events))
            bench.say(str(stages[-1]))
        yield from _rows(stages)


def _rows(stages: list[Stage]) -> Iterator[Row]:
    first, *later = stages
    for stage in later:
        at = f"at {stage.events:,} events"
        for what, ms in stage.costs.items():
            yield Row.cheaper(
                f"{what}, {at}", "ms", ms, first.costs[what], goal=_MOST, beside=_at(first), others=stage.others
            )
        for process, megabytes in stage.weights.items():
            yield Row.cheaper(
                f"resident, {process}, {at}", "MB", megabytes, first.weights[process], goal=_MOST, beside=_at(first)
            )


def _at(stage: Stage) -> str:
    return f"at {stage.events:,}"


def _grow(inside: Looking, events: int, bench: Bench) -> None:
    """Load what is missing to so many events, and let everything catch up."""
    store = inside.store("ideas")
    missing = events - sum(head.position for head in store.heads().values())
    began = time.monotonic()
    with bar(f"loading to {events:,} events") as show:
        for count in accumulate(load(store, missing)):
            show(count, missing)
    loaded = time.monotonic() - began
    took = caught_up(inside, f"everything catches up with {events:,} events")
    bench.say(f"{missing:,} events: loaded in {loaded:.1f} s, all processors caught up {took:.1f} s later")


def _let_postgres_finish(bench: Bench) -> None:
    """Wait until it looks after nothing that was loaded: vacuum and statistics take part in the same two cores."""
    began, calm = time.monotonic(), 0
    with psycopg.connect(bench.servers.postgres.dsn, autocommit=True) as connection:
        while calm < _CALM:
            if time.monotonic() - began > min(_PATIENCE, bench.sizes.patience * 10):
                bench.say("PostgreSQL may vacuum meanwhile")
                return
            time.sleep(1)
            calm = 0 if connection.execute(_VACUUMING).fetchone() else calm + 1
    bench.say(f"PostgreSQL has had nothing of its own to do for {_CALM} s, {time.monotonic() - began:.0f} s later")


def _stage(
    platform: RunningPlatform, inside: Looking, people: list[freshness.Author], bench: Bench, events: int
) -> Stage:
    weights = {name: resident(pid) / 2**20 for name, pid in platform.processes().items()}
    neighbours = Neighbours()
    neighbours.wait(bench.sizes.patience)
    store, chance = inside.store("ideas"), random.Random(0)
    client = Client(platform.port, people[0].token)
    costs = {
        "append": _ms(lambda: _append(store, chance)),
        "command": _ms(_commands(store, chance)),
        "GET /ideas": _ms(lambda: client.get("/ideas?limit=50")),
        "GET /ideas of a unit": _ms(lambda: client.get("/ideas?limit=50&unit=vof")),
    }
    client.close()
    caught_up(inside, "what was measured is applied")
    fresh = freshness.measured(platform, people, bench.sizes)
    costs |= {f"freshness, p{share:.0%}"[:-1]: percentile(fresh.seen, share) * 1e3 for share in (0.5, 0.99)}
    costs["rebuild of idea_board, a thousand events"] = inside.rebuild("idea_board") / events * 1e6
    return Stage(events=events, costs=costs, weights=weights, others=neighbours.share())


def _ms(call: Callable[[], object]) -> float:
    """Milliseconds of one call: the median of many, at a pace at which those who follow keep up."""
    return median(paced([lambda _: call()], freshness.RATE, _TIMES / freshness.RATE)) * 1e3


def _append(store: Store, chance: random.Random) -> None:
    idea_id = str(uuid4())
    new = NewEvent(id=str(uuid4()), event=submitted(idea_id, chance), metadata=Metadata(by="bench"))
    store.append(Append(changes=[Change(stream=IDEA.stream(idea_id), expected=0, events=[new])]))


def _commands(store: Store, chance: random.Random) -> Callable[[], object]:
    """Put ideas from all over the history in other words, each once; their states are not at hand."""
    heads = store.heads()
    subjects: dict[str, None] = {}
    while len(subjects) < _TIMES:
        partition = chance.randrange(store.partitions)
        (found,) = store.read(partition, chance.randrange(heads[partition].position), 1)
        subjects[found.subject] = None
    waiting = iter(subjects)

    def once() -> None:
        subject = next(waiting)
        key = CommandKey(caller="bench", key=str(uuid4()), body_hash="0" * 64)
        wanted = Request(metadata=Metadata(by="bench"), key=key)
        handle(store, change(IDEA, subject, lambda _: [revised(subject, chance)]), wanted)

    return once
