"""Figures of the relay, read from the database when somebody asks: what is not published yet, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chassis.store.protocol import Store
from chassis.transport.relayed import relayed, unpublished


class RelayCollector(Collector):
    """How far the relay is; nothing where there is none. Raises Unavailable while the database is away."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> Iterable[Metric]:
        """What there may be, without a look at the database."""
        return _families()

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        position, events, seconds = _families()
        with self._store.reading() as connection:
            reached = relayed(connection)
        waiting = {found.partition: found for found in unpublished(self._store)}
        now = datetime.now(UTC)
        for partition, at in reached.items():
            found = waiting.get(partition)
            position.add_metric([str(partition)], at.position)
            events.add_metric([str(partition)], found.events if found else 0)
            age = (now - found.since).total_seconds() if found else 0.0
            seconds.add_metric([str(partition)], max(0.0, age))
        yield from (position, events, seconds)


def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily, GaugeMetricFamily]:
    return (
        GaugeMetricFamily("nyfiken_relay_position", "Last event published", labels=["partition"]),
        GaugeMetricFamily("nyfiken_relay_lag_events", "Events yet to publish", labels=["partition"]),
        GaugeMetricFamily(
            "nyfiken_relay_lag_seconds", "Since when the first of them was recorded", labels=["partition"]
        ),
    )
