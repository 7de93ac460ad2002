"""The relay: publishes a service's store to its topic, partition n to partition n, in order, at least once.

Its checkpoint, beside the events, says which event was published last and where in which topic it lies. It moves by
compare-and-set, after the topic has acknowledged: a relay that dies before that publishes again, as do two at once.
Another topic, or one that ends before the last event, is published anew from position 1. A store that does not have
what lies in the topic was restored to an older moment: the relay stops there until somebody has looked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
import structlog
from prometheus_client import Counter

from chassis.errors import Unavailable
from chassis.failpoints import failpoint
from chassis.logs import reason_of
from chassis.recorded import Position, Recorded
from chassis.store.protocol import Head, Store
from chassis.transport.publisher import Published, Publisher, TopicGone, TopicState
from chassis.transport.relayed import Relayed, begin, move

log = structlog.get_logger("relay")
EVENTS = Counter("nyfiken_relay_events_total", "Events that the topic has acknowledged", ["service"])
FAILURES = Counter("nyfiken_relay_failures_total", "Batches of a partition that it has not, whole", ["service"])
BATCH = 500
BYTES = 4 * 1024 * 1024
"""Of each partition at once, at most and about; of large events it is fewer."""
_WAIT = 1.0
_PAUSE = 0.5
_COMPARE = 5.0
"""Seconds between two looks at whether the topic is still the same."""


class Relay:
    """Publishes the partitions that it is assigned, in a thread of its own."""

    def __init__(self, store: Store, publisher: Publisher) -> None:
        self._store = store
        self._publisher = publisher
        self._assigned: frozenset[int] = frozenset()
        self._places: dict[int, Relayed] = {}
        self._compared = 0.0
        self._is_reaching = True
        self.stopped: dict[int, str] = {}
        """Partitions that must not go on in this process, and why."""

    def assign(self, partitions: Iterable[int]) -> None:
        """Publish exactly these from now on, from their checkpoints."""
        self._assigned = frozenset(partitions)

    def run(self, stopping: threading.Event) -> None:
        """Publish until told to stop; a topic or database that is away is tried again."""
        while not stopping.is_set():
            try:
                moved = self.step()
                self._reaches(True)
                if not moved:
                    self._wait(stopping)
            except (TopicGone, Unavailable) as error:
                self._reaches(False, str(error) if isinstance(error, TopicGone) else reason_of(error))
                stopping.wait(_PAUSE)

    def close(self) -> None:
        """Give the topic back; what is on its way is not waited for, and is published again by whoever comes next."""
        self._publisher.close()

    def step(self) -> bool:
        """Publish the next batch of each partition; whether there was any. Raises TopicGone when one has failed."""
        self._take_over()
        heads = self._store.heads()
        waiting = {n: at.position for n, at in self._places.items() if heads[n].position > at.position}
        batches = {n: _bounded(self._store.read(n, position, BATCH)) for n, position in waiting.items()}
        if not batches:
            return False
        published = self._publisher.publish(batches)
        failpoint("relay-before-checkpoint")
        self._checkpoint(batches, published)
        self._note(published)
        return True

    def _take_over(self) -> None:
        """Look at what is new, and from time to time at everything."""
        wanted = self._assigned - self.stopped.keys()
        self._places = {n: at for n, at in self._places.items() if n in wanted}
        new = wanted - self._places.keys()
        if not new and time.monotonic() - self._compared < _COMPARE:
            return
        state = self._publisher.state()
        if new:
            with self._store.transaction() as transaction:
                self._places |= {n: begin(transaction.connection, n) for n in new}
        for partition, at in list(self._places.items()):
            self._compare(partition, at, state)
        self._compared = time.monotonic()

    def _compare(self, partition: int, at: Relayed, state: TopicState) -> None:
        """The topic must be the one that was published to, and the store the one that was published."""
        end = state.ends[partition]
        if not self._has(partition, Head(position=at.position, id=at.event_id)):
            self._stop(partition, f"{self._named(partition, at.position)}, published last, is not in the store")
            return
        if at.topic_id != state.id or end <= at.topic_offset:
            self._begin_anew(partition, at, state.id)
            at = Relayed()
        if end > at.topic_offset + 1:  # a relay died before its checkpoint, or the checkpoint comes from a backup
            last = self._publisher.after(partition, at.topic_offset)
            if last and not self._has(partition, last):
                self._stop(
                    partition, f"{self._named(partition, last.position)}, published already, is not in the store"
                )

    def _has(self, partition: int, event: Head) -> bool:
        if event.position == 0:
            return True
        found = self._store.at(Position(self._store.service, partition, event.position))
        return found is not None and found.id == event.id

    def _begin_anew(self, partition: int, at: Relayed, topic_id: str) -> None:
        with self._store.transaction() as transaction:
            self._move(transaction.connection, partition, at, Relayed(topic_id=topic_id))

    def _checkpoint(self, batches: Mapping[int, Sequence[Recorded]], published: Mapping[int, Published]) -> None:
        moves = [(n, at, _behind(at, batches[n], published[n])) for n, at in self._places.items() if n in published]
        with self._store.transaction() as transaction:
            for partition, at, new in moves:
                self._move(transaction.connection, partition, at, new)

    def _move(self, connection: sa.Connection, partition: int, at: Relayed, new: Relayed) -> None:
        if new.position < at.position:
            log.warning("relay-begins-anew", partition=partition, topic=new.topic_id, published=at.position)
        if move(connection, partition, at, new):
            self._places[partition] = new
        else:
            log.warning("relay-outrun", partition=partition)  # by another one: how far it is, is looked up again
            del self._places[partition]

    def _note(self, published: Mapping[int, Published]) -> None:
        EVENTS.labels(self._store.service).inc(sum(done.count for done in published.values()))
        if failures := [done.failure for done in published.values() if done.failure]:
            FAILURES.labels(self._store.service).inc(len(failures))
            raise TopicGone(failures[0])

    def _wait(self, stopping: threading.Event) -> None:
        if self._places:
            self._store.wait({n: at.position for n, at in self._places.items()}, _WAIT)
        else:
            stopping.wait(0.05)

    def _reaches(self, reaches: bool, reason: str = "") -> None:
        """One line when that changes."""
        if reaches and not self._is_reaching:
            log.info("relay-goes-on", service=self._store.service)
        elif not reaches and self._is_reaching:
            log.warning("relay-waits", service=self._store.service, reason=reason)
        self._is_reaching = reaches

    def _stop(self, partition: int, reason: str) -> None:
        self.stopped[partition] = f"{reason}: was the store restored to an older moment?"
        self._places.pop(partition, None)
        log.error("relay-stopped", partition=partition, reason=self.stopped[partition])

    def _named(self, partition: int, position: int) -> Position:
        return Position(self._store.service, partition, position)


def _bounded(events: Sequence[Recorded]) -> Sequence[Recorded]:
    total = 0
    for count, event in enumerate(events, start=1):
        total += len(event.data)
        if total >= BYTES:
            return events[:count]
    return events


def _behind(at: Relayed, events: Sequence[Recorded], done: Published) -> Relayed:
    """How far it is when these are done: at the beginning again where they lie before what was published earlier."""
    if not done.count:
        return at
    last = events[done.count - 1]
    if 0 <= done.offset < at.topic_offset + done.count:
        return Relayed(topic_id=at.topic_id)
    offset = max(done.offset, at.topic_offset)
    return Relayed(position=last.position, event_id=last.id, topic_id=at.topic_id, topic_offset=offset)
