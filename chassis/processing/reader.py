"""The reader of one source: reads it once for all processors that are as far, and moves them along.

Processors at the same position of a partition share what is read. Those that are behind catch up beside those that are
at the end. What the owner gives follows the event that was applied last, by its id: a history that was restored to an
older moment, whose positions have been used again, is not gone on with.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from chassis.errors import Unavailable
from chassis.outage import Outage
from chassis.processing.batches import Assignment, Batch, limit_of, shared
from chassis.processing.checkpoints import checkpoints
from chassis.processing.leases import Lease, Leases
from chassis.processing.measures import FAILURES, GAPS
from chassis.processing.moving import Mover
from chassis.processing.processor import Processor
from chassis.processing.source import Source, SourceGone, SourceRestored, restored
from chassis.recorded import Recorded
from chassis.store.protocol import Head, Store

_WAIT = 1.0
_PAUSE = 0.5
_KEEP = 0.1
"""Seconds until it is kept how far those are whom nothing concerned."""

Groups = dict[tuple[int, Head], list[Assignment]]
"""(partition, the event that was applied last) → who is there."""


class Reader:
    """Moves the processors that this worker holds leases for along one source, in a thread of its own."""

    def __init__(self, store: Store, source: Source, leases: Leases) -> None:
        self._store = store
        self._source = source
        self._mover = Mover(store, source.service, leases)
        self._lock = threading.Lock()
        self._assigned: dict[tuple[str, int], Assignment] = {}
        self._kept = 0.0
        self._source_away = Outage("source-gone", "source-back", source=source.service)
        self._store_away = Outage("store-unavailable", "store-back", reader=source.service)
        self._gone: set[int] = set()
        """Partitions that were not to be read: they come last, so that they hold up no other."""
        self._has_more = False
        """Whether a batch of the last step was as large as it may be, or ended behind others: then more is waiting."""

    @property
    def stopped(self) -> dict[str, str]:
        """Processors that must not go on in this process, and why."""
        return self._mover.stopped

    def assign(self, held: Mapping[Lease, Processor]) -> None:
        """Run exactly these processors from now on; new ones start from their checkpoints."""
        with self._lock:
            kept: dict[tuple[str, int], Assignment] = {}
            for lease, processor in held.items():
                key = (lease.key.processor, lease.key.partition)
                known = self._assigned.get(key)
                same = known is not None and known.lease.epoch == lease.epoch
                kept[key] = known if known and same else self._begin(lease, processor)
            self._assigned = kept

    def run(self, stopping: threading.Event) -> None:
        """Read and apply until told to stop; a source or database that is away is tried again."""
        while not stopping.is_set():
            try:
                self.step()
                self._keep_if_due()
                if not self._has_more:
                    self._wait(stopping)
                    self._keep_if_due()
                self._source_away.over()
                self._store_away.over()
            except (SourceGone, Unavailable) as error:
                self._goes_on_without(error)
                stopping.wait(_PAUSE)
        with contextlib.suppress(Unavailable):
            self.keep()

    def _goes_on_without(self, error: SourceGone | Unavailable) -> None:
        if isinstance(error, Unavailable):
            self._store_away.goes_on(error.told)
        else:
            FAILURES.labels(self._source.service).inc()
            self._source_away.goes_on(str(error))
        with contextlib.suppress(Unavailable):
            self._keep_if_due()

    def step(self) -> bool:
        """Move every group of processors by one batch; whether there was anything to read."""
        moved = self._has_more = False
        self._look_for_suspects()
        self._look_into_doubts()
        groups = self._groups()
        furthest = _furthest(groups)
        at_hand, others = self._parted(groups)
        each_alone = ([batch] for batch in self._next(others, furthest))
        for batches in chain(shared(self._next(at_hand, furthest)), each_alone):
            moved = True
            self._let_go(self._mover.move(batches))
        return moved

    def _parted(self, groups: Groups) -> tuple[Groups, Groups]:
        """Whom something is at hand for, and who may have to wait for it: that holds up nobody else."""
        ends = self._source.ends()
        at_hand: Groups = {}
        others: Groups = {}
        for (partition, last), group in sorted(groups.items(), key=lambda item: item[0][0] in self._gone):
            if partition not in ends or partition in self._gone:
                others[partition, last] = group
            elif ends[partition] > last.position:
                at_hand[partition, last] = group
        return at_hand, others

    def _next(self, groups: Groups, furthest: Mapping[int, Head]) -> Iterator[Batch]:
        """What comes next for each group, as it is read. Raises SourceGone."""
        for (partition, last), group in groups.items():
            limit = limit_of(group)
            try:
                events = self._read(partition, last, limit)
            except SourceRestored as error:
                self._stop(group, error)
                continue
            if events:
                is_behind = events[-1].position < furthest[partition].position
                self._has_more = self._has_more or is_behind or len(events) == limit
                yield Batch(group, events)

    def keep(self) -> None:
        """Let the database know how far everybody is. Raises Unavailable."""
        self._kept = time.monotonic()
        self._let_go(self._mover.keep(self._all()))

    def check_heads(self, heads: Mapping[int, Head]) -> None:
        """Compare with the owner's heads: one behind a checkpoint, or another event, may be of another history."""
        for assignment in self._all():
            head, last = heads.get(assignment.place[1], Head()), assignment.checkpoint.last
            if head.position < last.position or (head.position == last.position and head != last):
                assignment.doubted = True

    def _look_for_suspects(self) -> None:
        """A process that died has died of nothing that came later; while the owner is away anything may be it."""
        unsure = [each for each in self._all() if each.lease.cautious and not each.suspected]
        if not unsure:
            return
        with contextlib.suppress(SourceGone):
            heads = self._source.heads()
            for assignment in unsure:
                assignment.suspects_end = heads.get(assignment.place[1], Head()).position
        for assignment in unsure:
            assignment.suspected = True

    def _begin(self, lease: Lease, processor: Processor) -> Assignment:
        with self._store.reading() as connection:
            found = checkpoints(connection, processor.name)[lease.key.source, lease.key.partition]
        return Assignment(processor, lease, checkpoint=found, kept=found)

    def _all(self) -> list[Assignment]:
        with self._lock:
            return list(self._assigned.values())

    def _look_into_doubts(self) -> None:
        """Ask the owner for the event at a checkpoint: the heads may just have been older than that."""
        for (partition, last), group in self._groups().items():
            if not any(assignment.doubted for assignment in group):
                continue
            with contextlib.suppress(SourceGone):  # the next comparison of heads doubts again
                if self._source.at(partition, last.position) != last:
                    self._stop(group, restored(self._source.service, partition, last))
            for assignment in group:
                assignment.doubted = False

    def _stop(self, group: Iterable[Assignment], error: SourceRestored) -> None:
        for assignment in group:
            if assignment.processor.name not in self.stopped:
                self._mover.stop(assignment, error)

    def _groups(self) -> Groups:
        """All that go on; those that are furthest come first."""
        groups: Groups = defaultdict(list)
        for assignment in self._all():
            if assignment.processor.name not in self.stopped:
                groups[assignment.place[1], assignment.checkpoint.last].append(assignment)
        return dict(sorted(groups.items(), key=lambda item: -item[0][1].position))

    def _read(self, partition: int, after: Head, limit: int) -> list[Recorded]:
        self._gone.add(partition)
        events = self._source.read(partition, after, limit)
        self._gone.discard(partition)
        for expected, recorded in enumerate(events, start=after.position + 1):
            if recorded.position != expected:
                GAPS.labels(self._source.service).inc()
                raise SourceGone(f"{self._source.service} gave {recorded.at}, {expected} was next")
        return events

    def _keep_if_due(self) -> None:
        if time.monotonic() >= self._kept + _KEEP:
            self.keep()

    def _wait(self, stopping: threading.Event) -> None:
        furthest = _furthest(self._groups())
        if not furthest:
            stopping.wait(0.05)
            return
        with contextlib.suppress(SourceRestored):  # who reads next is told which it is
            passed = any(assignment.kept != assignment.checkpoint for assignment in self._all())
            self._source.wait(furthest, _KEEP if passed else _WAIT)

    def _let_go(self, lost: Iterable[Assignment]) -> None:
        with self._lock:
            for assignment in lost:
                self._assigned.pop((assignment.lease.key.processor, assignment.lease.key.partition), None)


def _furthest(groups: Iterable[tuple[int, Head]]) -> dict[int, Head]:
    """Partition → the event that was applied last there by whoever is furthest; of groups of which these come first."""
    furthest: dict[int, Head] = {}
    for partition, last in groups:
        furthest.setdefault(partition, last)
    return furthest
