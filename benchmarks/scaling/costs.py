"""What was measured: of a request, of an event."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from benchmarks.results import COSTS, RESULTS

SERVICES = ("ideas", "experiments", "notifications")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What was measured. Milliseconds of a processor for a request of the mix, by ``<service> web`` and so on; bytes of
    an event; what one partition and one relay carry, in events a second."""

    commands: float
    ideas: float
    events: float
    events_by_service: Mapping[str, float]
    mix_ms: Mapping[str, float]
    bytes_per_event: Mapping[str, float]
    bulk_event_us: float
    partition_appends: float
    relay_events: float

    def web(self, service: str) -> float:
        """Of the web processes of a service."""
        return self.mix_ms.get(f"{service} web", 0.0)

    def worker(self, service: str) -> float:
        """Of its workers."""
        return self.mix_ms.get(f"{service} worker", 0.0)

    def database(self, service: str) -> float:
        """Of its PostgreSQL: its own connections, and a part by these of what all do together."""
        own = {name: self.mix_ms.get(f"postgres {name}", 0.0) for name in SERVICES}
        share = own[service] / sum(own.values()) if sum(own.values()) else 0.0
        return own[service] + share * self.mix_ms.get("postgres", 0.0)

    @property
    def kafka(self) -> float:
        """Of Kafka."""
        return self.mix_ms.get("kafka", 0.0)

    @property
    def busiest(self) -> float:
        """The share of all events that the service has that records the most."""
        return max(self.events_by_service.values())


def load_costs(file: Path = COSTS, results: Path = RESULTS) -> Costs:
    """As they were measured last: ``make load COSTS=1``, and the relay by ``make bench``."""
    costs: Mapping[str, Any] = orjson.loads(file.read_bytes())
    rows = orjson.loads(results.read_bytes())
    return Costs(
        commands=costs["commands_share"],
        ideas=costs["ideas_share"],
        events=costs["events_per_command"],
        events_by_service=costs["events_by_service"],
        mix_ms=costs["mix_ms"],
        bytes_per_event=costs["bytes_per_event"],
        bulk_event_us=costs["bulk"]["event_us"]["worker"],
        partition_appends=costs["partition_appends_per_second"],
        relay_events=next(row["ours"] for row in rows if (row["benchmark"], row["name"]) == ("kafka", "relay")),
    )
