"""Moving processors by batches: in one transaction, else each by itself, else event by event, and that is parked.

Their checkpoints move first, by compare-and-set, then each applies what concerns it. Batches of several partitions
share a transaction, for each costs as much as an append: what one command leads to lies in many. Rules that may append
something have a transaction apart from read models that write rows: nobody waits for a row then who holds streams, as
commands do.

What another service records concerns most processors seldom. Where a batch concerns nobody, their checkpoints are kept
a moment later, together with others.
"""

from __future__ import annotations

import dataclasses
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

import structlog

from chassis.errors import Unavailable
from chassis.failpoints import failpoint
from chassis.logs import reason_of
from chassis.metrics import BATCH_SECONDS
from chassis.processing.batches import Assignment, Batch, apart, by_kept, work_of
from chassis.processing.checkpoints import Checkpoint, CheckpointMoved, Place, advance
from chassis.processing.leases import Leases
from chassis.processing.measures import APPLIED, LOST, PARKED, STOPPED
from chassis.processing.parking import TooManyParked
from chassis.processing.processor import apply
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


class Mover:
    """Moves processors along one source. Those in ``stopped`` must not go on in this process, for the reason given."""

    def __init__(self, store: Store, source: str, leases: Leases) -> None:
        self._store = store
        self._source = source
        self._leases = leases
        self.stopped: dict[str, str] = {}

    def move(self, batches: Sequence[Batch]) -> list[Assignment]:
        """Move all of them, each of another partition; gives those that another worker has moved meanwhile.

        Raises Unavailable, SourceGone.
        """
        alone: list[Batch] = []
        together: list[Batch] = []
        for batch in batches:
            if self._passes_by(batch):
                self._moved(batch)
                continue
            alone += [batch.of([assignment]) for assignment in batch.group if assignment.lease.cautious]
            together.append(batch.of([assignment for assignment in batch.group if not assignment.lease.cautious]))
        for shared in apart(together):
            alone += self._failed(shared)
        return [batch.group[0] for batch in alone if not self._moves_alone(batch.group[0], batch.events)]

    def _failed(self, batches: Sequence[Batch]) -> list[Batch]:
        """Apply them in one transaction, or each in one; gives those of which none was possible, one for each."""
        try:
            self._apply(batches)
        except Exception as error:  # noqa: BLE001 - whatever it is, each is tried by itself
            log.info("batch-failed", source=self._source, reason=reason_of(error))
            if len(batches) > 1 and not _is_away(error):
                return [each for batch in batches for each in self._failed([batch])]
            return [batch.of([assignment]) for batch in batches for assignment in batch.group]
        return []

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

    def _passes_by(self, batch: Batch) -> bool:
        """Whether nothing of it concerns anybody. What this service has recorded itself, its callers wait for."""
        return self._source != self._store.service and not any(
            assignment.lease.cautious or batch.concerning(assignment) for assignment in batch.group
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
            self._apply([Batch([assignment], events)])
        except _LATER:
            raise
        except Exception:  # noqa: BLE001 - found below, event by event
            for recorded in events:
                self._apply_or_park(assignment, recorded)

    def _apply_or_park(self, assignment: Assignment, recorded: Recorded) -> None:
        try:
            self._apply([Batch([assignment], [recorded])])
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

    def _apply(self, batches: Sequence[Batch]) -> None:
        """Move them by these events; at once again when others were in the way: of these all go on but one."""
        if not batches:
            return
        began, timed = time.perf_counter(), Timed()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._applied(batches)
                break
            except (Unavailable, VersionConflict) as error:
                if attempt == _ATTEMPTS or not _in_the_way(error):
                    raise
        self._note(batches, time.perf_counter() - began)
        for batch in batches:
            self._moved(batch)
            timed.processed(self._source, batch.events, batch.seen_by)

    def _applied(self, batches: Sequence[Batch]) -> None:
        """One transaction; all workers lock the rows of one place after those of another in the same order."""
        with self._store.transaction() as transaction:
            for batch in batches:
                for kept, names in by_kept(batch.group).items():
                    advance(transaction.connection, names, batch.group[0].place, kept, batch.at)
            work = work_of(batches)
            decided = apply(transaction, work) if work else None
            failpoint("worker-before-commit")
        failpoint("worker-after-commit")
        if any(assignment.processor.appends for batch in batches for assignment in batch.group):
            failpoint("rule-after-commit")
        for batch in batches:
            for assignment in batch.group:
                assignment.kept = batch.at
        if decided is not None:
            decided.remember(self._store)

    def _note(self, batches: Sequence[Batch], seconds: float) -> None:
        """One line for each transaction, and its time among the figures."""
        source, events = self._source, [recorded for batch in batches for recorded in batch.events]
        BATCH_SECONDS.labels(source).observe(seconds)
        names = sorted({assignment.processor.name for batch in batches for assignment in batch.group})
        ms, to = round(seconds * 1000, 1), ", ".join(str(batch.events[-1].at) for batch in batches)
        because = _correlations(events)
        log.info("batch", source=source, to=to, events=len(events), processors=names, ms=ms, correlation_ids=because)

    def _park(self, assignment: Assignment, recorded: Recorded, reason: str) -> None:
        passed = Batch([assignment], [recorded])
        with self._store.transaction() as transaction:
            names = [assignment.processor.name]
            advance(transaction.connection, names, assignment.place, assignment.kept, passed.at)
            assignment.processor.park(transaction, recorded, reason)
        PARKED.labels(assignment.processor.name).inc()
        because = recorded.metadata.correlation_id
        log.error(
            "parked", processor=assignment.processor.name, at=str(recorded.at), reason=reason, correlation_id=because
        )
        assignment.kept = passed.at
        self._moved(passed)

    def _moved(self, batch: Batch) -> None:
        for assignment in batch.group:
            assignment.checkpoint = batch.at
            APPLIED.labels(assignment.processor.name, self._source).inc(len(batch.events))

    def stop(self, assignment: Assignment, error: Exception) -> None:
        """Let a processor go on no more."""
        self.stopped[assignment.processor.name] = f"{type(error).__name__}: {error}"
        STOPPED.labels(assignment.processor.name).set(1)
        log.error("processor-stopped", processor=assignment.processor.name, reason=f"{type(error).__name__}: {error}")


def _correlations(events: Sequence[Recorded]) -> list[str]:
    """What these events belong to; of a long batch nobody looks for it."""
    found = {recorded.metadata.correlation_id for recorded in events[: _FEW + 1]}
    return sorted(each for each in found if each) if len(events) <= _FEW else []


def _is_away(error: Exception) -> bool:
    return isinstance(error, Unavailable) and not _in_the_way(error)


def _in_the_way(error: Unavailable | VersionConflict) -> bool:
    return isinstance(error, VersionConflict) or error.details.get("reason") == "others were in the way"
