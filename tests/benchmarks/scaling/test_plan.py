"""The plans' arithmetic: cases that are computed by hand, and what must hold for every load."""

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scaling.assumed import Load, load_assumed
from benchmarks.scaling.costs import Costs
from benchmarks.scaling.first import gives_way, platforms_of
from benchmarks.scaling.plan import GIB, partitions_of, peak_of, plan_of

ASSUMED = load_assumed()
PLANNED = dataclasses.replace(
    ASSUMED.planned, full=0.5, disk_full=0.5, years=1, databases=2, copies=3, vcpu=1.0, wal_days=10, backups=1
)
EASY = dataclasses.replace(ASSUMED, planned=PLANNED)
COSTS = Costs(
    commands=0.2,
    ideas=0.02,
    events=2.0,
    events_by_service={"ideas": 0.5, "experiments": 0.1, "notifications": 0.4},
    mix_ms={
        "ideas web": 3.0,
        "experiments web": 1.0,
        "notifications web": 1.0,
        "ideas worker": 2.0,
        "experiments worker": 0.5,
        "notifications worker": 2.0,
        "postgres ideas": 1.5,
        "postgres experiments": 0.5,
        "postgres notifications": 1.0,
        "postgres": 0.3,
        "kafka": 1.0,
    },
    bytes_per_event={
        "postgres ideas": 1_000,
        "postgres experiments": 200,
        "postgres notifications": 800,
        "wal": 5_000,
        "kafka": 400,
    },
    bulk_event_us=1_000.0,
    partition_appends=500.0,
    relay_events=10_000.0,
)
"""Round figures, to compute with in one's head."""
TOWN = Load(name="A town", people=3_600, active=0.5, requests=100, busiest_hour=0.2, burst=2.0, days=200)
NET = Load(name="A net", ideas=72_000, busiest_hour=0.1, burst=1.0, days=300)


def test_a_peak_is_the_busiest_hour_and_its_burst():
    peak = peak_of(TOWN, COSTS)
    assert peak.requests_a_day == 180_000
    assert (peak.requests, peak.commands, peak.events) == pytest.approx((20, 4, 8))
    assert peak.events_a_year == 180_000 * 0.2 * 2 * 200


def test_ideas_a_day_say_how_many_requests_there_are():
    peak = peak_of(NET, COSTS)
    assert (peak.requests_a_day, peak.requests) == pytest.approx((3_600_000, 100))


def test_pods_are_those_that_leave_each_process_half_idle():
    plan = plan_of(dataclasses.replace(NET, ideas=720_000), COSTS, EASY)  # 1,000 requests/s
    assert plan.web == {"ideas": 6, "experiments": 2, "notifications": 2}
    assert plan.worker == {"ideas": 4, "experiments": 2, "notifications": 4}
    assert plan.databases == {"ideas": 4, "experiments": 2, "notifications": 3}  # 1.65, 0.55, 1.1 processors
    assert (plan.brokers, plan.broker_vcpu) == (3, 1)


def test_disks_hold_the_years_planned_and_are_half_full_then():
    plan = plan_of(dataclasses.replace(NET, ideas=720_000), COSTS, EASY)
    events = 36_000_000 * 0.4 * 300
    assert plan.database_disk == pytest.approx(events * 2_000 / GIB / 0.5)
    assert plan.broker_disk == pytest.approx(events * 400 / GIB / 0.5)
    assert plan.archive == pytest.approx((36_000_000 * 0.4 * 10 * 5_000 + events * 2_000) / GIB)
    assert plan.disk_a_year == pytest.approx(events * (2 * 2_000 + 3 * 400) / GIB)


def test_a_price_is_the_sum_of_its_parts():
    plan = plan_of(TOWN, COSTS, EASY)  # the least of all: 12 Pods of a quarter, six databases of two, three brokers
    price = EASY.price
    vcpu, memory = 12 * 0.25 + 6 * 2 + 3, 12 * 0.5 + 12 * 4 + 3 * 4
    disk = 2 * 60 + 3 * 20
    expected = price.cluster + vcpu * price.vcpu + memory * price.memory + disk * price.disk
    assert plan.price == pytest.approx(expected + plan.archive * price.object)


@pytest.mark.parametrize(
    ("events", "workers", "partitions"), [(8, 2, 8), (4_000, 2, 8), (4_001, 2, 16), (8, 9, 16), (64_000, 2, 128)]
)
def test_partitions_take_what_the_busiest_service_appends_and_have_a_worker_each(events, workers, partitions):
    peak = dataclasses.replace(peak_of(TOWN, COSTS), events=events)  # half of them in ideas; a partition takes 250
    assert partitions_of(peak, workers, COSTS, PLANNED) == partitions


def test_what_gives_way_first_is_what_is_full_at_the_least_load():
    found = gives_way(NET, COSTS, EASY)
    at = {each.what: each.at for each in found}
    assert at["PostgreSQL of ideas, 64 vCPU"] == pytest.approx(64 * 0.5 / 1.65e-3)
    assert at["500 connections, ideas"] == pytest.approx(500 / 16 * 0.5 / 5e-3)  # Pods; 5 ms a request
    assert at["appends to 8 partitions"] == pytest.approx(8 * 500 * 0.5 / 0.2)  # a request, 0.2 events in ideas
    assert at["read models and rules, 8 workers"] == pytest.approx(8 * 1_000 * 0.5 / 0.2)
    assert at["relay, one worker"] == pytest.approx(10_000 * 0.5 / 0.2)
    assert at["write-ahead log on one disk"] == pytest.approx(200e6 * 0.5 / (0.4 * 5_000))
    assert at["Kafka"] == pytest.approx(3 * 16 * 0.5 / 1e-3)
    assert list(at.values()) == sorted(at.values())


def test_the_disk_is_full_when_the_history_of_the_years_planned_is():
    (disk,) = (each for each in gives_way(NET, COSTS, EASY) if each.what.startswith("disk of PostgreSQL of ideas"))
    kept = 1_000 * 0.4 * 3_600_000 * 300  # bytes in a year at 100 requests/s
    assert disk.use == pytest.approx(kept / (16_000 * GIB))
    assert disk.at == pytest.approx(16_000 * GIB * 0.5 / kept * 100)


@pytest.mark.parametrize(("ideas", "platforms"), [(72_000, 1), (1_431_655, 1), (1_431_656, 2), (14_316_558, 11)])
def test_a_load_is_divided_over_as_many_platforms_as_the_first_thing_that_gives_way_asks_for(ideas, platforms):
    # 72,000 ideas a day are 432 GB a year in ideas; of 16,000 GiB half may be in use.
    assert platforms_of(dataclasses.replace(NET, ideas=ideas), COSTS, EASY) == platforms


def test_the_use_at_the_peak_is_of_all_that_there_is():
    assert all(each.use == pytest.approx(100 / each.at * 0.5) for each in gives_way(NET, COSTS, EASY))


@given(st.integers(1, 10**7), st.integers(1, 10**7))
@settings(deadline=None)
def test_more_load_never_needs_less(one, other):
    less, more = (plan_of(dataclasses.replace(NET, ideas=n), COSTS, ASSUMED) for n in sorted((one, other)))
    for name in ("partitions", "pod_vcpu", "database_disk", "brokers", "broker_vcpu", "broker_disk", "archive"):
        if name != "pod_vcpu":  # more Pods may each need less
            assert getattr(less, name) <= getattr(more, name)
    for name in ("web", "worker", "databases"):
        assert all(getattr(less, name)[service] <= count for service, count in getattr(more, name).items())


@given(st.integers(1, 10**7))
@settings(deadline=None)
def test_nothing_that_is_planned_is_fuller_than_it_may_be(ideas):
    load = dataclasses.replace(NET, ideas=ideas)
    plan, peak = plan_of(load, COSTS, ASSUMED), peak_of(load, COSTS)
    full = ASSUMED.planned.full + 1e-9
    for service in ("ideas", "experiments", "notifications"):
        assert peak.requests * COSTS.web(service) / 1e3 / plan.web[service] <= full
        assert peak.requests * COSTS.worker(service) / 1e3 / plan.worker[service] <= full
        assert peak.requests * COSTS.database(service) / 1e3 / plan.databases[service] <= full
    assert peak.events * COSTS.busiest / plan.partitions / COSTS.partition_appends <= full
    assert math.log2(plan.partitions).is_integer()


def test_what_postgresql_does_for_all_is_divided_by_what_each_asks_of_it():
    assert sum(COSTS.database(name) for name in ("ideas", "experiments", "notifications")) == pytest.approx(3.3)
    assert COSTS.database("ideas") == pytest.approx(1.65)
