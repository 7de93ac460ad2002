"""The lanes that a topic is read in: two, so that one may be at the end while the other catches up."""

from __future__ import annotations

import time
from collections.abc import Iterator

import structlog

from chassis.settings import Brokers
from chassis.store.protocol import Head
from chassis.transport.kafka.lane import Lane
from chassis.transport.kafka.place import Place
from chassis.transport.publisher import TopicGone

log = structlog.get_logger("kafka")
_MOST = 2
_AGAIN = 5.0
"""Seconds until a broker or topic that was not there is asked for again."""
_IN_USE = 5.0
"""Seconds after a read in which nobody else may take a partition of a lane."""
_UNUSED = 60.0
"""Seconds without a read after which it is left."""


class Lanes:
    """Opens lanes when they are needed, closes them when they are not. Used by one thread; raises nothing."""

    def __init__(self, brokers: Brokers, service: str) -> None:
        self._brokers = brokers
        self._service = service
        self._lanes: list[Lane] = []
        self._again_at = 0.0
        self._is_reaching = True

    def at(self, partition: int, after: Head) -> tuple[Lane, Place] | None:
        """Where the events that follow this one are, or come next; None where that is in no lane now."""
        for lane in self._lanes:
            place = lane.places.get(partition)
            if place and place.serves(after):
                place.used_at = time.monotonic()
                return lane, place
        return self._sought(partition, after) if time.monotonic() >= self._again_at else None

    def places(self) -> Iterator[tuple[int, Place]]:
        """(partition, where it is read), of every lane."""
        for lane in self._lanes:
            yield from lane.places.items()

    def poll(self, lane: Lane, seconds: float) -> None:
        """Receive what has come."""
        try:
            lane.poll(seconds)
        except TopicGone as error:
            self._gone(error)
            self.give_up(lane)

    def give_up(self, lane: Lane) -> None:
        """Let another one be opened in its place."""
        self._lanes.remove(lane)
        lane.close()

    def tidy(self) -> None:
        """Leave what nobody reads any longer."""
        before = time.monotonic() - _UNUSED
        for lane in list(self._lanes):
            if unused := [n for n, place in lane.places.items() if place.used_at < before]:
                lane.leave(unused)
            if not lane.places:
                self.give_up(lane)

    def close(self) -> None:
        """Close them all."""
        for lane in self._lanes:
            lane.close()

    def _sought(self, partition: int, after: Head) -> tuple[Lane, Place] | None:
        try:
            lane = self._free(partition)
            found = (lane, lane.seek(partition, after)) if lane else None
        except TopicGone as error:
            self._gone(error)
            return None
        if not self._is_reaching:
            self._is_reaching = True
            log.info("topic-read-again", source=self._service)
        return found

    def _free(self, partition: int) -> Lane | None:
        """A lane in which nobody reads this partition just now."""
        free = [lane for lane in self._lanes if partition not in lane.places]
        if not free and len(self._lanes) < _MOST:
            free = [Lane(self._brokers, self._service)]
            self._lanes += free
        if free:
            return free[0]
        longest = min(self._lanes, key=lambda lane: lane.places[partition].used_at)
        return longest if time.monotonic() - longest.places[partition].used_at > _IN_USE else None

    def _gone(self, error: TopicGone) -> None:
        """One line when that begins."""
        self._again_at = time.monotonic() + _AGAIN
        if self._is_reaching:
            self._is_reaching = False
            log.warning("topic-gone", source=self._service, reason=str(error))
