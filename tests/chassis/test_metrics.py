"""What is counted and timed; processes of one service share a page of figures."""

import os
import subprocess
import sys

from prometheus_client import REGISTRY, CollectorRegistry

from chassis.decider import change, handle
from chassis.processing.collector import ProcessingCollector
from chassis.store.sqlite import SqliteStore
from chassis.testing.happenings import COUNTER, CounterRaised
from chassis.testing.store_suite import raised
from chassis.worker import Worker
from tests.chassis.processing.tallies import suite, tally
from tests.chassis.processing.test_reactions import append

COUNT = """
import sys
from chassis import metrics
metrics.HTTP_REQUESTS.labels("GET", "/ideas", "200").inc()
sys.stdout.write(metrics.page().decode())
"""
LINE = 'nyfiken_http_requests_total{method="GET",route="/ideas",status="200"}'


def counted(**environment):
    ran = subprocess.run(
        [sys.executable, "-c", COUNT], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return [line for line in ran.stdout.splitlines() if line.startswith(LINE)]


def test_figures_of_several_processes_are_added_up(tmp_path):
    folder = str(tmp_path)
    assert counted(PROMETHEUS_MULTIPROC_DIR=folder) == [f"{LINE} 1.0"]
    assert counted(PROMETHEUS_MULTIPROC_DIR=folder) == [f"{LINE} 2.0"]


def test_without_a_shared_folder_a_process_shows_its_own():
    assert counted() == counted() == [f"{LINE} 1.0"]


def figure(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_appends_are_timed_and_conflicts_counted(tmp_path):
    store = SqliteStore(tmp_path / "s.sqlite", "suite", master_key=bytes(32))
    appended = figure("nyfiken_store_append_duration_seconds_count")
    conflicts = figure("nyfiken_store_conflicts_total", category="counter")

    def raise_it(_):
        if not store.read_stream("counter-a"):
            store.append(raised("counter-a", 0, 1))
        return [CounterRaised()]

    handle(store, change(COUNTER, "a", raise_it))
    store.close()
    assert figure("nyfiken_store_append_duration_seconds_count") == appended + 2
    assert figure("nyfiken_store_conflicts_total", category="counter") == conflicts + 1


def test_how_far_a_service_is_can_be_read_from_its_database(tmp_path):
    store = SqliteStore(tmp_path / "s.sqlite", "suite", master_key=bytes(32))
    service = suite(tally())
    Worker(service, store, {}, "w1").catch_up()
    append(store, "counter-a", 0, CounterRaised(), CounterRaised(note="poison"))
    registry = CollectorRegistry()
    registry.register(ProcessingCollector(service, store))

    def sample(name, **labels):
        return registry.get_sample_value(name, labels)

    place = {"processor": "tally_v1", "source": "suite", "partition": "0"}
    assert sample("nyfiken_store_up") == 1
    assert sample("nyfiken_source_head_position", source="suite", partition="0") == 2
    assert sample("nyfiken_processor_lag_events", **place) == 2
    Worker(service, store, {}, "w1").catch_up()
    assert sample("nyfiken_processor_lag_events", **place) == 0
    assert sample("nyfiken_processor_position", **place) == 2
    assert sample("nyfiken_processor_parked_keys", processor="tally_v1") == 1
    store.close()
