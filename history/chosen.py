"""Which events of a history are meant: found in columns, before any becomes an object."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from contracts.event import family_of
from history.manifest import Part
from history.moments import By
from history.scenario import PARTITION


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What of a history is looked at: up to a moment, by one of its two times, and up to positions."""

    until: datetime | None = None
    by: By = "recorded_at"
    positions: Mapping[tuple[str, int], int] | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which events: found in columns, before any becomes an object."""

    services: frozenset[str] | None
    families: frozenset[str] | None
    since: datetime | None
    until: datetime | None
    stream: str | None
    bounds: Bounds

    def may_be_in(self, part: Part) -> bool:
        """Whether not even its service and month tell that none of a file is meant."""
        if not self.is_of(part.service):
            return False
        ends = [each for each in (self.until, self.bounds.until) if each is not None]
        if self.bounds.by == "occurred_at" and self.bounds.until is not None:
            ends.remove(self.bounds.until)
        return not (self.since and f"{self.since:%Y-%m}" > part.month) and all(
            f"{end:%Y-%m}" >= part.month for end in ends
        )

    def is_of(self, service: str) -> bool:
        """Whether events of this service are meant."""
        return self.services is None or service in self.services

    def of(self, service: str, table: pa.Table) -> pa.Table:
        """The rows of a table that are meant."""
        if not self.is_of(service):
            return table.slice(0, 0)
        kept = pc.is_valid(table.column("id"))
        for condition in self._conditions(service, table):
            kept = pc.and_(kept, condition)
        return table.filter(kept)

    def _conditions(self, service: str, table: pa.Table) -> Iterator[Any]:
        recorded = table.column("recorded_at")
        if self.families is not None:
            names = pc.unique(table.column("type")).to_pylist()
            wanted = [name for name in names if family_of(name) in self.families]
            yield pc.is_in(table.column("type"), pa.array(wanted, pa.string()))
        if self.stream is not None:
            yield pc.equal(table.column("stream"), self.stream)
        if self.since is not None:
            yield pc.greater_equal(recorded, self.since)
        if self.until is not None:
            yield pc.less_equal(recorded, self.until)
        if self.bounds.until is not None:
            times = pc.coalesce(table.column("occurred_at"), recorded) if self.bounds.by == "occurred_at" else recorded
            yield pc.less_equal(times, self.bounds.until)
        if self.bounds.positions is not None:
            ends = {n: end for (name, n), end in self.bounds.positions.items() if name == service}
            within = pc.equal(table.column("partition"), PARTITION)
            for partition, end in ends.items():
                here = pc.equal(table.column("partition"), partition)
                within = pc.or_(within, pc.and_(here, pc.less_equal(table.column("position"), end)))
            yield within
