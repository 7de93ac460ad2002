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

    def read(self, partition: int, after: int, limit: int = 500) -> list[Recorded]:
        """The events from position ``after + 1`` on, contiguous, up to ``limit``; [] at the end. Raises SourceGone."""

    def wait(self, after: Mapping[int, int], timeout: float) -> bool:
        """Sleep until there is more in one of these partitions, for ``timeout`` seconds at most. Raises SourceGone."""

    def close(self) -> None:
        """Give back what it holds."""


class OwnStore:
    """A service's own history as a source."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.service = store.service

    def heads(self) -> Mapping[int, Head]:
        """As ``Source.heads``."""
        return self._store.heads()

    def ends(self) -> Mapping[int, int]:
        """As ``Source.ends``."""
        return {partition: head.position for partition, head in self._store.heads().items()}

    def at(self, partition: int, position: int) -> Head | None:
        """As ``Source.at``."""
        found = self._store.at(Position(self.service, partition, position))
        return Head(position=found.position, id=found.id) if found else None

    def read(self, partition: int, after: int, limit: int = 500) -> list[Recorded]:
        """As ``Source.read``."""
        return self._store.read(partition, after, limit)

    def wait(self, after: Mapping[int, int], timeout: float) -> bool:
        """As ``Source.wait``."""
        return self._store.wait(after, timeout)

    def close(self) -> None:
        """The store is closed by whoever opened it."""
