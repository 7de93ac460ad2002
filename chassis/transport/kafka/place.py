"""One partition as a consumer has received it: brought into order, without what comes twice, and without gaps."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Any

from prometheus_client import Counter

from chassis.recorded import Recorded
from chassis.store.protocol import Head
from chassis.transport.kafka.messages import Unreadable, from_message

FOREIGN = Counter("nyfiken_source_foreign_total", "Messages in a topic that are not of its service", ["source"])
_EVENTS = 2000
_BYTES = 16 * 1024 * 1024
"""What is enough to keep ahead of the reader."""


class Place:
    """Events behind ``after``, as they come. ``end`` is where the log ended when it was sought."""

    def __init__(self, service: str, partition: int, after: Head, offset: int, end: int) -> None:
        self._service = service
        self._partition = partition
        self._ready: deque[tuple[int, Recorded]] = deque()
        self._early: dict[int, tuple[int, Recorded]] = {}
        self._broken: set[int] = set()
        self._bytes = 0
        self._end = end
        self._given = self.last = after
        """The event before those that are ready, and the one behind which the next is put."""
        self.doubted: Head | None = None
        """The event in whose place the topic has another one."""
        self.offset = offset
        """Of the message that comes next."""
        self.taken = offset
        """The offset behind everything that the reader is done with."""
        self.sought_at = self.came_at = self.used_at = time.monotonic()
        """When it was sought, when a message came last, and when somebody looked here last."""
        self.news_at = 0.0
        """When a message came last that was as new as what the reader has, or newer."""

    @property
    def expected(self) -> int:
        """The position that comes next."""
        return self.last.position + 1

    @property
    def is_behind(self) -> bool:
        """Whether something is still to come that was there when it was sought."""
        return self.offset < self._end

    @property
    def is_full(self) -> bool:
        """Whether enough is kept ahead of the reader."""
        return self._fill >= 1

    @property
    def is_half_full(self) -> bool:
        """Whether that is half of what is enough."""
        return self._fill >= 1 / 2

    @property
    def _fill(self) -> float:
        return max(self._bytes / _BYTES, (len(self._ready) + len(self._early)) / _EVENTS)

    @property
    def gap(self) -> int:
        """How many events are missing before those that have come; 0 where none are."""
        later = min([*self._early, *(position + 1 for position in self._broken)], default=self.expected)
        return later - self.expected

    def serves(self, after: Head) -> bool:
        """Whether what follows this event is here, or comes next."""
        ahead = after.position - self._given.position
        if not 0 <= ahead <= len(self._ready):
            return False
        here = Head.of(self._ready[ahead - 1][1]) if ahead else self._given
        return after == here or not after.id

    def has(self, after: int) -> bool:
        """Whether what follows this position is here."""
        return after + 1 < self.expected

    def take(self, after: int, limit: int) -> list[Recorded]:
        """What follows this position. It stays here until what follows it is asked for: then the reader is done."""
        while self._ready and self._ready[0][1].position <= after:
            offset, event = self._ready.popleft()
            self._bytes -= len(event.data)
            self._given = Head.of(event)
            self.taken = max(self.taken, offset + 1)
        return [event for _, event in islice(self._ready, limit)]

    def receive(self, messages: Iterable[Any]) -> None:
        """Messages as they came, in any order and any number of times, ours or not."""
        self.came_at = time.monotonic()
        for message in messages:
            self.offset = message.offset + 1
            found = from_message(message, self._service, self._partition)
            if found is None:
                FOREIGN.labels(self._service).inc()
            elif found.position >= self.last.position:
                self._receive(message.offset, found)

    def fill(self, events: Iterable[Recorded]) -> None:
        """What was missing, from its owner."""
        for event in events:
            self._forget_early(event.position)
            self._append(-1, event)
        self._settle()

    def _receive(self, offset: int, found: Recorded | Unreadable) -> None:
        self.news_at = self.came_at
        if found.position == self.last.position:
            if isinstance(found, Recorded) and found.id != self.last.id != "":
                self.doubted = self.last
        elif isinstance(found, Unreadable):
            self._broken.add(found.position)
        elif found.position == self.expected:
            self._append(offset, found)
            self._settle()
        elif found.position not in self._early:
            self._early[found.position] = (offset, found)
            self._bytes += len(found.data)

    def _append(self, offset: int, event: Recorded) -> None:
        self._ready.append((offset, event))
        self._bytes += len(event.data)
        if self._broken:
            self._broken.discard(event.position)
        self.last = Head.of(event)

    def _settle(self) -> None:
        """Put what came too early behind what has come now."""
        while self._early and (early := self._forget_early(self.expected)):
            self._append(*early)

    def _forget_early(self, position: int) -> tuple[int, Recorded] | None:
        early = self._early.pop(position, None)
        if early:
            self._bytes -= len(early[1].data)
        return early
