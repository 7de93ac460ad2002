"""Processors: what moves a read model, a reaction or an erasure along the history, one batch at a time.

A processor applies events inside a transaction that somebody else began and whose checkpoint is moved already; what
it raises rolls all of that back. It knows how to set one event aside, and how to apply it again later.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa

from chassis.decider import Attempt, Request
from chassis.errors import Invalid, NotAllowed, NotFound, Refusal, Refused
from chassis.processing.databases import alone, one_at_a_time
from chassis.processing.erasure import Erasure
from chassis.processing.folding import Folding
from chassis.processing.measures import REFUSED
from chassis.processing.parking import hold_parked, park, parked_keys, release, waiting
from chassis.processing.reaction import Reaction, Then, answered_by, command_id
from chassis.processing.read_model import ReadModel
from chassis.processing.registry import Generation, table_of, tables
from chassis.processing.search import create_index
from chassis.recorded import Metadata, Recorded
from chassis.service import Service
from chassis.store.protocol import CommandKey, Store, Transaction
from contracts.event import family_of

_WHILE_BUILT = 2_000


class Processor(ABC):
    """Moves one thing along its sources. ``name`` identifies its checkpoints, leases and parked keys."""

    appends: ClassVar[bool] = False
    """Whether it appends to the history: then it holds what commands wait for."""
    at_head: bool = False
    """Whether it starts at the heads of the moment it is first registered, instead of at the beginning."""
    serving: bool = True
    """Whether anybody sees what it does; not while it fills a table of the whole history."""

    def __init__(self, name: str, sources: tuple[str, ...], types: Iterable[str]) -> None:
        self.name = name
        self.sources = sources
        self._families = frozenset(family_of(type_) for type_ in types)

    @property
    def batch(self) -> int:
        """How many events it takes at once."""
        return 500

    def concerns(self, recorded: Recorded) -> bool:
        """Whether it subscribes to this event, in any version: a newer one than it knows must stop it, not pass by."""
        return family_of(recorded.type) in self._families

    def prepare(self, connection: sa.Connection) -> None:
        """Make the tables it writes; most write none of their own."""
        return

    @abstractmethod
    def keys(self, recorded: Recorded) -> tuple[str, ...]:
        """What fails together with this event."""

    @abstractmethod
    def apply(self, transaction: Transaction, events: Sequence[Recorded], parked: Collection[str]) -> None:
        """Apply events that concern it, in order, but for those whose keys are parked: they join them."""

    @abstractmethod
    def retry(self, transaction: Transaction, key: str, events: Sequence[Recorded]) -> None:
        """Apply events that were parked under a key."""

    def park(self, transaction: Transaction, recorded: Recorded, reason: str) -> None:
        """Set an event aside under all its keys."""
        for key in sorted(self.keys(recorded)):
            park(transaction.connection, self.name, key, recorded, reason, transaction.now)

    def _set_aside(
        self, transaction: Transaction, keyed: Iterable[tuple[Recorded, str]], parked: Collection[str]
    ) -> list[tuple[Recorded, str]]:
        """Let events of parked keys join them; gives the others."""
        pairs = list(keyed)
        if not parked:
            return pairs
        waiting = hold_parked(transaction.connection, self.name, {key for _, key in pairs}.intersection(parked))
        for recorded, key in pairs:
            if key in waiting:
                park(transaction.connection, self.name, key, recorded, "waits for an earlier event", transaction.now)
        return [(recorded, key) for recorded, key in pairs if key not in waiting]


class ReadModelProcessor(Processor):
    """Fills one table of a read model."""

    def __init__(self, model: ReadModel[Any], generation: Generation) -> None:
        super().__init__(generation.processor, model.sources, model.types)
        self.model = model
        self.generation = generation
        self.serving = generation.serving
        self._table = table_of(model, generation.generation)

    @property
    def batch(self) -> int:
        """As ``Processor.batch``: many while nobody waits for what it writes."""
        return 500 if self.serving else _WHILE_BUILT

    def prepare(self, connection: sa.Connection) -> None:
        """Make the table and its text index."""
        alone(connection)
        self._table.metadata.create_all(connection)
        if self.model.search:
            create_index(connection, self._table.name)

    def keys(self, recorded: Recorded) -> tuple[str, ...]:
        """The rows it concerns; of an event that cannot even be read, the aggregate."""
        try:
            return tuple(self.model.keys(recorded))
        except Exception:  # noqa: BLE001 - the event is being parked for what it raises
            return (recorded.subject,)

    def apply(self, transaction: Transaction, events: Sequence[Recorded], parked: Collection[str]) -> None:
        """Fold the batch in memory and write its rows at once; a row whose fold raises is parked from there on."""
        keyed = [(recorded, key) for recorded in events for key in self.model.keys(recorded)]
        folding = Folding(transaction.connection, self.model, self._table)
        for failed in sorted(folding.fold(self._set_aside(transaction, keyed, parked)), key=lambda failed: failed.key):
            park(transaction.connection, self.name, failed.key, failed.recorded, failed.reason, transaction.now)
        folding.write()

    def retry(self, transaction: Transaction, key: str, events: Sequence[Recorded]) -> None:
        """Fold them onto the row; raises what the fold raises. What could not even be read is of other rows."""
        folding = Folding(transaction.connection, self.model, self._table)
        for recorded in events:
            keys = tuple(self.model.keys(recorded))
            for each in (key,) if key in keys else keys:
                folding.fold_one(recorded, each)
        folding.write()


class ReactionProcessor(Processor):
    """Carries out what a rule says, each command once."""

    appends: ClassVar[bool] = True

    def __init__(self, reaction: Reaction) -> None:
        super().__init__(reaction.name, reaction.sources, reaction.types)
        self.at_head = not reaction.from_the_beginning
        self._reaction = reaction

    @property
    def batch(self) -> int:
        """As ``Processor.batch``: few, as the streams they change are held."""
        return 50

    def prepare(self, connection: sa.Connection) -> None:
        """Make the tables the rule remembers in."""
        alone(connection)
        for table in self._reaction.remembers:
            table.create(connection, checkfirst=True)

    def keys(self, recorded: Recorded) -> tuple[str, ...]:
        """The stream the event came from."""
        return (recorded.stream,)

    def apply(self, transaction: Transaction, events: Sequence[Recorded], parked: Collection[str]) -> None:
        """Decide everything in memory and append once; what is refused is an outcome."""
        react(transaction, [(self, self.kept(transaction, events, parked))])

    def kept(self, transaction: Transaction, events: Sequence[Recorded], parked: Collection[str]) -> list[Recorded]:
        """Those that are not set aside."""
        keyed = ((recorded, recorded.stream) for recorded in events)
        return [recorded for recorded, _ in self._set_aside(transaction, keyed, parked)]

    def retry(self, transaction: Transaction, key: str, events: Sequence[Recorded]) -> None:
        """Carry out what follows from them now; what was done before is not done again."""
        react(transaction, [(self, events)])

    @property
    def memory(self) -> tuple[sa.Table, ...]:
        """The tables that the rule remembers in."""
        return self._reaction.remembers

    def about(self, events: Iterable[Recorded]) -> set[str]:
        """What of its memory they are about; of no other rule's."""
        return {f"{self.name}/{about}" for recorded in events for about in self._reaction.about(recorded)}

    def plan(
        self, transaction: Transaction, events: Sequence[Recorded]
    ) -> Iterator[tuple[CommandKey, ReactionProcessor, Recorded, Then]]:
        """The commands that follow, each with the key that it is done once under."""
        for recorded in events:
            for then in self._reaction.then(recorded, transaction.connection):
                key = CommandKey(caller=self.name, key=command_id(recorded.id, self.name, then.recipient))
                yield key, self, recorded, then

    def remember(self, connection: sa.Connection, recorded: Recorded) -> None:
        """Let the rule remember an event that it has answered once; nothing follows of it."""
        for _ in self._reaction.then(recorded, connection):
            pass

    def carry_out(self, attempt: Attempt, recorded: Recorded, then: Then) -> None:
        """Decide one of them."""
        try:
            events = then.decide(attempt.read(then.decider, then.subject))
        except Refusal as refusal:
            if not isinstance(refusal, _OUTCOMES):
                raise
            REFUSED.labels(self.name, refusal.slug).inc()
            return
        because = Metadata(
            by=self.name,
            correlation_id=recorded.metadata.correlation_id or recorded.id,
            causation_id=recorded.id,
            traceparent=recorded.metadata.traceparent,
        )
        attempt.record(then.decider, then.subject, events, because=because)


def react(transaction: Transaction, concerned: Sequence[tuple[ReactionProcessor, Sequence[Recorded]]]) -> Attempt:
    """Let rules answer events: what all of them say is decided in memory and appended at once. Gives what was read."""
    one_at_a_time(transaction.connection, set().union(*(rule.about(events) for rule, events in concerned)))
    planned = [each for rule, events in concerned for each in rule.plan(transaction, events)]
    streams = {then.stream for _, _, _, then in planned}
    attempt = Attempt(transaction, Request(), absent=streams - transaction.lock(sorted(streams)))
    recovered = [answered_by(rule.name, recorded.id, then.stream) for _, rule, recorded, then in planned]
    taken = transaction.taken([*(key for key, _, _, _ in planned), *recovered])
    done: dict[CommandKey, None] = {}  # as a list would be, but found at once among thousands
    for (key, rule, recorded, then), otherwise in zip(planned, recovered, strict=True):
        if key not in done and taken.isdisjoint((key, otherwise)):
            rule.carry_out(attempt, recorded, then)
            done[key] = None
    if done:
        transaction.append(attempt.append(*done))
    return attempt


class ErasureProcessor(Processor):
    """Destroys keys."""

    def __init__(self, erasure: Erasure, store: Store) -> None:
        super().__init__(erasure.name, erasure.sources, erasure.types)
        self._erasure = erasure
        self._store = store

    def keys(self, recorded: Recorded) -> tuple[str, ...]:
        """The stream the event came from."""
        return (recorded.stream,)

    def apply(self, transaction: Transaction, events: Sequence[Recorded], parked: Collection[str]) -> None:
        """Forget what these events say."""
        for recorded in events:
            for what in self._erasure.forget(recorded):
                if what.person is not None:
                    self._store.erase(what.person, what.scopes, within=transaction)
                self._store.discard(what.streams, within=transaction)

    def retry(self, transaction: Transaction, key: str, events: Sequence[Recorded]) -> None:
        """Forget it now."""
        self.apply(transaction, events, ())


def apply(transaction: Transaction, concerned: Mapping[Processor, Sequence[Recorded]]) -> Attempt | None:
    """Apply to each what concerns it. What rules append is appended once and last: that ends by holding a partition.

    Gives that, if there is any, to be remembered after the commit.
    """
    parked = parked_keys(transaction.connection, [processor.name for processor in concerned])
    rules: list[tuple[ReactionProcessor, Sequence[Recorded]]] = []
    for processor, events in concerned.items():
        if isinstance(processor, ReactionProcessor):
            rules.append((processor, processor.kept(transaction, events, parked[processor.name])))
        else:
            processor.apply(transaction, events, parked[processor.name])
    return react(transaction, rules) if rules else None


def processors(service: Service, store: Store, connection: sa.Connection) -> list[Processor]:
    """All processors of a service: one for each table of a read model that is built or serves, one for each rule."""
    return [
        *(ReadModelProcessor(model, table) for model, table in tables(connection, service.read_models)),
        *(ReactionProcessor(reaction) for reaction in service.reactions),
        *(ErasureProcessor(erasure, store) for erasure in service.erasures),
    ]


def retry(store: Store, processor: Processor, key: str) -> int:
    """Apply what is parked under a key, all of it or nothing; how many events that were.

    Raises what applying them raises: then they stay parked.
    """
    with store.transaction() as transaction:
        events = waiting(transaction.connection, processor.name, key)
        if not events:
            return 0  # and release nothing: it may be parked by now
        processor.retry(transaction, key, events)
        return release(transaction.connection, processor.name, key)


_OUTCOMES = (Invalid, NotAllowed, NotFound, Refused)
"""What a rule's command may be refused with for good; anything else is tried again."""
