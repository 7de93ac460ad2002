"""Where a processor reads from: its own store, a feed, later a topic. All of them give recorded events without gaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from chassis.recorded import Position, Recorded
from chassis.store.protocol import Head, Store


class SourceGone(Exception):
    """The source cannot be reached now; what was read stays valid, and it is tried again."""


class SourceRestored(Exception):
    """The owner's history is not the one that was read: it was restored to an older moment. Somebody must look."""


def following(store: Store, partition: int, after: Head, limit: int) -> list[Recorded]:
    """What a store has behind this event. Raises SourceRestored if it has another in its place, or none."""
    if not after.id:
        return store.read(partition, after.position, limit)
    events = store.read(partition, after.position - 1, limit + 1)
    if not events or events[0].id != after.id:
        raise restored(store.service, partition, after)
    return events[1:]


def restored(service: str, partition: int, after: Head) -> SourceRestored:
    """What is to be told of a history that does not have this event."""
    return SourceRestored(f"{Position(service, partition, after.position)} is not the event that was applied")


class Source(Protocol):
    """Recorded events of one service, per partition; ``chassis.testing.transport_suite`` holds every one to it."""

    @property
    def service(self) -> str:
        """Whose history it is."""

    def heads(self) -> Mapping[int, Head]:
        """The last event of every partition, of which there are as many as the owner has. Raises SourceGone."""

    def ends(self) -> Mapping[int, int]:
        """The last position of every partition, where that saves reading them all; {} elsewhere. Raises SourceGone."""

    def at(self, partition: int, position: int) -> Head | None:
        """The owner's own event at this position, whatever was delivered earlier. Raises SourceGone."""

    def read(self, partition: int, after: Head, limit: int = 500) -> list[Recorded]:
        """The events behind this one, contiguous, up to ``limit``; [] at the end. Raises SourceGone.

        Raises SourceRestored where the owner gives them and has another event there, or none. An ``after`` without id
        is not compared.
        """

    def wait(self, after: Mapping[int, Head], timeout: float) -> bool:
        """Sleep until there is more in one of these partitions, for ``timeout`` seconds at most.

        Raises SourceGone, and SourceRestored as ``read``.
        """

    def close(self) -> None:
        """Give back what it holds."""


class OwnStore:
    """A service's own history as a source."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: Mapping[int, Head] | None = None
        """The heads that a wait has just ended with."""
        self.service = store.service

    def heads(self) -> Mapping[int, Head]:
        """As ``Source.heads``."""
        return self._store.heads()

    def ends(self) -> Mapping[int, int]:
        """As ``Source.ends``."""
        heads, self._seen = self._seen or self._store.heads(), None
        return {partition: head.position for partition, head in heads.items()}

    def at(self, partition: int, position: int) -> Head | None:
        """As ``Source.at``."""
        found = self._store.at(Position(self.service, partition, position))
        return Head.of(found) if found else None

    def read(self, partition: int, after: Head, limit: int = 500) -> list[Recorded]:
        """As ``Source.read``."""
        return following(self._store, partition, after, limit)

    def wait(self, after: Mapping[int, Head], timeout: float) -> bool:
        """As ``Source.wait``."""
        self._seen = self._store.wait({partition: last.position for partition, last in after.items()}, timeout)
        return self._seen is not None

    def close(self) -> None:
        """The store is closed by whoever opened it."""
