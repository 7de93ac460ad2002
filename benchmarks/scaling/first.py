"""What gives way first, as load grows: all that is full at some load however many Pods there are."""

from __future__ import annotations

import dataclasses
import math

from benchmarks.scaling.assumed import Assumed, Limits, Load
from benchmarks.scaling.costs import SERVICES, Costs
from benchmarks.scaling.plan import GIB, Plan, plan_of

APART = "a platform for each group of units"
_MORE = "more partitions, when it is made anew"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GivesWay:
    """Something that is full at so many requests a second, how full that peak makes it, and what helps."""

    what: str
    at: float
    use: float
    then: str


def gives_way(load: Load, costs: Costs, assumed: Assumed) -> list[GivesWay]:
    """All that is full at some load however many Pods there are, the first to be full first."""
    plan, planned = plan_of(load, costs, assumed), assumed.planned
    peak = plan.peak.requests
    a_vcpu = 1e3 * planned.vcpu
    found = [
        *_of_databases(plan, costs, assumed.limits, a_vcpu, planned.full),
        *_of_events(plan, costs, planned.full),
        _disk_is_full(plan, costs, assumed),
        _full("Kafka", plan.brokers * assumed.limits.broker_vcpu * a_vcpu, costs.kafka, planned.full, "more brokers"),
    ]
    return sorted((dataclasses.replace(each, use=peak / each.use) for each in found), key=lambda each: each.at)


def platforms_of(load: Load, costs: Costs, assumed: Assumed) -> int:
    """How many platforms a load is to be divided over, for nothing that cannot be made larger to be too full."""
    first = gives_way(load, costs, assumed)[0]
    return max(1, math.ceil(plan_of(load, costs, assumed).peak.requests / first.at))


def _full(what: str, capacity: float, per_request: float, allowed: float, then: str) -> GivesWay:
    """``use``: for now the requests a second that would use all of it."""
    whole = capacity / per_request if per_request else math.inf
    return GivesWay(what=what, at=whole * allowed, use=whole, then=then)


def _of_databases(plan: Plan, costs: Costs, limits: Limits, a_vcpu: float, full: float) -> list[GivesWay]:
    heaviest = max(SERVICES, key=costs.database)
    crowded = max(SERVICES, key=lambda name: costs.web(name) + costs.worker(name))
    pods, a_request = limits.database_connections / limits.connections, costs.web(crowded) + costs.worker(crowded)
    wal = plan.peak.events / plan.peak.requests * costs.bytes_per_event["wal"]
    processors = limits.database_vcpu * a_vcpu
    return [
        _full(
            f"PostgreSQL of {heaviest}, {limits.database_vcpu} vCPU", processors, costs.database(heaviest), full, APART
        ),
        _full(f"{limits.database_connections} connections, {crowded}", pods * a_vcpu, a_request, full, "a pooler"),
        _full("write-ahead log on one disk", limits.wal_bytes, wal, full, "a faster disk"),
    ]


def _of_events(plan: Plan, costs: Costs, full: float) -> list[GivesWay]:
    """What is done for each event, in the service that records the most of them."""
    events = plan.peak.events / plan.peak.requests * costs.busiest
    appends, applied = plan.partitions * costs.partition_appends, plan.partitions * 1e6 / costs.bulk_event_us
    return [
        _full(f"appends to {plan.partitions} partitions", appends, events, full, _MORE),
        _full(f"read models and rules, {plan.partitions} workers", applied, events, full, _MORE),
        _full("relay, one worker", costs.relay_events, events, full, "more workers, one a partition"),
    ]


def _disk_is_full(plan: Plan, costs: Costs, assumed: Assumed) -> GivesWay:
    planned, limits = assumed.planned, assumed.limits
    fattest = max(SERVICES, key=lambda name: costs.bytes_per_event[f"postgres {name}"])
    kept = costs.bytes_per_event[f"postgres {fattest}"] * plan.peak.events_a_year * planned.years / plan.peak.requests
    what = f"disk of PostgreSQL of {fattest}, {limits.database_disk:,.0f} GiB, after {planned.years:g} years"
    return _full(what, limits.database_disk * GIB, kept, planned.disk_full, APART)
