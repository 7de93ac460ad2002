"""Pulling from a topic: what its service's feed would tell somebody, without asking the service.

Only services read topics: whoever does this has their rights, and what is left out is left out here. What may be told
of an event depends on what happened later to the same thing, so all of the topic is read first, into a store that is
removed afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from chassis.command import Caller
from chassis.disclosure import or_withheld
from chassis.processing.source import following
from chassis.recorded import Recorded
from chassis.service import Disclose
from chassis.store.protocol import Head, Store
from history.columns import Told

ANALYST = Caller(person_id="analyst", roles={"analyst": None})
SERVICE = Caller(person_id="history", roles={"service": None})
"""Who is told all of it."""
_TOGETHER = 5_000
"""Events that are put into the store at once."""
Published = Callable[[int, Head], Iterator[list[Recorded]]]
"""What a topic has of a partition behind an event."""


class Topic:
    """``history.pull.Origin`` over a topic; ``store`` is empty, and holds for a while what was read to tell a caller.

    Its methods raise what ``published`` raises.
    """

    def __init__(self, store: Store, disclose: Disclose, published: Published, caller: Caller = ANALYST) -> None:
        self.service = store.service
        self._store = store
        self._disclose = disclose
        self._published = published
        self._caller = caller

    def heads(self, after: Mapping[int, Head] | None = None, wait: float = 0) -> dict[int, Head]:
        """The last event of every partition in the topic now; ``wait`` seconds later if none is beyond ``after``.

        A look makes a consumer for each partition, so there are two at most.
        """
        heads = self._read_on()
        if wait and not any(heads[n].position > last.position for n, last in (after or {}).items()):
            time.sleep(wait)
            heads = self._read_on()
        return heads

    def page(self, partition: int, after: Head, limit: int, wait: float = 0) -> list[Told]:
        """What follows this event, as the caller is told it. Raises SourceRestored where there is another event."""
        found = following(self._store, partition, after, limit)
        return or_withheld(found, self._disclose(found, self._caller, self._store))

    def _read_on(self) -> dict[int, Head]:
        for partition, head in self._store.heads().items():
            waiting: list[Recorded] = []
            for events in self._published(partition, head):
                waiting += events
                if len(waiting) >= _TOGETHER:
                    self._store.restore(waiting)
                    waiting = []
            if waiting:
                self._store.restore(waiting)
        return dict(self._store.heads())
