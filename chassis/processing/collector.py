"""Figures that are read from the database when somebody asks for them: heads, positions, lags, what is parked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chassis.errors import Unavailable
from chassis.processing.lags import Heads, Lag, known_heads, lags
from chassis.processing.parking import parked
from chassis.service import Service
from chassis.store.protocol import Store

_PLACE = ["source", "partition"]


class ProcessingCollector(Collector):
    """How far a service is, as its database says it; with the database away only that it is."""

    def __init__(self, service: Service, store: Store) -> None:
        self._service = service
        self._store = store

    def collect(self) -> Iterable[Metric]:
        """The figures of this moment."""
        up = GaugeMetricFamily("nyfiken_store_up", "Whether the database answers")
        try:
            found = list(self._figures())
        except Unavailable:
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        return [up, *found]

    def _figures(self) -> Iterator[Metric]:
        heads = known_heads(self._store)
        yield _heads(heads)
        yield from _distances(lags(self._service, self._store, heads))
        with self._store.reading() as connection:
            keys = Counter(found.processor for found in parked(connection))
        metric = GaugeMetricFamily("nyfiken_processor_parked_keys", "Keys set aside", labels=["processor"])
        for processor, count in keys.items():
            metric.add_metric([processor], count)
        yield metric


def _heads(heads: Heads) -> Metric:
    metric = GaugeMetricFamily("nyfiken_source_head_position", "Last event of a service, as known here", labels=_PLACE)
    for source, partitions in heads.items():
        for partition, head in partitions.items():
            metric.add_metric([source, str(partition)], head.position)
    return metric


def _distances(found: Iterable[Lag]) -> Iterator[Metric]:
    labels = ["processor", *_PLACE]
    position = GaugeMetricFamily("nyfiken_processor_position", "Last event applied", labels=labels)
    behind = GaugeMetricFamily("nyfiken_processor_lag_events", "Events yet to apply", labels=labels)
    for lag in found:
        place = [lag.name, lag.source, str(lag.partition)]
        position.add_metric(place, lag.position or 0)
        behind.add_metric(place, lag.behind)
    yield from (position, behind)
