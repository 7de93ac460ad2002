"""Loading: a whole history, a CloudEvent a line, becomes that of an empty platform.

All of the file is looked at before anything is changed. Then it is taken in batch by batch, each of one partition, in
a transaction of its own. Who is killed in between goes on: what is there must be the beginning of the file.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import BinaryIO

from chassis.failpoints import failpoint
from chassis.processing.checkpoints import Place
from chassis.recorded import Position, Recorded
from chassis.store.encoding import partition_of
from chassis.store.protocol import Head, HistoryDiffers, Store
from chassis.transport.recovering import as_it_was, take_back
from history.errors import NotLoaded
from history.lines import counted, event_of

BATCH = 500
_SHOWN = 1000
"""Lines from one look at the progress to the next."""
_EMPTY = "the platform must be empty, or have the beginning of this file"
Show = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the history of a service is loaded: what its streams are called, and which rules answer in them."""

    store: Store
    categories: frozenset[str]
    rules: frozenset[str]


Destinations = Mapping[str, Destination]
"""Service → where its history is loaded."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What a file has: the last event of each partition, and of each service how many events, how many to be loaded."""

    ends: Mapping[Place, Head]
    events: Mapping[str, int]
    lacking: Mapping[str, int]


def checked(file: BinaryIO, destinations: Destinations, show: Show) -> Whole:
    """What a file has, if all of it may be loaded there. Raises NotLoaded, which names line, field and reason."""
    checking = _Checking(destinations)
    for number, recorded in _events(file, show):
        if wrong := checking.wrong_with(recorded):
            raise NotLoaded(f"line {number}: {recorded.at}: {wrong}")
    return checking.ended()


def load(file: BinaryIO, destinations: Destinations, show: Show) -> None:
    """Take in what the stores lack of a file that was checked. Raises NotLoaded where somebody records meanwhile."""
    there = {(name, n): head.position for name, to in destinations.items() for n, head in to.store.heads().items()}
    waiting: dict[Place, list[Recorded]] = defaultdict(list)
    for _, recorded in _events(file, show):
        place = (recorded.service, recorded.partition)
        if recorded.position > there[place]:
            waiting[place].append(as_it_was(recorded))
            if len(waiting[place]) == BATCH:
                _take(destinations[recorded.service], waiting.pop(place))
    for (service, _), events in waiting.items():
        _take(destinations[service], events)


def _take(to: Destination, events: list[Recorded]) -> None:
    try:
        take_back(to.store, events, to.rules)
    except HistoryDiffers as error:
        raise NotLoaded(f"{error}: somebody records meanwhile; stop all processes") from None
    failpoint("events-loaded")


def _events(file: BinaryIO, show: Show) -> Iterator[tuple[int, Recorded]]:
    """Each line by its number, from 1."""
    total = counted(file)
    for number, line in enumerate(file, start=1):
        try:
            yield number, event_of(line)
        except NotLoaded as error:
            raise NotLoaded(f"line {number}: {error}") from None
        if number % _SHOWN == 0:
            show(number, total)


class _Checking:
    """What was seen so far, one event after the other."""

    def __init__(self, destinations: Destinations) -> None:
        self._destinations = destinations
        self._last: dict[Place, Recorded] = {}
        self._versions: dict[str, int] = {}
        self._ids: set[str] = set()
        self._events: Counter[str] = Counter()
        self._heads = {(name, n): head for name, to in destinations.items() for n, head in to.store.heads().items()}
        self._there = {(name, n): _ids(destinations[name].store, n) for name, n in self._heads}
        self._began = datetime.now(UTC)

    def wrong_with(self, recorded: Recorded) -> str:
        """Why it cannot come next; nothing where it can, and then it is counted."""
        if recorded.service not in self._destinations:
            return f"source: there is no service {recorded.service}"
        place = (recorded.service, recorded.partition)
        wrong = (
            self._is_elsewhere(recorded)
            or self._does_not_follow(recorded, self._last.get(place))
            or self._is_another(recorded, place)
        )
        self._last[place] = recorded
        self._versions[recorded.stream] = recorded.version
        self._ids.add(recorded.id)
        self._events[recorded.service] += 1
        return wrong

    def ended(self) -> Whole:
        """All of it. Raises NotLoaded where the stores have more."""
        ends = {place: Head.of(last) for place, last in self._last.items()}
        for place, head in self._heads.items():
            end = ends.get(place, Head()).position
            if head.position > end:
                raise NotLoaded(f"{Position(*place, end + 1)} is there and not in the file: {_EMPTY}")
        there: Counter[str] = Counter()
        for (name, _), head in self._heads.items():
            there[name] += head.position
        events = {name: self._events[name] for name in self._destinations}
        return Whole(ends=ends, events=events, lacking={name: n - there[name] for name, n in events.items()})

    def _is_elsewhere(self, recorded: Recorded) -> str:
        """Whether its stream is not one of this service, or not of this partition."""
        to, stream = self._destinations[recorded.service], recorded.stream
        if stream.partition("-")[0] not in to.categories:
            return f"subject: is no {' or '.join(sorted(to.categories))} and its id"
        partitions = to.store.partitions
        if recorded.partition != partition_of(stream, partitions):
            return (
                f"partition: {stream} is in {partition_of(stream, partitions)} of the {partitions} here; load into a "
                "platform with the same number of partitions"
            )
        return ""

    def _does_not_follow(self, recorded: Recorded, last: Recorded | None) -> str:
        position = last.position + 1 if last else 1
        if recorded.position != position:
            return f"position: {position} comes next"
        version = self._versions.get(recorded.stream, 0) + 1
        if recorded.version != version:
            return f"version: {version} of {recorded.stream} comes next"
        if recorded.id in self._ids:
            return "id: another event has it"
        moment = "recordedat" if recorded.occurred_at else "time"
        if recorded.recorded_at > self._began:
            return f"{moment}: is in the future"
        if last and recorded.recorded_at < last.recorded_at:
            return f"{moment}: is before that of the event before it"
        return ""

    def _is_another(self, recorded: Recorded, place: Place) -> str:
        """Whether there is another event there already."""
        if recorded.position > self._heads[place].position or next(self._there[place], None) == recorded.id:
            return ""
        return f"id: there is another event: {_EMPTY}"


def _ids(store: Store, partition: int) -> Iterator[str]:
    """Of all that is there, in order."""
    after = 0
    while events := store.read(partition, after, _SHOWN):
        yield from (recorded.id for recorded in events)
        after = events[-1].position
