"""The reader of one source: reads it once for all processors that are as far, and moves them along.

Processors at the same position of a partition share what is read, and one transaction: their checkpoints move first,
by compare-and-set, then each applies the batch; one that appends has a transaction of its own. If anything fails, each
is moved by itself, then event by event, and what fails alone is parked. Processors that are behind catch up beside
those that are at the end.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import structlog

from chassis.errors import Unavailable
from chassis.failpoints import failpoint
from chassis.logs import reason_of
from chassis.metrics import BATCH_SECONDS
from chassis.processing.checkpoints import Checkpoint, CheckpointMoved, Place, advance, checkpoints
from chassis.processing.leases import Lease, Leases
from chassis.processing.measures import APPLIED, GAPS, LOST, PARKED
from chassis.processing.parking import TooManyParked
from chassis.processing.processor import Processor
from chassis.processing.source import Source, SourceGone, SourceRestored
from chassis.recorded import Recorded
from chassis.store.protocol import Head, Store, VersionConflict
from contracts.event import UnknownEventVersion

log = structlog.get_logger("processing")
_WAIT = 1.0
_PAUSE = 0.5
_CALM_AFTER = 100
_ATTEMPTS = 5
"""How often a batch is tried that others were in the way of."""
_STOPS = (UnknownEventVersion, TooManyParked, SourceRestored)
_LATER = (Unavailable, SourceGone, CheckpointMoved, *_STOPS)


@dataclasses.dataclass(slots=True)
class Assignment:
    """A processor on one partition, as far as this worker has moved it."""

    processor: Processor
    lease: Lease
    checkpoint: Checkpoint
    doubted: bool = True
    """Whether the owner is to be asked if its history is still the one that was read."""
    verified: bool = False
    """Whether it has said so since it was last away."""
    applied_alone: int = 0

    @property
    def place(self) -> Place:
        """Which partition of which source."""
        return (self.lease.key.source, self.lease.key.partition)


class Reader:
    """Moves the processors that this worker holds leases for along one source, in a thread of its own."""

    def __init__(self, store: Store, source: Source, leases: Leases) -> None:
        self._store = store
        self._source = source
        self._leases = leases
        self._lock = threading.Lock()
        self._assigned: dict[tuple[str, int], Assignment] = {}
        self.stopped: dict[str, str] = {}
        """Processors that must not go on in this process, and why."""

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
                stopping.wait(_PAUSE)

    def step(self) -> bool:
        """Move every group of processors by one batch; whether there was anything to read."""
        moved = False
        ends = self._source.ends()
        for (partition, position), group in self._groups().items():
            if partition in ends and ends[partition] <= position and not any(each.doubted for each in group):
                continue
            if not (going_on := self._verified(partition, position, group)):
                continue
            events = self._read(partition, position, min(a.processor.batch for a in going_on))
            if events:
                moved = True
                self._move(going_on, events)
        return moved

    def check_heads(self, heads: Mapping[int, Head]) -> None:
        """Compare with the owner's heads: one behind a checkpoint, or another event, may be of another history."""
        for assignment in self._all():
            head, at = heads.get(assignment.place[1], Head()), assignment.checkpoint
            another = head.position == at.position and head.id != at.event_id
            if not assignment.verified or head.position < at.position or another:
                assignment.doubted = True

    def owner_is_away(self) -> None:
        """It may come back with another history: it is asked then."""
        for assignment in self._all():
            assignment.verified = False

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
        if doubted:
            with contextlib.suppress(SourceGone):
                owners = self._source.at(partition, position) if position else Head()
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
            self._stop(assignment, SourceRestored(f"{where} is not the event that was applied"))

    def _wait(self, stopping: threading.Event) -> None:
        ends: dict[int, int] = {}
        for partition, position in self._groups():
            ends[partition] = max(position, ends.get(partition, 0))
        if ends:
            self._source.wait(ends, _WAIT)
        else:
            stopping.wait(0.05)

    def _move(self, group: Sequence[Assignment], events: Sequence[Recorded]) -> None:
        together = [a for a in group if not (a.lease.cautious or a.processor.appends)]
        alone = [a for a in group if a not in together]
        try:
            self._apply(together, events)
        except Exception as error:  # noqa: BLE001 - whatever it is, each is tried by itself
            log.info("batch-failed", source=self._source.service, reason=reason_of(error))
            alone = list(group)
        for assignment in alone:
            self._move_alone(assignment, events)

    def _move_alone(self, assignment: Assignment, events: Sequence[Recorded]) -> None:
        try:
            if assignment.lease.cautious:
                self._cautiously(assignment, events)
            else:
                self._one_by_one(assignment, events)
        except CheckpointMoved:
            LOST.labels(assignment.processor.name).inc()
            self._let_go(assignment)
        except _STOPS as error:
            self._stop(assignment, error)

    def _one_by_one(self, assignment: Assignment, events: Sequence[Recorded]) -> None:
        try:
            self._apply([assignment], events)
        except _LATER:
            raise
        except Exception:  # noqa: BLE001 - found below, event by event
            for recorded in events:
                self._apply_or_park(assignment, recorded)

    def _apply_or_park(self, assignment: Assignment, recorded: Recorded) -> None:
        try:
            self._apply([assignment], [recorded])
        except _LATER:
            raise
        except Exception as error:  # noqa: BLE001 - an event that cannot be applied is parked, whatever it raised
            self._park(assignment, recorded, reason_of(error))

    def _cautiously(self, assignment: Assignment, events: Sequence[Recorded]) -> None:
        """One event at a time, announced: should the process die of it, it is known which."""
        for recorded in events:
            if recorded.position == assignment.lease.deadly:
                self._park(assignment, recorded, "its process died each time it was applied")
            else:
                self._leases.announce(assignment.lease, recorded.position)
                self._apply_or_park(assignment, recorded)
            assignment.applied_alone += 1
            if assignment.applied_alone >= _CALM_AFTER:
                self._leases.calm(assignment.lease)
                assignment.lease = dataclasses.replace(assignment.lease, cautious=False, deadly=0)
                return

    def _apply(self, group: Sequence[Assignment], events: Sequence[Recorded]) -> None:
        """Move them by these events; at once again when others were in the way: of these all go on but one."""
        if not group:
            return
        began = time.perf_counter()
        in_order = sorted(group, key=lambda assignment: assignment.processor.name)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                moved = self._applied(in_order, events)
                break
            except (Unavailable, VersionConflict) as error:
                if attempt == _ATTEMPTS or not _in_the_way(error):
                    raise
        self._moved(in_order, moved, len(events))
        self._note(in_order, events, time.perf_counter() - began)

    def _applied(self, in_order: Sequence[Assignment], events: Sequence[Recorded]) -> list[Checkpoint]:
        """One transaction; all workers lock the rows of one processor after those of another in the same order."""
        moved: list[Checkpoint] = []
        with self._store.transaction() as transaction:
            for assignment in in_order:
                name = assignment.processor.name
                moved.append(advance(transaction.connection, name, assignment.place, assignment.checkpoint, events[-1]))
            for assignment in in_order:
                if concerned := [r for r in events if assignment.processor.concerns(r)]:
                    assignment.processor.apply(transaction, concerned)
            failpoint("worker-before-commit")
        failpoint("worker-after-commit")
        return moved

    def _note(self, group: Sequence[Assignment], events: Sequence[Recorded], seconds: float) -> None:
        """One line for each batch, and its time among the figures."""
        source = self._source.service
        BATCH_SECONDS.labels(source).observe(seconds)
        names = [assignment.processor.name for assignment in group]
        ms = round(seconds * 1000, 1)
        log.info("batch", source=source, to=str(events[-1].at), events=len(events), processors=names, ms=ms)

    def _park(self, assignment: Assignment, recorded: Recorded, reason: str) -> None:
        with self._store.transaction() as transaction:
            name = assignment.processor.name
            moved = advance(transaction.connection, name, assignment.place, assignment.checkpoint, recorded)
            assignment.processor.park(transaction, recorded, reason)
        PARKED.labels(assignment.processor.name).inc()
        log.error("parked", processor=assignment.processor.name, at=str(recorded.at), reason=reason)
        self._moved([assignment], [moved], 1)

    def _moved(self, group: Iterable[Assignment], checkpoints_: Iterable[Checkpoint], count: int) -> None:
        for assignment, checkpoint in zip(group, checkpoints_, strict=True):
            assignment.checkpoint = checkpoint
            APPLIED.labels(assignment.processor.name, self._source.service).inc(count)

    def _let_go(self, assignment: Assignment) -> None:
        log.warning("checkpoint-moved", processor=assignment.processor.name)
        with self._lock:
            self._assigned.pop((assignment.lease.key.processor, assignment.lease.key.partition), None)

    def _stop(self, assignment: Assignment, error: Exception) -> None:
        self.stopped[assignment.processor.name] = f"{type(error).__name__}: {error}"
        log.error("processor-stopped", processor=assignment.processor.name, reason=f"{type(error).__name__}: {error}")


def _in_the_way(error: Unavailable | VersionConflict) -> bool:
    return isinstance(error, VersionConflict) or error.details.get("reason") == "others were in the way"
