"""What is counted and timed, for Prometheus. Names follow its naming guide; labels never hold an id or a person.

Web and worker of a service are two processes that share one page of figures: each writes into files in a folder,
``PROMETHEUS_MULTIPROC_DIR``, and the page adds them up. Without the folder the page shows this process alone. The
folder must be named before anything that counts is imported: chassis.processes sees to it.
"""

from __future__ import annotations

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from chassis.room import FOLDER

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

HTTP_REQUESTS = Counter("nyfiken_http_requests_total", "Requests answered", ["method", "route", "status"])
HTTP_SECONDS = Histogram(
    "nyfiken_http_request_duration_seconds", "From request to answer", ["method", "route"], buckets=_QUICK
)
HTTP_NOT_WAITED = Counter(
    "nyfiken_http_not_waited_total", "Requests that would have waited, answered at once for want of a place", ["route"]
)
APPEND_SECONDS = Histogram(
    "nyfiken_store_append_duration_seconds", "From the decision to its durable record", buckets=_QUICK
)
CONFLICTS = Counter("nyfiken_store_conflicts_total", "Appends that found a stream changed meanwhile", ["category"])
BATCH_SECONDS = Histogram(
    "nyfiken_processor_batch_duration_seconds", "One batch of a source, applied", ["source"], buckets=_QUICK
)


def page(*more: Collector) -> bytes:
    """Everything that was counted, in Prometheus' text format, with what these find out when asked."""
    registry = CollectorRegistry()
    if folder := os.environ.get(FOLDER):
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    for collector in more:
        registry.register(collector)
    return generate_latest(registry)
