"""Rewinding: what a service reads of a source it reads once more, from a moment on.

It is for a source whose history is not the one that was read: it was restored to an older moment, or lost and taken
back from its topic. A rule reads again what was recorded after that moment, and answers what it has not answered yet;
one that remembers is made to remember anew everything that it had answered by then, and nothing that is lost. A read
model that holds rows of what is lost is built anew.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from chassis.processing.checkpoints import Checkpoint, Place, advance, checkpoints, put_back
from chassis.processing.leases import Key, take_away
from chassis.processing.parking import forget_behind, parked_of
from chassis.processing.processor import Processor, ReactionProcessor, ReadModelProcessor, processors
from chassis.processing.registry import give_up, start_generation
from chassis.processing.source import Source, SourceGone
from chassis.processing.tables import create_tables
from chassis.recorded import Position, Recorded
from chassis.service import Service
from chassis.store.protocol import Head, Store

Checkpoints = Mapping[Place, Checkpoint]
Reached = tuple[Place, Checkpoint]
"""A partition of a source, and an event of it that was applied."""
_AT_ONCE = 500
Past = Callable[[Place, int], Iterator[Sequence[Recorded]]]
"""All that a source has of a partition up to a position, in order."""
_NOWHERE = Head()
_HELD = "held"
"""Where a rule is held: behind an event that is no history's."""


class TooLate(Exception):
    """At this moment the source had gone on for long: what it had recorded until then would be passed by."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rewound:
    """A processor that reads a partition again from behind position ``after``; of a read model, from the beginning."""

    processor: str
    place: Place
    before: int
    after: int
    parked: int = 0
    """How many events are parked no longer, for they are read again."""


def rewind(service: Service, store: Store, source: Source, since: datetime, past: Past) -> list[Rewound]:
    """Let a service read again what a source has recorded after ``since``; gives what changes by that.

    Rules that have not begun on it begin there. All of it happens, or nothing; what rules remember is read from
    ``past`` meanwhile. Raises TooLate, SourceGone, CheckpointMoved (its worker moved one meanwhile), Unavailable.
    """
    then = {(source.service, n): last_until(source, n, head, since) for n, head in source.heads().items()}
    readers, at = _readers(service, store)
    lost = _lost(source, (reached for each in at.values() for reached in each.items()))
    return _rewound(store, then, lost, past, [p for p in readers if source.service in p.sources], at)


def begin(service: Service, store: Store, then: Mapping[Place, Head], past: Past) -> list[str]:
    """Let those rules begin behind these events that have not begun anywhere, as if they had answered all before.

    ``then`` names every partition that they read. Gives their names; raises as ``rewind``.
    """
    rules, at = _rules(service, store)
    new = [rule for rule in rules if not _has_begun(at[rule.name])]
    _rewound(store, then, frozenset(), past, new, {rule.name: {} for rule in new})
    return [rule.name for rule in new]


def not_begun(service: Service, store: Store) -> list[str]:
    """The rules that have not begun anywhere."""
    rules, at = _rules(service, store)
    return [rule.name for rule in rules if not _has_begun(at[rule.name])]


def hold(service: Service, store: Store, ends: Mapping[Place, Head]) -> None:
    """Let no rule answer anything up to these events, wherever it is: it counts as one that has not begun.

    Whoever runs it before ``begin`` stops at once, as at a source that was restored to an older moment.
    """
    rules, _ = _rules(service, store)
    with store.transaction() as transaction:
        for rule in rules:
            for place, last in ends.items():
                if place[0] in rule.sources and last.position:
                    nobodys = Head(position=last.position, id=_HELD)
                    put_back(transaction.connection, rule.name, place, nobodys)


def held(service: Service, store: Store) -> bool:
    """Whether a rule of the service is held."""
    _, at = _rules(service, store)
    return any(map(_is_held, at.values()))


def up_to(source: Source, partition: int, position: int) -> Iterator[Sequence[Recorded]]:
    """All that a source has of a partition up to a position. Raises SourceGone, also where it has less."""
    after = _NOWHERE
    while after.position < position:
        events = source.read(partition, after, min(_AT_ONCE, position - after.position))
        if not events:
            raise SourceGone(f"{source.service} has nothing behind {partition}:{after.position}, {position} is wanted")
        yield events
        after = Head.of(events[-1])


def last_until(source: Source, partition: int, head: Head, since: datetime) -> Head:
    """The last event of a partition that was recorded no later than that; moments never go back within it."""
    earliest, latest = 0, head.position
    last = _NOWHERE
    while earliest < latest:
        middle = (earliest + latest + 1) // 2
        (recorded,) = source.read(partition, Head(position=middle - 1), 1)
        if recorded.recorded_at <= since:
            earliest, last = middle, Head.of(recorded)
        else:
            latest = middle - 1
    return last


def _readers(service: Service, store: Store) -> tuple[list[Processor], Mapping[str, Checkpoints]]:
    """The processors of a service, and where they are."""
    with store.transaction() as transaction:
        create_tables(transaction.connection)
        found = processors(service, store, transaction.connection)
        for processor in found:
            processor.prepare(transaction.connection)
        return found, {p.name: checkpoints(transaction.connection, p.name) for p in found}


def _rules(service: Service, store: Store) -> tuple[list[ReactionProcessor], Mapping[str, Checkpoints]]:
    readers, at = _readers(service, store)
    rules = [rule for rule in readers if isinstance(rule, ReactionProcessor)]
    return rules, {rule.name: at[rule.name] for rule in rules}


def _has_begun(at: Checkpoints) -> bool:
    return bool(at) and not _is_held(at)


def _is_held(at: Checkpoints) -> bool:
    return any(before.event_id == _HELD for before in at.values())


def _lost(source: Source, reached: Iterable[tuple[Place, Checkpoint]]) -> frozenset[Reached]:
    """Of the events that were applied those that the source does not have, or has no longer."""
    applied = {(place, at) for place, at in reached if place[0] == source.service and at.position}
    return frozenset((place, at) for place, at in applied if source.at(place[1], at.position) != at.last)


def _rewound(
    store: Store,
    then: Mapping[Place, Head],
    lost: frozenset[Reached],
    past: Past,
    readers: Sequence[Processor],
    at: Mapping[str, Checkpoints],
) -> list[Rewound]:
    with store.transaction() as transaction:
        rewinding = _Rewinding(transaction.connection, then, lost, past)
        return [done for processor in readers for done in rewinding.of(processor, at[processor.name])]


class _Rewinding:
    """In one transaction. ``then``: the events to begin behind; ``lost``: those that were applied and are not there."""

    def __init__(
        self, connection: sa.Connection, then: Mapping[Place, Head], lost: frozenset[Reached], past: Past
    ) -> None:
        self._connection = connection
        self._then = then
        self._lost = lost
        self._past = past

    def of(self, processor: Processor, at: Checkpoints) -> Iterator[Rewound]:
        """What becomes of a processor that is there."""
        if isinstance(processor, ReadModelProcessor):
            yield from self._built_anew(processor, at)
        elif isinstance(processor, ReactionProcessor) and processor.memory:
            yield from self._remembered_anew(processor, at)
        else:
            yield from self._read_again(processor, at)

    def _built_anew(self, processor: ReadModelProcessor, at: Checkpoints) -> Iterator[Rewound]:
        gone = {place: before for place, before in at.items() if (place, before) in self._lost}
        if gone:
            if not processor.serving:
                give_up(self._connection, processor.generation)
            start_generation(self._connection, processor.model)
        for place, before in gone.items():
            yield Rewound(processor=processor.name, place=place, before=before.position, after=0)

    def _read_again(self, processor: Processor, at: Checkpoints) -> Iterator[Rewound]:
        for place, last in self._of(processor):
            before = at.get(place)
            if before is None:
                if isinstance(processor, ReactionProcessor):
                    put_back(self._connection, processor.name, place, last)
            elif self._goes_back(processor, place, before):
                advance(self._connection, [processor.name], place, before, Checkpoint(last.position, last.id))
                yield self._put(processor, place, before, last.position)

    def _remembered_anew(self, processor: ReactionProcessor, at: Checkpoints) -> Iterator[Rewound]:
        """Whichever came later of two that it brings together has answered both: it must remember all it had answered.

        Where its checkpoints are is held first, so that its worker handles nothing meanwhile.
        """
        if not any(self._goes_back(processor, place, at.get(place)) for place, _ in self._of(processor)):
            return
        answered = self._answered(processor, at)
        for place in sorted(answered):
            put_back(self._connection, processor.name, place, _NOWHERE)
        for table in processor.memory:
            self._connection.execute(sa.delete(table))
        for place, position in sorted(answered.items()):
            put_back(self._connection, processor.name, place, self._remember(processor, place, position))
            before = at.get(place, Checkpoint())
            if before.position != position:
                yield self._put(processor, place, before, position)

    def _remember(self, processor: ReactionProcessor, place: Place, position: int) -> Head:
        """Everything of a partition up to a position; the last event of it."""
        last = _NOWHERE
        for events in self._past(place, position):
            self._connection.execute(sa.text("SELECT 1"))  # lest it is taken for a transaction that sleeps
            for recorded in filter(processor.concerns, events):
                processor.remember(self._connection, recorded)
            last = Head.of(events[-1])
        return last

    def _answered(self, processor: ReactionProcessor, at: Checkpoints) -> Mapping[Place, int]:
        """Up to which position a rule has answered each partition; what it has parked, it has not."""
        answered = {place: before.position for place, before in at.items()}
        for place, last in self._of(processor):
            before = at.get(place)
            known = before is not None and (place, before) not in self._lost
            answered[place] = min(answered[place], last.position) if known else last.position
        for parked in parked_of(self._connection, processor.name):
            place = (parked.service, parked.partition)
            answered[place] = min(answered.get(place, 0), parked.position - 1)
        return answered

    def _of(self, processor: Processor) -> list[tuple[Place, Head]]:
        return [(place, last) for place, last in self._then.items() if place[0] in processor.sources]

    def _goes_back(self, processor: Processor, place: Place, before: Checkpoint | None) -> bool:
        """Whether it has read more than it should; one that has not begun yet has, too."""
        last = self._then[place]
        if before is None:
            return True
        if (place, before) in self._lost and last.position >= before.position:
            raise TooLate(
                f"{Position(*place, before.position)} was recorded anew before then: {processor.name} would pass by "
                f"what lies between; name the moment at which {place[0]} was recovered"
            )
        return last.position < before.position

    def _put(self, processor: Processor, place: Place, before: Checkpoint, after: int) -> Rewound:
        take_away(self._connection, [Key(processor.name, *place)])
        parked = forget_behind(self._connection, processor.name, *place, after)
        return Rewound(processor=processor.name, place=place, before=before.position, after=after, parked=parked)
