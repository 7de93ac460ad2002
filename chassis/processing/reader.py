"""The reader of one source: reads it once for all processors that are as far, and moves them along.

Processors at the same position of a partition share what is read. Those that are behind catch up beside those that are
at the end. Before they go on, the owner's history must be the one that they have applied.
"""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import structlog

from chassis.errors import Unavailable
from chassis.logs import reason_of
from chassis.processing.checkpoints import checkpoints
from chassis.processing.leases import Lease, Leases
from chassis.processing.measures import GAPS
from chassis.processing.moving import Assignment, Mover
from chassis.processing.processor import Processor
from chassis.processing.source import Source, SourceGone, SourceRestored
from chassis.recorded import Recorded
from chassis.store.protocol import Head, Store

log = structlog.get_logger("processing")
_WAIT = 1.0
_PAUSE = 0.5


class Reader:
    """Moves the processors that this worker holds leases for along one source, in a thread of its own."""

    def __init__(self, store: Store, source: Source, leases: Leases) -> None:
        self._store = store
        self._source = source
        self._mover = Mover(store, source.service, leases)
        self._lock = threading.Lock()
        self._assigned: dict[tuple[str, int], Assignment] = {}
        self._is_away = False
        """Whether the owner was asked in vain in this step: it is not asked again for each partition."""

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
                if not self.step():
                    self._wait(stopping)
            except (SourceGone, Unavailable) as error:
                log.warning("source-gone", source=self._source.service, reason=reason_of(error))
                if isinstance(error, SourceGone):
                    self.owner_is_away(asked=True)
                stopping.wait(_PAUSE)

    def step(self) -> bool:
        """Move every group of processors by one batch; whether there was anything to read."""
        moved = self._is_away = False
        self._look_for_suspects()
        ends = self._source.ends()
        for (partition, position), group in self._groups().items():
            if partition in ends and ends[partition] <= position and not any(each.doubted for each in group):
                continue
            if not (going_on := self._verified(partition, position, group)):
                continue
            events = self._read(partition, position, min(a.processor.batch for a in going_on))
            if events:
                moved = True
                self._let_go(self._mover.move(going_on, events))
        return moved

    def check_heads(self, heads: Mapping[int, Head]) -> None:
        """Compare with the owner's heads: one behind a checkpoint, or another event, may be of another history."""
        for assignment in self._all():
            head, at = heads.get(assignment.place[1], Head()), assignment.checkpoint
            another = head.position == at.position and head.id != at.event_id
            if not assignment.verified or head.position < at.position or another:
                assignment.doubted = True

    def owner_is_away(self, *, asked: bool = False) -> None:
        """It may come back with another history: it is asked then, and at once by whoever was about to read from it."""
        for assignment in self._all():
            assignment.verified = False
            assignment.doubted = assignment.doubted or asked

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
            found = checkpoints(connection, processor.name)
        return Assignment(processor, lease, found[lease.key.source, lease.key.partition])

    def _all(self) -> list[Assignment]:
        with self._lock:
            return list(self._assigned.values())

    def _groups(self) -> dict[tuple[int, int], list[Assignment]]:
        groups: dict[tuple[int, int], list[Assignment]] = defaultdict(list)
        for assignment in self._all():
            if assignment.processor.name not in self.stopped:
                groups[assignment.place[1], assignment.checkpoint.position].append(assignment)
        return dict(sorted(groups.items(), key=lambda item: -item[0][1]))

    def _read(self, partition: int, after: int, limit: int) -> list[Recorded]:
        events = self._source.read(partition, after, limit)
        for expected, recorded in enumerate(events, start=after + 1):
            if recorded.position != expected:
                GAPS.labels(self._source.service).inc()
                raise SourceGone(f"{self._source.service} gave {recorded.at}, {expected} was next")
        return events

    def _verified(self, partition: int, position: int, group: Sequence[Assignment]) -> list[Assignment]:
        """Those that may go on: the owner's event at their checkpoint is still the one that they have applied.

        It is asked if there is a doubt; while it is away they go on, and it is asked again when it is back.
        """
        doubted = [assignment for assignment in group if assignment.doubted]
        if doubted and not self._is_away:
            try:
                owners = self._source.at(partition, position) if position else Head()
            except SourceGone:
                self._is_away = True
            else:
                for assignment in doubted:
                    self._compare(assignment, owners)
        for assignment in doubted:
            assignment.doubted = False
        return [assignment for assignment in group if assignment.processor.name not in self.stopped]

    def _compare(self, assignment: Assignment, owners: Head | None) -> None:
        at = assignment.checkpoint
        assignment.verified = owners == Head(position=at.position, id=at.event_id)
        if not assignment.verified:
            where = f"{self._source.service}/{assignment.place[1]}:{at.position}"
            self._mover.stop(assignment, SourceRestored(f"{where} is not the event that was applied"))

    def _wait(self, stopping: threading.Event) -> None:
        ends: dict[int, int] = {}
        for partition, position in self._groups():
            ends[partition] = max(position, ends.get(partition, 0))
        if ends:
            self._source.wait(ends, _WAIT)
        else:
            stopping.wait(0.05)

    def _let_go(self, lost: Iterable[Assignment]) -> None:
        with self._lock:
            for assignment in lost:
                self._assigned.pop((assignment.lease.key.processor, assignment.lease.key.partition), None)
