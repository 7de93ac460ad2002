"""What processors count, for /metrics."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

APPLIED = Counter("nyfiken_processor_events_total", "Events applied", ["processor", "source"])
REFUSED = Counter("nyfiken_reaction_refused_total", "Commands of a rule that were refused", ["processor", "slug"])
PARKED = Counter("nyfiken_processor_parked_total", "Events set aside", ["processor"])
GAPS = Counter("nyfiken_source_gaps_total", "Gaps in what a source delivered, repaired from the owner", ["source"])
FAILURES = Counter("nyfiken_source_failures_total", "Times a source could not be read", ["source"])
STOPPED = Gauge(
    "nyfiken_processor_stopped",
    "Whether it must not go on in this process",
    ["processor"],
    multiprocess_mode="mostrecent",
)
LOST = Counter("nyfiken_lease_lost_total", "Checkpoints that another worker had moved", ["processor"])
