"""What an event store promises; ``chassis.testing.store_suite`` holds every adapter to it.

* Positions are gapless within a partition and become visible in order.
* An append is all or nothing, and a command's idempotency key is part of it.
* What a reader has seen never changes and never goes away.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from chassis.recorded import Metadata, Position, Recorded
from contracts.event import Scope, Sealed, value


class WrongStore(Exception):
    """The database is not one that this program can work on; says which it is, why, and what to do."""


class WrongPartitions(WrongStore):
    """The database was created with another number of partitions, which can never change."""


class VersionConflict(Exception):
    """A stream is not at the version that was expected; read it again."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.stream = stream


class HistoryDiffers(Exception):
    """Events that are to be taken back do not follow upon what the store has; says where."""


class KeyTaken(Exception):
    """The idempotency key was used before; ``answer`` is what was answered then."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("the idempotency key was used before")
        self.answer = answer


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event about to be recorded."""

    id: str
    event: object
    metadata: Metadata
    occurred_at: datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a stream gets: ``events`` after ``expected``, the version that was read (0: it must not exist)."""

    stream: str
    expected: int
    events: Sequence[NewEvent]


@value
class Answer:
    """What a command was answered with, kept under its idempotency key; ``versions`` of all that it read."""

    status: int = 200
    ids: Mapping[str, str] = dataclasses.field(default_factory=dict)
    versions: Mapping[str, int] = dataclasses.field(default_factory=dict)
    positions: tuple[str, ...] = ()
    body_hash: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CommandKey:
    """An idempotency key of one caller, and a keyed hash of the body it came with."""

    caller: str
    key: str
    body_hash: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """Everything one command records, at once or not at all."""

    changes: Sequence[Change] = ()
    unchanged: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """Streams that must still be at this version, though nothing is added to them."""
    keys: Sequence[CommandKey] = ()
    """One keeps what was answered; of several, each keeps the status alone."""
    status: int = 200
    ids: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last event of a partition; position 0 and no id where there is none."""

    position: int = 0
    id: str = ""

    @classmethod
    def of(cls, recorded: Recorded) -> Head:
        """This event."""
        return cls(position=recorded.position, id=recorded.id)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A folded state, kept so that a command need not read its whole stream."""

    version: int
    fingerprint: str
    state: bytes


History = tuple[Snapshot | None, list[Any]]
"""A state that was kept, and the events since: oldest first, brought to today's versions."""


class Streams(Protocol):
    """What a decision reads: inside a transaction or outside."""

    def read_stream(self, stream: str, after: int = 0, *, until: datetime | None = None) -> list[Recorded]:
        """The stream's events with a version above ``after``, oldest first; ``until``: recorded no later than that."""

    def histories(self, known: Mapping[str, int], fingerprint: str) -> Mapping[str, History]:
        """What is to be folded of each of these streams: its events after the version that is ``known``.

        Of one of which nothing is known (0), its snapshot of this fingerprint if it has one, and the events after
        that. They come without what surrounds them, which no decision looks at.
        """

    def answered(self, caller: str, key: str) -> Answer | None:
        """What was answered under this idempotency key."""


class Transaction(Streams, Protocol):
    """One transaction of the store's database: appends, checkpoints and read-model rows together."""

    @property
    def connection(self) -> Connection:
        """For rows of read models and of the chassis' own tables."""

    @property
    def now(self) -> datetime:
        """The database's clock."""

    def lock(self, streams: Iterable[str]) -> frozenset[str]:
        """Keep others from changing these streams until the transaction ends; in a fixed order, before reading.

        Gives those that are there; that another is not there yet is part of what an append expects of it.
        """

    def taken(self, keys: Collection[CommandKey]) -> frozenset[CommandKey]:
        """Those of these keys that were used before."""

    def append(self, what: Append) -> Answer:
        """As ``Store.append``, within this transaction."""


class Store(Streams, Protocol):
    """The append-only history of one service, and the database it lies in."""

    @property
    def service(self) -> str:
        """Whose history this is."""

    @property
    def partitions(self) -> int:
        """How many partitions; fixed when the database was created."""

    def append(self, what: Append) -> Answer:
        """Record all of it, durably, in one transaction.

        Raises VersionConflict, KeyTaken, Invalid (an event above 256 KiB), Unavailable (the database is not there,
        full or read-only). On any of them nothing was recorded.
        """

    def restore(self, events: Sequence[Recorded], done: Collection[CommandKey] = ()) -> None:
        """Take back events that this history once had, as they were: same positions, ids, versions and moments.

        They are of one partition and come next in it; all of them are taken back, or none. Of a ``sealed`` one the
        personal values are not known any more: they read as those whose key was destroyed. ``done`` are commands that
        count as carried out, as those of rules are that these events came of. Raises HistoryDiffers, Unavailable.
        """

    def read(self, partition: int, after: int, limit: int = 500) -> list[Recorded]:
        """Up to ``limit`` events of a partition with positions above ``after``, in order and without gaps."""

    def at(self, position: Position) -> Recorded | None:
        """The event at a position, or None."""

    def heads(self) -> dict[int, Head]:
        """The last event of each partition."""

    def save_snapshot(self, stream: str, snapshot: Snapshot) -> None:
        """Keep a snapshot unless a later one is there. Losing it costs time only."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A write transaction: committed at the end of the block, rolled back by an exception."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for queries: one consistent view of the database, without blocking a writer."""

    def open(self, sealed: Iterable[Sealed]) -> dict[Sealed, Any]:
        """The personal values behind these references; those whose key is destroyed are missing."""

    def erase(self, person: str, scopes: Iterable[Scope], *, within: Transaction | None = None) -> None:
        """Destroy these keys of a person for ever, leaving a tombstone."""

    def discard(self, streams: Iterable[str], *, within: Transaction | None = None) -> None:
        """Destroy the keys of every sealed event of these streams."""

    def wait(self, after: Mapping[int, int], timeout: float) -> Mapping[int, Head] | None:
        """Sleep until one of these partitions is beyond its position; the heads then, or None after ``timeout`` s."""

    def close(self) -> None:
        """Give back connections and descriptors."""
