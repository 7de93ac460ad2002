"""From costs of a request to what a load needs: partitions, Pods, processors, disks, price."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from benchmarks.scaling.assumed import Assumed, Load, Planned
from benchmarks.scaling.costs import SERVICES, Costs

GIB = 2**30


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The busiest moments: requests, commands and events a second; and a day's and a year's events."""

    requests: float
    commands: float
    events: float
    requests_a_day: float
    events_a_day: float
    events_a_year: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is needed. By service: Pods of web and worker, vCPU of its PostgreSQL; disks are in GiB."""

    peak: Peak
    partitions: int
    web: Mapping[str, int]
    worker: Mapping[str, int]
    pod_vcpu: float
    databases: Mapping[str, int]
    database_disk: float
    brokers: int
    broker_vcpu: int
    broker_disk: float
    archive: float
    disk_a_year: float
    price: float


def peak_of(load: Load, costs: Costs) -> Peak:
    """How busy it is at its busiest."""
    day = load.ideas / costs.ideas if load.ideas else load.people * load.active * load.requests
    requests = day * load.busiest_hour / 3_600 * load.burst
    commands, events = requests * costs.commands, requests * costs.commands * costs.events
    events_a_day = day * costs.commands * costs.events
    return Peak(
        requests=requests,
        commands=commands,
        events=events,
        requests_a_day=day,
        events_a_day=events_a_day,
        events_a_year=events_a_day * load.days,
    )


def plan_of(load: Load, costs: Costs, assumed: Assumed) -> Plan:
    """What a load needs, and what that costs a month."""
    peak, planned = peak_of(load, costs), assumed.planned
    web = {name: _pods(_processors(peak, costs.web(name), planned), planned) for name in SERVICES}
    worker = {name: _pods(_processors(peak, costs.worker(name), planned), planned) for name in SERVICES}
    databases = {
        name: max(planned.smallest_database, math.ceil(_processors(peak, costs.database(name), planned)))
        for name in SERVICES
    }
    of_postgres = sum(costs.bytes_per_event[f"postgres {name}"] for name in SERVICES)
    database_bytes, broker_bytes = of_postgres * peak.events_a_year, costs.bytes_per_event["kafka"] * peak.events_a_year
    plan = Plan(
        peak=peak,
        partitions=partitions_of(peak, max(worker.values()), costs, planned),
        web=web,
        worker=worker,
        pod_vcpu=_pod_vcpu(peak, costs, planned, sum(web.values()) + sum(worker.values())),
        databases=databases,
        database_disk=_disk(database_bytes, planned, len(SERVICES)),
        brokers=planned.copies,
        broker_vcpu=max(planned.smallest_broker, math.ceil(_processors(peak, costs.kafka, planned) / planned.copies)),
        broker_disk=_disk(broker_bytes, planned, 1),
        archive=_archive(peak, database_bytes, costs, planned),
        disk_a_year=(database_bytes * planned.databases + broker_bytes * planned.copies) / GIB,
        price=0.0,
    )
    return dataclasses.replace(plan, price=price_of(plan, assumed))


def partitions_of(peak: Peak, workers: int, costs: Costs, planned: Planned) -> int:
    """A power of two: so that one partition takes what the busiest service appends, and each worker has one."""
    appends = peak.events * costs.busiest / (costs.partition_appends * planned.full)
    return max(planned.fewest_partitions, 2 ** math.ceil(math.log2(max(1.0, appends, workers))))


def price_of(plan: Plan, assumed: Assumed) -> float:
    """SEK a month."""
    planned, price = assumed.planned, assumed.price
    pods = sum(plan.web.values()) + sum(plan.worker.values())
    database_vcpu = sum(plan.databases.values()) * planned.databases
    vcpu = pods * plan.pod_vcpu + database_vcpu + plan.brokers * plan.broker_vcpu
    memory = pods * planned.pod_memory + database_vcpu * planned.database_memory + plan.brokers * planned.broker_memory
    disk = plan.database_disk * planned.databases + plan.broker_disk * plan.brokers
    return price.cluster + vcpu * price.vcpu + memory * price.memory + disk * price.disk + plan.archive * price.object


def _processors(peak: Peak, ms: float, planned: Planned) -> float:
    """Of those that are priced, so that they are no fuller than planned."""
    return peak.requests * ms / 1e3 / planned.full / planned.vcpu


def _pods(processors: float, planned: Planned) -> int:
    """One process uses one processor at most: Python."""
    return max(planned.fewest_pods, math.ceil(processors))


def _pod_vcpu(peak: Peak, costs: Costs, planned: Planned, pods: int) -> float:
    """What each is given, in steps of the smallest."""
    ms = sum(costs.web(name) + costs.worker(name) for name in SERVICES)
    steps = math.ceil(_processors(peak, ms, planned) / pods / planned.smallest_pod)
    return min(1.0, max(1, steps) * planned.smallest_pod)


def _disk(bytes_a_year: float, planned: Planned, disks: int) -> float:
    """GiB of one copy, for the years that are planned."""
    return max(planned.smallest_disk * disks, bytes_a_year * planned.years / GIB / planned.disk_full)


def _archive(peak: Peak, database_bytes: float, costs: Costs, planned: Planned) -> float:
    """GiB of write-ahead log and whole copies."""
    wal = peak.events_a_day * planned.wal_days * costs.bytes_per_event["wal"]
    return (wal + database_bytes * planned.years * planned.backups) / GIB
