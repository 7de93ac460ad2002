"""What is moved together: which processors, in which partition, by which events."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chassis.processing.checkpoints import Checkpoint, Place
from chassis.processing.leases import Lease
from chassis.processing.processor import Processor
from chassis.recorded import Recorded

_FEW = 50
"""Events that share a transaction at most: with many each partition's take long enough by themselves."""


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


@dataclasses.dataclass(frozen=True, slots=True)
class Batch:
    """Events of one partition that come next for all of these."""

    group: Sequence[Assignment]
    events: Sequence[Recorded]

    @property
    def partition(self) -> int:
        """Of the source."""
        return self.group[0].lease.key.partition

    @property
    def at(self) -> Checkpoint:
        """Where they are afterwards."""
        return Checkpoint(self.events[-1].position, self.events[-1].id)

    def of(self, group: Sequence[Assignment]) -> Batch:
        """The same events, for these of them."""
        return Batch(group, self.events)

    def seen_by(self, recorded: Recorded) -> list[str]:
        """Those that an event concerns, by name, whose work anybody sees."""
        told = (assignment.processor for assignment in self.group)
        return [processor.name for processor in told if processor.serving and processor.concerns(recorded)]

    def concerning(self, assignment: Assignment) -> list[Recorded]:
        """The events that concern one of them."""
        return [recorded for recorded in self.events if assignment.processor.concerns(recorded)]


def shared(batches: Iterable[Batch]) -> Iterator[Sequence[Batch]]:
    """Which of them are applied together: of several partitions, as much as each of them may take at once."""
    few: list[Batch] = []
    for batch in batches:
        if few and not _fits(few, batch):
            yield few
            few = []
        few.append(batch)
    if few:
        yield few


def _fits(few: Sequence[Batch], batch: Batch) -> bool:
    together = [*few, batch]
    is_another = all(each.partition != batch.partition for each in few)
    most = min(_FEW, *(limit_of(each.group) for each in together))
    return is_another and sum(len(each.events) for each in together) <= most


def limit_of(group: Iterable[Assignment]) -> int:
    """How many events all of them take at once."""
    return min(assignment.processor.batch for assignment in group)


def by_kept(group: Iterable[Assignment]) -> Mapping[Checkpoint, list[str]]:
    """Checkpoint → the names of those of which the database has that."""
    names: dict[Checkpoint, list[str]] = defaultdict(list)
    for assignment in group:
        names[assignment.kept].append(assignment.processor.name)
    return names


def apart(batches: Iterable[Batch]) -> Iterator[list[Batch]]:
    """What shares a transaction: rules that something follows for have another than those that write rows."""
    apart: tuple[list[Batch], list[Batch]] = ([], [])
    for batch in batches:
        others, rules = _rules_apart(batch)
        apart[0].extend(others)
        apart[1].extend(rules)
    yield from filter(None, apart)


def _rules_apart(batch: Batch) -> tuple[list[Batch], list[Batch]]:
    """Those that write rows, and rules that something follows for; nobody else is with them where none is concerned."""
    concerned = [assignment for assignment in batch.group if batch.concerning(assignment)]
    rules = [assignment for assignment in concerned if assignment.processor.appends]
    if not rules:
        return _some(batch), []
    if len(rules) == len(concerned):
        return [], _some(batch)
    others = [assignment for assignment in batch.group if assignment not in rules]
    return _some(batch.of(others)), _some(batch.of(rules))


def _some(batch: Batch) -> list[Batch]:
    return [batch] if batch.group else []


def work_of(batches: Iterable[Batch]) -> Mapping[Processor, Sequence[Recorded]]:
    """Whoever is concerned, by name → the events that it is concerned by; those of a partition in their order."""
    work: dict[Processor, list[Recorded]] = defaultdict(list)
    for batch in batches:
        for assignment in batch.group:
            if found := batch.concerning(assignment):
                work[assignment.processor] += found
    return {processor: work[processor] for processor in sorted(work, key=lambda each: each.name)}
