"""A topic as a source. What is missing in it, or does not come, is fetched from its owner's feed: never skipped.

A read model can be built from position 1 while others are at the end, for there are two lanes; who would need a third
reads the feed. So does everybody while there is no broker or no topic, and where nothing new came for two seconds
although the owner has more: a topic that was emptied and gets nothing new is silent, and nothing is missing in it.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Mapping

import structlog

from chassis.processing.measures import GAPS
from chassis.processing.source import Source, SourceGone, restored
from chassis.recorded import Position, Recorded
from chassis.settings import Brokers
from chassis.store.protocol import Head
from chassis.transport.kafka.lane import Lane
from chassis.transport.kafka.lanes import Lanes
from chassis.transport.kafka.place import Place
from chassis.transport.kafka.progress import Progress

log = structlog.get_logger("kafka")
_SLICE, _CALM_SLICE = 0.1, 0.5
"""Seconds until it is looked again what has come: where several lanes take turns, and in the only one."""
_SILENCE = 2.0
_PATIENCE = 5.0
"""Seconds that a read takes at most."""
_STUCK = 60.0
"""Seconds of silence after which another consumer has a try."""
_REMEMBERED = 16
"""Heads of a partition, each with the time at which it was seen first."""


class KafkaSource:
    """``chassis.processing.source.Source`` over a topic; ``owner`` is its service's feed, ``group`` names the reader.

    One thread reads and waits; another may ask for the heads meanwhile.
    """

    def __init__(self, brokers: Brokers, owner: Source, group: str) -> None:
        self.service = owner.service
        self._owner = owner
        self._lanes = Lanes(brokers, owner.service)
        self._progress = Progress(brokers, owner.service, group)
        self._owed: dict[int, deque[tuple[int, float]]] = defaultdict(lambda: deque(maxlen=_REMEMBERED))
        self._silent: dict[int, float] = {}
        self._gaps: dict[int, int] = {}

    def heads(self) -> Mapping[int, Head]:
        """As ``Source.heads``: those of the owner."""
        heads, now = self._owner.heads(), time.monotonic()
        for partition, head in heads.items():
            owed = self._owed[partition]
            if not owed or head.position > owed[-1][0]:
                owed.append((head.position, now))
        return heads

    def ends(self) -> Mapping[int, int]:
        """As ``Source.ends``: of partitions where nothing is to be done but to wait for what comes next."""
        ends: dict[int, int] = {}
        busy: set[int] = set()
        for partition, place in self._lanes.places():
            if place.gap or place.doubted or self._may_come(partition, place):
                busy.add(partition)
            ends[partition] = max(place.last.position, ends.get(partition, 0))
        return {partition: end for partition, end in ends.items() if partition not in busy}

    def at(self, partition: int, position: int) -> Head | None:
        """As ``Source.at``: of the owner, since the topic keeps what an owner that was restored does not have."""
        return self._owner.at(partition, position)

    def read(self, partition: int, after: Head, limit: int = 500) -> list[Recorded]:
        """As ``Source.read``; and if the topic has another event there, the owner is asked."""
        ends, seconds = time.monotonic() + _PATIENCE, 0.0
        while found := self._lanes.at(partition, after):
            lane, place = found
            if place.doubted == after:
                self._ask_owner(partition, place, after)
            events = place.take(after.position, limit)
            self._progress.note(partition, place.expected, place.taken)
            if events:
                return events
            if place.gap:
                return self._filled(partition, place, limit)
            if seconds and self._is_overdue(partition, place):
                return self._fetched(lane, partition, place, limit)
            if seconds and not (self._may_come(partition, place) and time.monotonic() < ends):
                return []
            self._lanes.poll(lane, seconds)
            seconds = _SLICE
        return self._owner.read(partition, after, limit)

    def wait(self, after: Mapping[int, Head], timeout: float) -> bool:
        """As ``Source.wait``."""
        ends = time.monotonic() + timeout
        self._lanes.tidy()
        while True:
            found = {n: self._lanes.at(n, last) for n, last in after.items()}
            here = {n: there for n, there in found.items() if there}
            if any(self._has_more(n, after[n], place) for n, (_, place) in here.items()):
                return True
            left = max(0.0, ends - time.monotonic())
            lanes = {lane for lane, _ in here.values()}
            if len(here) < len(after) or all(self._is_silent(n, place) for n, (_, place) in here.items()):
                self._poll(lanes, 0)
                return self._waited(after, left)
            if not left:
                return False
            self._poll(lanes, min(left, _CALM_SLICE if len(lanes) == 1 else _SLICE) / len(lanes))

    def close(self) -> None:
        """As ``Source.close``; the owner's feed with it."""
        self._lanes.close()
        self._progress.close()
        self._owner.close()

    def _has_more(self, partition: int, after: Head, place: Place) -> bool:
        return place.has(after.position) or place.gap > 0 or self._is_overdue(partition, place)

    def _poll(self, lanes: set[Lane], seconds: float) -> None:
        for lane in lanes:
            self._lanes.poll(lane, seconds)

    def _waited(self, after: Mapping[int, Head], timeout: float) -> bool:
        """Wait for the owner, and know how far it is then."""
        return self._owner.wait(after, timeout) and bool(self.heads())

    def _is_overdue(self, partition: int, place: Place) -> bool:
        """Whether the owner has had what comes next for too long."""
        since = self._owed_since(partition, place.expected)
        if since is None or self._is_silent(partition, place):
            return since is not None
        return time.monotonic() - max(since, place.news_at, place.sought_at) > _SILENCE

    def _may_come(self, partition: int, place: Place) -> bool:
        """Whether what comes next is on its way, as far as one can tell."""
        if self._owed_since(partition, place.expected) is not None:
            return True
        return place.is_behind and time.monotonic() - place.came_at < _SILENCE

    def _owed_since(self, partition: int, expected: int) -> float | None:
        """Since when the owner is known to have what comes next; None where it is not known to."""
        owed = self._owed[partition]
        while owed and owed[0][0] < expected:
            owed.popleft()
        return owed[0][1] if owed else None

    def _is_silent(self, partition: int, place: Place) -> bool:
        """Whether this partition is read from the owner until something new comes."""
        since = self._silent.get(partition)
        if since is not None and place.news_at > since:
            del self._silent[partition]
            return False
        return since is not None

    def _ask_owner(self, partition: int, place: Place, after: Head) -> None:
        """Whether it, too, has another event than this one."""
        if self._owner.at(partition, after.position) != after:
            raise restored(self.service, partition, after)
        place.doubted = None

    def _filled(self, partition: int, place: Place, limit: int) -> list[Recorded]:
        """What is missing before what has come, from its owner; a gap counts once, however many pages it takes."""
        last, gap = place.last, place.gap
        events = self._owner.read(partition, last, min(limit, gap))
        if not events:
            missing = Position(self.service, partition, last.position + 1)
            raise SourceGone(f"{missing} is missing in the topic, and its owner does not have it")
        if self._gaps.get(partition) != last.position + gap:
            self._gaps[partition] = last.position + gap
            self._lacks(partition, place)
        place.fill(events)
        return place.take(last.position, limit)

    def _fetched(self, lane: Lane, partition: int, place: Place, limit: int) -> list[Recorded]:
        """What does not come, from its owner."""
        last, now = place.last, time.monotonic()
        events = self._owner.read(partition, last, limit)
        if not self._is_silent(partition, place):
            self._silent[partition] = now
            self._lacks(partition, place)
        if not events:
            self._owed[partition].clear()  # it had more and has it no longer: its heads say so, too
        if now - max(self._silent[partition], lane.opened_at) > _STUCK:
            self._lanes.give_up(lane)
        place.fill(events)
        return place.take(last.position, limit)

    def _lacks(self, partition: int, place: Place) -> None:
        GAPS.labels(self.service).inc()
        log.warning("topic-lacks", source=self.service, partition=partition, position=place.expected)
