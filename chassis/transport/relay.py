"""The relay: publishes a service's store to its topic, partition n to partition n, in order, at least once.

Its checkpoint, beside the events, says which event was published last and where in which topic it lies. It moves by
compare-and-set, after the topic has acknowledged, and ten times a second at most, for each time costs the database as
much as an append: a relay that dies before that publishes again, as do two at once.
Another topic, or one that ends before the last event, is published anew from position 1. A store that does not have
what lies in the topic was restored to an older moment: the relay stops there until somebody has looked.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import structlog
from prometheus_client import Counter, Gauge

from chassis.errors import Unavailable
from chassis.failpoints import failpoint
from chassis.processing.source import SourceRestored, following
from chassis.recorded import Recorded
from chassis.store.protocol import Head, Store
from chassis.tracing import Timed
from chassis.transport.agreement import is_published_to, lost, unknown
from chassis.transport.publisher import Outcome, Publisher, TopicGone, TopicState, WrongTopic
from chassis.transport.relayed import Relayed, begin, behind, move

log = structlog.get_logger("relay")
EVENTS = Counter("nyfiken_relay_events_total", "Events that the topic has acknowledged", ["partition"])
FAILURES = Counter("nyfiken_relay_failures_total", "Batches that it has not, whole", ["partition"])
STOPPED = Gauge(
    "nyfiken_relay_stopped",
    "Whether it must not go on in this process",
    ["partition"],
    multiprocess_mode="mostrecent",
)
BATCH = 4000
BYTES = 32 * 1024 * 1024
"""Of all partitions together at once, at most and about."""
_ON_WAY = 2
"""Batches that are sent before the first of them is waited for."""
_STEP = 1.0
_WAIT = 1.0
_PAUSE = 0.5
_COMPARE = 5.0
"""Seconds between two looks at whether the topic is still the same."""
_SAVE = 0.1
"""Seconds until it is kept how far it is."""

Batches = Mapping[int, Sequence[Recorded]]
"""Partition → events."""


class Relay:
    """Publishes the partitions that it is assigned, in a thread of its own."""

    def __init__(self, store: Store, publisher: Publisher) -> None:
        self._store = store
        self._publisher = publisher
        self._assigned: frozenset[int] = frozenset()
        self._places: dict[int, Relayed] = {}
        self._kept: dict[int, Relayed] = {}
        """How far it is, and what the database knows of that."""
        self._compared = self._saved = 0.0
        self._is_reaching = True
        self._has_fitted = False
        self._seen: Mapping[int, Head] | None = None
        """The heads that a wait has just ended with."""
        self._has_more = False
        """Whether the last batch was as large as it may be, so that more is waiting for sure."""
        self.stopped: dict[int, str] = {}
        """Partitions that must not go on in this process, and why."""
        self.waits_for = ""
        """Why nothing is published now; nothing while all is well."""
        self.unfit = ""
        """The same, where the topic has never been one to publish to since this process was started."""

    def assign(self, partitions: Iterable[int]) -> None:
        """Publish exactly these from now on, from their checkpoints."""
        self._assigned = frozenset(partitions)

    def run(self, stopping: threading.Event) -> None:
        """Publish until told to stop; a topic or database that is away is tried again."""
        while not stopping.is_set():
            try:
                self._relay()
                self._has_fitted = True
                self._reaches(True)
                self._save_if_due()
                if not self._has_more:
                    self._wait(stopping)
                    self._save_if_due()
            except (TopicGone, Unavailable) as error:
                if isinstance(error, WrongTopic) and not self._has_fitted:
                    self.unfit = str(error)
                self._reaches(False, str(error) if isinstance(error, TopicGone) else error.told)
                with suppress(Unavailable):  # of the other partitions
                    self._save_if_due()
                stopping.wait(_PAUSE)
        with suppress(Unavailable):
            self._save()

    def close(self) -> None:
        """Give the topic back; what is on its way is not waited for, and is published again by whoever comes next."""
        self._publisher.close()

    def step(self) -> bool:
        """Publish what there is, for a second at most, and keep how far that is; whether there was any.

        Raises TopicGone when some has failed.
        """
        try:
            return self._relay()
        finally:
            self._save()

    def _relay(self) -> bool:
        self._take_over()
        failures: list[str] = []
        moved = self._publish(time.monotonic() + _STEP, failures)
        if failures:
            raise TopicGone(failures[0])
        return moved

    def _publish(self, until: float, failures: list[str]) -> bool:
        """Send the next batch while the one before is on its way; stop where not all of one was acknowledged."""
        sent = {n: at.last for n, at in self._places.items()}
        on_way: deque[tuple[Batches, Timed, Outcome]] = deque()
        moved, goes_on, self._has_more = False, True, False
        while goes_on and time.monotonic() < until and (batches := self._following(sent)):
            on_way.append((batches, Timed(), self._publisher.publish(batches)))
            sent |= {n: Head.of(events[-1]) for n, events in batches.items()}
            goes_on = self._has_more and (len(on_way) < _ON_WAY or self._settle(*on_way.popleft(), failures))
            moved = True
        while on_way:
            self._settle(*on_way.popleft(), failures)
        return moved

    def _take_over(self) -> None:
        """Look at what is new, and from time to time at everything."""
        wanted = self._assigned - self.stopped.keys()
        if self._places.keys() - wanted:
            self._save()
            self._places = {n: at for n, at in self._places.items() if n in wanted}
        new = wanted - self._places.keys()
        if not new and time.monotonic() - self._compared < _COMPARE:
            return
        state = self._publisher.state()
        if new:
            with self._store.transaction() as transaction:
                begun = {n: begin(transaction.connection, n) for n in new}
            for partition in begun:
                STOPPED.labels(partition).set(0)
            self._places |= begun
            self._kept |= begun
            self._compared = 0.0  # until all are: should one fail, nothing is published before
        for partition, at in list(self._places.items()):
            self._compare(partition, at, state)
        self._compared = time.monotonic()

    def _compare(self, partition: int, at: Relayed, state: TopicState) -> None:
        """The topic must be the one that was published to, and the store the one that was published."""
        reason = lost(self._store, partition, at.last)
        if not reason and not is_published_to(partition, at, state):
            self._move(partition, Relayed(topic_id=state.id))
            at = Relayed()
        if reason := reason or unknown(self._store, self._publisher, partition, at, state):
            self._stop(partition, reason)

    def _following(self, sent: Mapping[int, Head]) -> Batches:
        """The next events of each partition that has more than what was sent."""
        heads, self._seen = self._seen or self._store.heads(), None
        waiting = [(n, last) for n, last in sent.items() if heads[n].position > last.position]
        share = max(1, len(waiting))
        limit, size = max(1, BATCH // share), BYTES // share
        found = {n: _bounded(events, size) for n, last in waiting if (events := self._behind(n, last, limit))}
        self._has_more = any(events[-1].position < heads[n].position for n, events in found.items())
        return found

    def _behind(self, partition: int, last: Head, limit: int) -> Sequence[Recorded]:
        """What follows the event that was sent last, if it does: the store may have been restored."""
        try:
            return following(self._store, partition, last, limit)
        except SourceRestored:
            self._stop(partition, lost(self._store, partition, last))
            return []

    def _settle(self, batches: Batches, timed: Timed, outcome: Outcome, failures: list[str]) -> bool:
        """Move as far as was acknowledged; whether that is all of it."""
        published = outcome()
        for n in published.keys() & self._places.keys():
            self._move(n, behind(self._places[n], batches[n], published[n]))
        for n, done in published.items():
            EVENTS.labels(n).inc(done.count)
            timed.sent(self._store.service, batches[n][: done.count])
            if done.count < len(batches[n]):
                failures.append(done.failure)
                FAILURES.labels(n).inc()
        reached = {n: at.position for n, at in self._places.items()}
        return all(reached.get(n) == events[-1].position for n, events in batches.items())

    def _move(self, partition: int, to: Relayed) -> None:
        at = self._places[partition]
        if to.position < at.position:
            log.warning("relay-begins-anew", partition=partition, topic=to.topic_id, published=at.position)
        self._places[partition] = to

    def _unsaved(self) -> dict[int, Relayed]:
        return {n: at for n, at in self._places.items() if at != self._kept[n]}

    def _save_if_due(self) -> None:
        if time.monotonic() >= self._saved + _SAVE:
            self._save()

    def _save(self) -> None:
        """Let the database know how far it is; where another relay was faster, that is looked up again."""
        self._saved = time.monotonic()
        if not (unsaved := self._unsaved()):
            return
        failpoint("relay-before-checkpoint")
        with self._store.transaction() as transaction:
            moved = {n: move(transaction.connection, n, self._kept[n], to) for n, to in unsaved.items()}
        for n, done in moved.items():
            if done:
                self._kept[n] = unsaved[n]
            else:
                log.warning("relay-outrun", partition=n)
                del self._places[n]

    def _wait(self, stopping: threading.Event) -> None:
        if self._places:
            patience = _SAVE if self._unsaved() else _WAIT
            self._seen = self._store.wait({n: at.position for n, at in self._places.items()}, patience)
        else:
            stopping.wait(0.05)

    def _reaches(self, reaches: bool, reason: str = "") -> None:
        """One line when that changes."""
        if reaches and not self._is_reaching:
            log.info("relay-goes-on", service=self._store.service)
        elif not reaches and self._is_reaching:
            log.warning("relay-waits", service=self._store.service, reason=reason)
        self._is_reaching, self.waits_for = reaches, reason
        if reaches:
            self.unfit = ""

    def _stop(self, partition: int, reason: str) -> None:
        self.stopped[partition] = reason
        STOPPED.labels(partition).set(1)
        self._places.pop(partition, None)
        log.error("relay-stopped", partition=partition, reason=reason)


def _bounded(events: Sequence[Recorded], size: int) -> Sequence[Recorded]:
    total = 0
    for count, event in enumerate(events, start=1):
        total += len(event.data)
        if total >= size:
            return events[:count]
    return events
