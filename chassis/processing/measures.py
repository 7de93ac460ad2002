"""What processors count, for /metrics."""

from __future__ import annotations

from prometheus_client import Counter

APPLIED = Counter("nyfiken_processor_events_total", "Events applied", ["processor", "source"])
REFUSED = Counter("nyfiken_reaction_refused_total", "Commands of a rule that were refused", ["processor", "slug"])
PARKED = Counter("nyfiken_processor_parked_total", "Events set aside", ["processor"])
GAPS = Counter("nyfiken_source_gaps_total", "Gaps in what a source delivered, repaired from the owner", ["source"])
LOST = Counter("nyfiken_lease_lost_total", "Checkpoints that another worker had moved", ["processor"])
