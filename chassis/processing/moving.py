"""Moving processors by a batch: in one transaction, else each by itself, else event by event, and that is parked.

Their checkpoints move first, by compare-and-set, then each applies the batch. Rules that may append something have a
transaction apart from read models that write rows: nobody waits for a row then who holds streams, as commands do.

What another service records concerns most processors seldom. Where a batch concerns nobody, their checkpoints are kept
a moment later, together with others: each time costs the database as much as an append.
"""

from __future__ import annotations

import dataclasses
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import structlog

from chassis.errors import Unavailable
from chassis.failpoints import failpoint
from chassis.logs import reason_of
from chassis.metrics import BATCH_SECONDS
from chassis.processing.checkpoints import Checkpoint, CheckpointMoved, Place, advance
from chassis.processing.leases import Lease, Leases
from chassis.processing.measures import APPLIED, LOST, PARKED, STOPPED
from chassis.processing.parking import TooManyParked
from chassis.processing.processor import Processor, apply
from chassis.processing.source import SourceGone, SourceRestored
from chassis.recorded import Recorded
from chassis.store.protocol import Store, VersionConflict
from chassis.tracing import Timed
from contracts.event import UnknownEventVersion

log = structlog.get_logger("processing")
_CALM_AFTER = 100
_ATTEMPTS = 5
"""How often a batch is tried that others were in the way of."""
_FEW = 20
"""Events of a batch whose correlations are logged."""
_STOPS = (UnknownEventVersion, TooManyParked, SourceRestored)
_LATER = (Unavailable, SourceGone, CheckpointMoved, *_STOPS)


@dataclasses.dataclass(slots=True)
class Assignment:
    """A processor on one partition, as far as this worker has moved it."""

    processor: Processor
    lease: Lease
    checkpoint: Checkpoint
    kept: Checkpoint
    """What the database knows of it: less, where nothing since concerned the processor."""
    doubted: bool = False
    """Whether the owner is to be asked if its history is still the one that was read."""
    suspected: bool = False
    """Whether it was looked for what the processes before may have died of."""
    suspects_end: int | None = None
    """The last position of that, as far as it is known."""
    applied_alone: int = 0

    @property
    def place(self) -> Place:
        """Which partition of which source."""
        return (self.lease.key.source, self.lease.key.partition)


class Mover:
    """Moves processors along one source. Those in ``stopped`` must not go on in this process, for the reason given."""

    def __init__(self, store: Store, source: str, leases: Leases) -> None:
        self._store = store
        self._source = source
        self._leases = leases
        self.stopped: dict[str, str] = {}

    def move(self, group: Sequence[Assignment], events: Sequence[Recorded]) -> list[Assignment]:
        """Move them all; gives those that another worker has moved meanwhile. Raises Unavailable, SourceGone."""
        if self._passes_by(group, events):
            self._moved(group, _at(events[-1]), len(events))
            return []
        alone = [assignment for assignment in group if assignment.lease.cautious]
        for together in _apart([assignment for assignment in group if not assignment.lease.cautious], events):
            try:
                self._apply(together, events)
            except Exception as error:  # noqa: BLE001 - whatever it is, each is tried by itself
                log.info("batch-failed", source=self._source, reason=reason_of(error))
                alone += together
        return [assignment for assignment in alone if not self._moves_alone(assignment, events)]

    def keep(self, passed: Iterable[Assignment]) -> list[Assignment]:
        """Let the database know how far these are; gives those that another worker has moved. Raises Unavailable."""
        apart = [assignment for assignment in passed if assignment.kept != assignment.checkpoint]
        if not apart:
            return []
        try:
            self._keep(apart)
        except CheckpointMoved:
            return [assignment for assignment in apart if self._is_lost(assignment)]
        return []

    def _keep(self, passed: Sequence[Assignment]) -> None:
        together: dict[tuple[Place, Checkpoint, Checkpoint], list[Assignment]] = defaultdict(list)
        for assignment in sorted(passed, key=lambda each: (each.place, each.processor.name)):
            together[assignment.place, assignment.kept, assignment.checkpoint].append(assignment)
        with self._store.transaction() as transaction:
            for (place, kept, to), group in together.items():
                advance(transaction.connection, [each.processor.name for each in group], place, kept, to)
        for assignment in passed:
            assignment.kept = assignment.checkpoint

    def _is_lost(self, assignment: Assignment) -> bool:
        try:
            self._keep([assignment])
        except CheckpointMoved:
            self._lost(assignment)
            return True
        return False

    def _passes_by(self, group: Sequence[Assignment], events: Sequence[Recorded]) -> bool:
        """Whether nothing of it concerns anybody. What this service has recorded itself, its callers wait for."""
        return self._source != self._store.service and not any(
            assignment.lease.cautious or any(map(assignment.processor.concerns, events)) for assignment in group
        )

    def _moves_alone(self, assignment: Assignment, events: Sequence[Recorded]) -> bool:
        """False if another worker has moved it."""
        try:
            if assignment.lease.cautious:
                self._cautiously(assignment, events)
            else:
                self._one_by_one(assignment, events)
        except CheckpointMoved:
            self._lost(assignment)
            return False
        except _STOPS as error:
            self.stop(assignment, error)
        return True

    def _lost(self, assignment: Assignment) -> None:
        LOST.labels(assignment.processor.name).inc()
        log.warning("checkpoint-moved", processor=assignment.processor.name)

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
            if assignment.suspects_end is not None and recorded.position > assignment.suspects_end:
                self._calm(assignment)
                return
            if recorded.position == assignment.lease.deadly:
                self._park(assignment, recorded, "its process died each time it was applied")
            else:
                with self._leases.announced(assignment.lease, recorded.position):
                    self._apply_or_park(assignment, recorded)
            assignment.applied_alone += 1
            if assignment.applied_alone >= _CALM_AFTER:
                self._calm(assignment)
                return

    def _calm(self, assignment: Assignment) -> None:
        self._leases.calm(assignment.lease)
        assignment.lease = dataclasses.replace(assignment.lease, cautious=False, deadly=0)

    def _apply(self, group: Sequence[Assignment], events: Sequence[Recorded]) -> None:
        """Move them by these events; at once again when others were in the way: of these all go on but one."""
        if not group:
            return
        began, timed = time.perf_counter(), Timed()
        in_order = sorted(group, key=lambda assignment: assignment.processor.name)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._applied(in_order, events)
                break
            except (Unavailable, VersionConflict) as error:
                if attempt == _ATTEMPTS or not _in_the_way(error):
                    raise
        self._moved(in_order, _at(events[-1]), len(events))
        self._note(in_order, events, time.perf_counter() - began)
        told = [assignment.processor for assignment in in_order if assignment.processor.serving]
        timed.processed(self._source, events, lambda recorded: [p.name for p in told if p.concerns(recorded)])

    def _applied(self, in_order: Sequence[Assignment], events: Sequence[Recorded]) -> None:
        """One transaction; all workers lock the rows of one processor after those of another in the same order."""
        with self._store.transaction() as transaction:
            for kept, names in _by_kept(in_order).items():
                advance(transaction.connection, names, in_order[0].place, kept, _at(events[-1]))
            concerned = {a.processor: [r for r in events if a.processor.concerns(r)] for a in in_order}
            work = {processor: found for processor, found in concerned.items() if found}
            decided = apply(transaction, work) if work else None
            failpoint("worker-before-commit")
        failpoint("worker-after-commit")
        if any(assignment.processor.appends for assignment in in_order):
            failpoint("rule-after-commit")
        for assignment in in_order:
            assignment.kept = _at(events[-1])
        if decided is not None:
            decided.remember(self._store)

    def _note(self, group: Sequence[Assignment], events: Sequence[Recorded], seconds: float) -> None:
        """One line for each batch, and its time among the figures."""
        source = self._source
        BATCH_SECONDS.labels(source).observe(seconds)
        names = [assignment.processor.name for assignment in group]
        ms = round(seconds * 1000, 1)
        to, because = str(events[-1].at), _correlations(events)
        log.info("batch", source=source, to=to, events=len(events), processors=names, ms=ms, correlation_ids=because)

    def _park(self, assignment: Assignment, recorded: Recorded, reason: str) -> None:
        with self._store.transaction() as transaction:
            names = [assignment.processor.name]
            advance(transaction.connection, names, assignment.place, assignment.kept, _at(recorded))
            assignment.processor.park(transaction, recorded, reason)
        PARKED.labels(assignment.processor.name).inc()
        because = recorded.metadata.correlation_id
        log.error(
            "parked", processor=assignment.processor.name, at=str(recorded.at), reason=reason, correlation_id=because
        )
        assignment.kept = _at(recorded)
        self._moved([assignment], assignment.kept, 1)

    def _moved(self, group: Iterable[Assignment], checkpoint: Checkpoint, count: int) -> None:
        for assignment in group:
            assignment.checkpoint = checkpoint
            APPLIED.labels(assignment.processor.name, self._source).inc(count)

    def stop(self, assignment: Assignment, error: Exception) -> None:
        """Let a processor go on no more."""
        self.stopped[assignment.processor.name] = f"{type(error).__name__}: {error}"
        STOPPED.labels(assignment.processor.name).set(1)
        log.error("processor-stopped", processor=assignment.processor.name, reason=f"{type(error).__name__}: {error}")


def _at(recorded: Recorded) -> Checkpoint:
    return Checkpoint(recorded.position, recorded.id)


def _correlations(events: Sequence[Recorded]) -> list[str]:
    """What these events belong to; of a long batch nobody looks for it."""
    found = {recorded.metadata.correlation_id for recorded in events[: _FEW + 1]}
    return sorted(each for each in found if each) if len(events) <= _FEW else []


def _by_kept(group: Iterable[Assignment]) -> Mapping[Checkpoint, list[str]]:
    """Checkpoint → the names of those of which the database has that."""
    names: dict[Checkpoint, list[str]] = defaultdict(list)
    for assignment in group:
        names[assignment.kept].append(assignment.processor.name)
    return names


def _apart(group: Sequence[Assignment], events: Sequence[Recorded]) -> list[list[Assignment]]:
    """Rules that something follows for, and the others; all in one where nobody else is concerned."""
    concerned = [a for a in group if any(a.processor.concerns(recorded) for recorded in events)]
    rules = [assignment for assignment in concerned if assignment.processor.appends]
    if not rules or len(rules) == len(concerned):
        return [list(group)]
    return [[assignment for assignment in group if assignment not in rules], rules]


def _in_the_way(error: Unavailable | VersionConflict) -> bool:
    return isinstance(error, VersionConflict) or error.details.get("reason") == "others were in the way"
