"""Figures that are read from the database when somebody asks for them: how far everything is, and who is at it.

Whoever of a service is asked answers the same, as the database has it: of these figures the largest counts, never the
sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chassis.errors import Unavailable
from chassis.processing.lags import Heads, Lag, known_heads, lags
from chassis.processing.leases import holders, living
from chassis.processing.parking import parked
from chassis.service import Service
from chassis.store.protocol import Store

_PLACE = ("source", "partition")
_GAUGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "nyfiken_store_up": ("Whether the database answers", ()),
    "nyfiken_source_head_position": ("Last event of a service, as known here", _PLACE),
    "nyfiken_processor_position": ("Last event applied", ("processor", *_PLACE)),
    "nyfiken_processor_lag_events": ("Events yet to apply", ("processor", *_PLACE)),
    "nyfiken_processor_building": ("Whether it fills a table that does not serve yet", ("processor",)),
    "nyfiken_processor_parked_keys": ("Keys set aside", ("processor",)),
    "nyfiken_workers": ("Workers that live, as far as leases tell", ()),
    "nyfiken_leases": ("Leases that a worker holds", ("worker",)),
    "nyfiken_leases_free": ("Leases that nobody holds", ()),
}


class Described(Collector, Protocol):
    """A collector that knows what it may find."""

    def describe(self) -> Iterable[Metric]:
        """All of it, without looking."""


class ProcessingCollector(Collector):
    """How far a service is, as its database says it; with the database away only that it is.

    ``more`` asks the same database: only when that has answered, for whoever collects waits ten seconds, and to wait
    for one that is away takes five of them.
    """

    def __init__(self, service: Service, store: Store, *more: Described) -> None:
        self._service = service
        self._store = store
        self._more = more

    def describe(self) -> Iterable[Metric]:
        """What there may be, without a look at the database."""
        return [*map(_gauge, _GAUGES), *(metric for each in self._more for metric in each.describe())]

    def collect(self) -> Iterable[Metric]:
        """The figures of this moment."""
        up = _gauge("nyfiken_store_up")
        try:
            found = [*self._figures(), *(metric for each in self._more for metric in each.collect())]
        except Unavailable:
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        return [up, *found]

    def _figures(self) -> Iterator[Metric]:
        heads = known_heads(self._store)
        distances = lags(self._service, self._store, heads)
        yield _heads(heads)
        yield from _distances(distances)
        with self._store.reading() as connection:
            yield _counted("nyfiken_processor_parked_keys", Counter(found.processor for found in parked(connection)))
        yield from self._leases({lag.name for lag in distances})

    def _leases(self, processors: set[str]) -> Iterator[Metric]:
        with self._store.transaction() as transaction:
            workers = living(transaction)
            held = holders(transaction, processors)
        free = held.pop(None, 0)
        yield _counted("nyfiken_leases", held)
        for name, count in (("nyfiken_leases_free", free), ("nyfiken_workers", len(workers))):
            metric = _gauge(name)
            metric.add_metric([], count)
            yield metric


def _gauge(name: str) -> GaugeMetricFamily:
    told, labels = _GAUGES[name]
    return GaugeMetricFamily(name, told, labels=labels)


def _counted(name: str, counts: Mapping[str | None, int]) -> Metric:
    metric = _gauge(name)
    for label, count in counts.items():
        metric.add_metric([str(label)], count)
    return metric


def _heads(heads: Heads) -> Metric:
    metric = _gauge("nyfiken_source_head_position")
    for source, partitions in heads.items():
        for partition, head in partitions.items():
            metric.add_metric([source, str(partition)], head.position)
    return metric


def _distances(found: Sequence[Lag]) -> Iterator[Metric]:
    position, behind = _gauge("nyfiken_processor_position"), _gauge("nyfiken_processor_lag_events")
    building = _gauge("nyfiken_processor_building")
    for lag in found:
        place = [lag.name, lag.source, str(lag.partition)]
        position.add_metric(place, lag.position or 0)
        behind.add_metric(place, lag.behind)
    for name, built in {lag.name: lag.building for lag in found}.items():
        building.add_metric([name], built)
    yield from (position, behind, building)
