"""A city's years, event by event, as its three services might have recorded them."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice

from benchmarks.city.lives import idea
from benchmarks.city.people import City
from benchmarks.city.step import Life, Step
from chassis.recorded import Metadata, Recorded
from chassis.store.encoding import partition_of
from contracts.event import encode

BEGAN = datetime(2023, 1, 2, 8, tzinfo=UTC)
YEARS = timedelta(days=3 * 365)
PARTITIONS = 8
_OF_AN_IDEA = 30
"""Events, on average, of all three services."""
_SERVICES = {
    "idea": "ideas",
    "experiment": "experiments",
    "lesson": "experiments",
    "subscription": "notifications",
    "notification": "notifications",
}
_MOMENT = timedelta(milliseconds=1)


def recorded(events: int, seed: int = 1, partitions: int = PARTITIONS) -> Iterator[Recorded]:
    """So many events of three years, in the order in which they were recorded; the same for the same seed.

    Nothing of it is personal: what people said in comments is not in it, as in no feed.
    """
    return islice(_Years(City(seed), events, partitions).events(), events)


def by_partition(events: Iterator[Recorded]) -> dict[tuple[str, int], list[Recorded]]:
    """(service, partition) → its events, in order."""
    found: dict[tuple[str, int], list[Recorded]] = {}
    for each in events:
        found.setdefault((each.service, each.partition), []).append(each)
    return found


class _Years:
    def __init__(self, city: City, events: int, partitions: int) -> None:
        self._city = city
        self._partitions = partitions
        self._every = YEARS * _OF_AN_IDEA / events
        self._versions: Counter[str] = Counter()
        self._positions: Counter[tuple[str, int]] = Counter()
        self._now = BEGAN

    def events(self) -> Iterator[Recorded]:
        """One after the other; new ideas come all the time."""
        numbers = count()
        waiting: list[tuple[datetime, int, Life, Step]] = []
        coming = self._now
        while True:
            while not waiting or coming <= waiting[0][0]:
                life = idea(self._city)
                heapq.heappush(waiting, (coming, next(numbers), life, next(life)))
                coming += self._every
            at, _, life, step = heapq.heappop(waiting)
            happened = self._record(step, at)
            yield happened
            if following := _next(life, happened):
                after = at + timedelta(days=following.days)
                heapq.heappush(waiting, (after, next(numbers), life, following))

    def _record(self, step: Step, at: datetime) -> Recorded:
        self._city.now = self._now = max(self._now + _MOMENT, at)
        service = _SERVICES[step.stream.partition("-")[0]]
        partition = partition_of(step.stream, self._partitions)
        self._versions[step.stream] += 1
        self._positions[service, partition] += 1
        name, data, _ = encode(step.event)
        correlation = step.because.metadata.correlation_id if step.because else self._city.id()
        return Recorded(
            id=self._city.id(),
            service=service,
            partition=partition,
            position=self._positions[service, partition],
            stream=step.stream,
            version=self._versions[step.stream],
            type=name,
            data=data,
            metadata=Metadata(by=step.by, correlation_id=correlation, causation_id=step.because and step.because.id),
            recorded_at=self._now,
        )


def _next(life: Life, happened: Recorded) -> Step | None:
    try:
        return life.send(happened)
    except StopIteration:
        return None
