"""How far everything is: the heads of the stores, and each processor's distance from them."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from chassis.processing.checkpoints import checkpoints
from chassis.processing.heads import noted
from chassis.processing.parking import parked
from chassis.processing.processor import Processor, ReactionProcessor, ReadModelProcessor, processors
from chassis.service import Service
from chassis.store.protocol import Head, Store

Heads = Mapping[str, Mapping[int, Head]]
"""Service → partition → last event."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """One processor on one partition of one source. ``position`` is None where it has not begun."""

    service: str
    kind: str
    name: str
    source: str
    partition: int
    position: int | None
    head: int
    parked: int
    building: bool

    @property
    def behind(self) -> int:
        """How many events it has yet to apply."""
        return max(0, self.head - (self.position or 0))


def heads_of(stores: Iterable[Store]) -> dict[str, Mapping[int, Head]]:
    """The last event of every partition of every store."""
    return {store.service: store.heads() for store in stores}


def known_heads(store: Store) -> dict[str, Mapping[int, Head]]:
    """The own heads, and those of the others as the worker saw them last."""
    with store.reading() as connection:
        others = noted(connection)
    return {**others, store.service: store.heads()}


def lags(service: Service, store: Store, heads: Heads) -> list[Lag]:
    """How far every processor of a service is, on each partition of its sources whose heads are known."""
    with store.reading() as connection:
        waiting = Counter(found.processor for found in parked(connection))
        found = processors(service, store, connection)
        reached = {p.name: checkpoints(connection, p.name) for p in found}
    return [
        Lag(
            service=service.name,
            kind=_kind(processor),
            name=processor.name,
            source=source,
            partition=partition,
            position=at.position if (at := reached[processor.name].get((source, partition))) else None,
            head=head.position,
            parked=waiting[processor.name],
            building=isinstance(processor, ReadModelProcessor) and not processor.serving,
        )
        for processor in found
        for source, partition, head in _places(processor, heads)
    ]


def _places(processor: Processor, heads: Heads) -> Iterator[tuple[str, int, Head]]:
    for source in processor.sources:
        for partition, head in sorted(heads.get(source, {}).items()):
            yield source, partition, head


def _kind(processor: Processor) -> str:
    if isinstance(processor, ReadModelProcessor):
        return "read model"
    return "reaction" if isinstance(processor, ReactionProcessor) else "erasure"
