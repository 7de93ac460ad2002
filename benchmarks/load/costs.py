"""``make load COSTS=1``: what a read, a command and an event cost; writes costs.json, from which scaling.py plans.

Processor time is measured, not speed: what others do on the machine meanwhile disturbs it less.
"""

from __future__ import annotations

import dataclasses
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import mean
from typing import Any
from uuid import uuid4

import orjson
import psycopg

from benchmarks.catching_up import caught_up, looking
from benchmarks.idea_histories import load, submitted
from benchmarks.load.actions import READING, WRITING
from benchmarks.load.ground import Ground, Own
from benchmarks.load.plans import Came, Phase, Plan
from benchmarks.load.samples import Sample, commands_share
from benchmarks.load.spent import OTHERS, Spent, by_kind
from benchmarks.platform import resident
from benchmarks.results import COSTS, code
from chassis.recorded import Metadata
from chassis.store.encoding import partition_of
from chassis.store.protocol import Append, Change, NewEvent, Store
from nyfiken.layout import SERVICES
from services.ideas.idea import IDEA

KINDS = ("web", "worker", "postgres", "kafka")
_SETTLED, _IDLE = 15.0, 20.0
"""Seconds until what was made is forgotten, and in which nobody is there."""
_WARM_UP, _CALM = 3.0, 3.0
_RATE, _LONG, _SHORT = 50.0, 40.0, 8.0
"""Requests a second; seconds of the mix, and of one action alone."""
_ALONE = 20.0
_HISTORY = 30_000
"""Events that are caught up with."""
_APPENDERS, _APPENDED = 4, 4.0
_RECORDED = "SELECT count(*) FROM events WHERE recorded_at >= to_timestamp(%s) AND recorded_at < to_timestamp(%s)"
Given = Callable[[Plan], Sequence[Came]]


def phases() -> list[Phase]:
    """What is measured over HTTP: reads alone, all of the mix, and each action by itself."""

    def one(only: Sequence[str], rate: float, seconds: float) -> Phase:
        return Phase(seconds=seconds, warm_up=_WARM_UP, calm=_CALM, rate=rate, only=only)

    alone = [one([name], _ALONE, _SHORT) for name in (*READING, *WRITING)]
    return [one(list(READING), _RATE, _LONG), one([], _RATE, _LONG), *alone]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Of one phase: processor seconds by kind beyond those of nobody being there, its requests, events recorded."""

    spent: Mapping[str, float]
    samples: Sequence[Sample]
    events: Mapping[str, int]
    others: float


def measure(ground: Ground, plan: Plan, given: Given, say: Callable[[str], None]) -> Mapping[str, Any]:
    """All of it, as costs.json has it."""
    assert ground.own is not None, "costs are measured on a platform of its own"
    own = ground.own
    with ground.watched() as spent:
        time.sleep(_SETTLED)
        began = time.monotonic()
        time.sleep(_IDLE)
        idle = {kind: used / _IDLE for kind, used in by_kind(spent.between(began, began + _IDLE)).items()}
        say(f"nobody is there: {_shown(idle)} processors")
        by_name = {name: used / _IDLE for name, used in spent.between(began, began + _IDLE).items()}
        before = _sizes(own)
        came = given(dataclasses.replace(plan, phases=phases()))
        after = _sizes(own)
        looked = [_looked(each, spent, idle, own) for each in came]
        reads, mix, *alone = looked
        whole = dataclasses.replace(came[0], calmed=came[-1].calmed)
        recorded = sum(_events(dataclasses.replace(whole, began=came[0].began - _WARM_UP - 1), own).values())
        bulk = _bulk(own, spent, idle)
    per_read, per_command = costs_of(reads, mix)
    return {
        "of": code(),
        "machine": f"{os.cpu_count()} processors, shared by load, platform, PostgreSQL and Kafka",
        "others": round(mean(each.others for each in looked), 3),
        "idle_processors": _rounded(idle),
        "read_ms": _rounded(per_read),
        "command_ms": _rounded(per_command),
        "commands_share": round(commands_share(mix.samples), 4),
        "ideas_share": round(sum(each.name == "submit" for each in mix.samples) / len(mix.samples), 4),
        "mix_ms": _rounded(_by_process(came[1], spent, by_name)),
        "events_per_command": round(sum(mix.events.values()) / _commands(mix), 3),
        "events_by_service": {name: round(n / sum(mix.events.values()), 3) for name, n in mix.events.items()},
        "bytes_per_event": {name: round((after[name] - before[name]) / recorded) for name in after},
        "actions_ms": {
            name: _rounded({kind: used / len(each.samples) * 1e3 for kind, used in each.spent.items()})
            for name, each in zip((*READING, *WRITING), alone, strict=True)
        },
        "bulk": bulk,
        "partition_appends_per_second": round(_one_partition(own)),
        "connections": _connections(own),
        "resident_mb": {name: round(resident(pid) / 2**20) for name, pid in own.platform.processes().items()},
    }


def costs_of(reads: Looked, mix: Looked) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Milliseconds of a read, and of a command with all that follows on it, by who spends them."""
    per_read = {kind: reads.spent[kind] / len(reads.samples) for kind in KINDS}
    commands = _commands(mix)
    others = len(mix.samples) - commands
    per_command = {kind: max(0.0, mix.spent[kind] - others * per_read[kind]) / commands for kind in KINDS}
    return _ms(per_read), _ms(per_command)


def write(costs: Mapping[str, Any]) -> None:
    """Keep them."""
    COSTS.write_bytes(orjson.dumps(costs, option=orjson.OPT_INDENT_2) + b"\n")


def _looked(came: Came, spent: Spent, idle: Mapping[str, float], own: Own) -> Looked:
    """What follows on the last commands is done within the calm after them, and counted with them."""
    seconds = came.calmed - came.began
    used = by_kind(spent.between(came.began, came.calmed))
    beyond = {kind: max(0.0, used[kind] - idle[kind] * seconds) for kind in KINDS}
    others = used[OTHERS] / seconds / (os.cpu_count() or 1)
    return Looked(spent=beyond, samples=came.samples, events=_events(came, own), others=others)


def _by_process(came: Came, spent: Spent, idle: Mapping[str, float]) -> Mapping[str, float]:
    """Milliseconds of each process for a request of the mix, beyond those of nobody being there."""
    seconds, used = came.calmed - came.began, spent.between(came.began, came.calmed)
    return {
        name: max(0.0, spent_ - idle.get(name, 0.0) * seconds) / len(came.samples) * 1e3
        for name, spent_ in used.items()
        if name.split()[-1] in (*SERVICES, *KINDS)
    }


def _events(came: Came, own: Own) -> Mapping[str, int]:
    """Events that were recorded in each service meanwhile."""
    wall = time.time() - time.monotonic()
    found = {}
    for service in SERVICES:
        with psycopg.connect(_address(own, service)) as connection:
            row = connection.execute(_RECORDED, (came.began + wall, came.calmed + wall)).fetchone()
            found[service] = int(row[0]) if row else 0
    return found


def _bulk(own: Own, spent: Spent, idle: Mapping[str, float]) -> Mapping[str, Any]:
    """A long history is loaded into ideas, and everybody catches up with it: microseconds and bytes of an event."""
    with looking(own.platform) as inside:
        store = inside.store("ideas")
        before, began = _sizes(own), time.monotonic()
        events = sum(load(store, _HISTORY))
        loaded = time.monotonic() - began
        caught_up(inside, "everything catches up")
        ended = time.monotonic()
    after, used = _sizes(own), by_kind(spent.between(began, ended))
    each = {kind: max(0.0, used[kind] - idle[kind] * (ended - began)) / events for kind in KINDS}
    return {
        "events": events,
        "loaded_s": round(loaded, 1),
        "caught_up_s": round(ended - began, 1),
        "events_per_second": round(events / (ended - began)),
        "event_us": {kind: round(used * 1e6) for kind, used in each.items()},
        "bytes_per_event": {name: round((after[name] - before[name]) / events) for name in after},
    }


def _sizes(own: Own) -> Mapping[str, int]:
    """Bytes: of each database with its indexes, of all WAL that was ever written, of Kafka's logs."""
    found = {}
    with psycopg.connect(own.servers.postgres.dsn, autocommit=True) as server:
        server.execute("CHECKPOINT")
        for service in SERVICES:
            database = f"{own.platform.servers.database_prefix}_{service}"
            found[f"postgres {service}"] = _number(server, "SELECT pg_database_size(%s)", database)
        found["wal"] = _number(server, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), %s)", "0/0")
    logs = own.servers.kafka.folder.rglob("*.log")
    prefix = own.platform.servers.topic_prefix
    found["kafka"] = sum(log.stat().st_size for log in logs if log.parent.name.startswith(prefix))
    return found


def _number(server: psycopg.Connection[Any], query: str, value: str) -> int:
    row = server.execute(query.encode(), (value,)).fetchone()
    return int(row[0]) if row else 0


def _one_partition(own: Own) -> float:
    """Appends a second to one partition, by several at once, each the next when its last is durable."""
    with looking(own.platform) as inside:
        store = inside.store("ideas")
        ends, counts = time.monotonic() + _APPENDED, [0] * _APPENDERS
        threads = [threading.Thread(target=_append, args=(store, ends, counts, number)) for number in range(_APPENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        caught_up(inside, "everything catches up")
    return sum(counts) / _APPENDED


def _append(store: Store, ends: float, counts: list[int], number: int) -> None:
    chance = random.Random(number)
    for idea_id in _in_first_partition(store):
        if time.monotonic() > ends:
            return
        new = NewEvent(id=str(uuid4()), event=submitted(idea_id, chance), metadata=Metadata(by="load"))
        store.append(Append(changes=[Change(stream=IDEA.stream(idea_id), expected=0, events=[new])]))
        counts[number] += 1


def _in_first_partition(store: Store) -> Iterator[str]:
    while True:
        idea_id = str(uuid4())
        if partition_of(IDEA.stream(idea_id), store.partitions) == 0:
            yield idea_id


def _connections(own: Own) -> Mapping[str, int]:
    query = "SELECT datname, count(*) FROM pg_stat_activity WHERE datname LIKE %s GROUP BY 1"
    prefix = own.platform.servers.database_prefix
    with psycopg.connect(own.servers.postgres.dsn) as server:
        return {name.removeprefix(f"{prefix}_"): n for name, n in server.execute(query, (f"{prefix}%",)).fetchall()}


def _address(own: Own, service: str) -> str:
    database = own.platform.servers.database(service)
    assert database is not None, "the platform runs on files"
    return database.address


def _commands(looked: Looked) -> float:
    return commands_share(looked.samples) * len(looked.samples)


def _ms(seconds: Mapping[str, float]) -> Mapping[str, float]:
    return {name: value * 1e3 for name, value in seconds.items()}


def _rounded(values: Mapping[str, float]) -> Mapping[str, float]:
    return {name: round(value, 3) for name, value in values.items()}


def _shown(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in values.items())
