"""The plans as tables of Markdown, and their place in docs/scaling.md."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from benchmarks.results import COSTS
from benchmarks.scaling.assumed import Assumed
from benchmarks.scaling.costs import SERVICES, Costs
from benchmarks.scaling.first import gives_way, platforms_of
from benchmarks.scaling.plan import Plan, plan_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "scaling.md"
_KINDS = ("web", "worker", "postgres", "kafka")


class NoPlace(Exception):
    """The document has no place for a table."""


def tables(costs: Costs, assumed: Assumed) -> Mapping[str, str]:
    """Name → table."""
    plans = {load.name: plan_of(load, costs, assumed) for load in assumed.loads}
    measured = orjson.loads(COSTS.read_bytes())
    return {
        "costs": _costs(measured),
        "events": _events(costs, measured),
        "actions": _actions(measured),
        "load": _compared(plans, _load_rows()),
        "plan": _compared(plans, _plan_rows(), _divided(costs, assumed)),
        **{f"first-{number}": _first(load, costs, assumed) for number, load in enumerate(assumed.loads, 1)},
        "assumed": _assumed(assumed),
    }


def filled(document: str, found: Mapping[str, str]) -> str:
    """The document with these tables in their places: between ``<!-- name -->`` and ``<!-- /name -->``."""
    for name, table in found.items():
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not place.search(document):
            raise NoPlace(f"there is no <!-- {name} --> … <!-- /{name} --> in the document")
        document = place.sub(lambda match, table=table: f"{match[1]}{table}\n{match[2]}", document)
    return document


def _costs(measured: Mapping[str, Any]) -> str:
    rows = [
        [what, *(f"{ms[kind]:.1f}" for kind in _KINDS), f"{sum(ms[kind] for kind in _KINDS):.1f}"]
        for what, ms in (("a read", measured["read_ms"]), ("a command, with all that follows", measured["command_ms"]))
    ]
    bulk = measured["bulk"]["event_us"]
    catching = [f"{bulk[kind] / 1e3:.2f}" for kind in _KINDS]
    rows.append(["an event, when a long history is caught up with", *catching, f"{sum(bulk.values()) / 1e3:.2f}"])
    return _table(["ms of a processor", "web", "worker", "PostgreSQL", "Kafka", "together"], rows)


def _actions(measured: Mapping[str, Any]) -> str:
    of = measured["actions_ms"]
    dearest = sorted(of, key=lambda name: -sum(of[name][kind] for kind in _KINDS))
    return _table(
        ["action", "web", "worker", "PostgreSQL", "Kafka"],
        [[name, *(f"{of[name][kind]:.1f}" for kind in _KINDS)] for name in dearest],
    )


def _events(costs: Costs, measured: Mapping[str, Any]) -> str:
    of_postgres = sum(costs.bytes_per_event[f"postgres {name}"] for name in SERVICES)
    rows = {
        "events of a command, in all services": f"{costs.events:.1f}",
        "bytes of an event in PostgreSQL, with indexes and read models, of all services": f"{of_postgres:,.0f}",
        "bytes in its write-ahead log": f"{costs.bytes_per_event['wal']:,.0f}",
        "bytes in Kafka, one copy": f"{costs.bytes_per_event['kafka']:,.0f}",
        "appends a second to one partition, while everybody follows": f"{costs.partition_appends:,.0f}",
        "events a second that one worker publishes to Kafka": f"{costs.relay_events:,.0f}",
        "connections to PostgreSQL afterwards: ideas · experiments · notifications": _each(measured["connections"]),
        "MB of a web process · a worker, at most": " · ".join(
            f"{_largest(measured, role)}" for role in ("web", "worker")
        ),
        "share of the machine that others used meanwhile": f"{measured['others']:.0%}",
    }
    return _table(["", "measured"], [[what, value] for what, value in rows.items()])


def _largest(measured: Mapping[str, Any], role: str) -> int:
    return max(int(mb) for name, mb in measured["resident_mb"].items() if name.endswith(role))


def _divided(costs: Costs, assumed: Assumed) -> Sequence[str]:
    of = (str(platforms_of(load, costs, assumed)) for load in assumed.loads)
    return ["platforms that it is divided over, for none to outgrow its limits", *of]


def _load_rows() -> Mapping[str, Callable[[Plan], str]]:
    return {
        "requests a day": lambda plan: _round(plan.peak.requests_a_day),
        "requests/s at the peak": lambda plan: _round(plan.peak.requests),
        "of them commands/s": lambda plan: _round(plan.peak.commands),
        "events/s at the peak": lambda plan: _round(plan.peak.events),
        "events a year": lambda plan: _round(plan.peak.events_a_year),
    }


def _plan_rows() -> Mapping[str, Callable[[Plan], str]]:
    return {
        "partitions of each service": lambda plan: str(plan.partitions),
        "web Pods: ideas · experiments · notifications": lambda plan: _each(plan.web),
        "worker Pods": lambda plan: _each(plan.worker),
        "vCPU of each Pod": lambda plan: f"{plan.pod_vcpu:g}",
        "vCPU of each service's PostgreSQL": lambda plan: _each(plan.databases),
        "disks of all three, one copy, GiB": lambda plan: _round(plan.database_disk),
        "Kafka: brokers × vCPU": lambda plan: f"{plan.brokers} × {plan.broker_vcpu}",
        "disk of each broker, GiB": lambda plan: _round(plan.broker_disk),
        "backups and write-ahead log, GiB": lambda plan: _round(plan.archive),
        "disks fill by, all copies, GiB a year": lambda plan: _round(plan.disk_a_year),
        "**SEK a month**": lambda plan: f"**{_round(plan.price)}**",
    }


def _compared(plans: Mapping[str, Plan], rows: Mapping[str, Callable[[Plan], str]], *first: Sequence[str]) -> str:
    of_plans = [[what, *(of(plan) for plan in plans.values())] for what, of in rows.items()]
    return _table(["", *plans], [*first, *of_plans])


def _first(load: Any, costs: Costs, assumed: Assumed) -> str:
    return _table(
        [load.name, "full at requests/s", "used at the peak", "then"],
        [[each.what, _round(each.at), f"{each.use:.1%}", each.then] for each in gives_way(load, costs, assumed)],
    )


def _assumed(assumed: Assumed) -> str:
    price = assumed.price
    return _table(
        ["SEK a month", "a vCPU", "a GiB of memory", "a GiB of disk", "a GiB of backup", "the cluster"],
        [["guessed 2026-11-29", *(f"{each:g}" for each in dataclasses.astuple(price))]],
    )


def _each(of: Mapping[str, int]) -> str:
    return " · ".join(str(of[name]) for name in SERVICES)


def _round(number: float) -> str:
    """Two digits that count, for it is a plan."""
    if number < 10:
        return f"{number:.1f}"
    digits = len(str(int(number))) - 2
    return f"{int(round(number, -digits)):,}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(_lines(head, rows))


def _lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join(['---', *['---:'] * (len(head) - 1)])}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
