"""If-Position: a query is answered once what it reads has seen these positions.

Seeing is transitive. A read model that folds this service's own events has seen an event of another service when the
reactions to that service have passed it, and what they recorded here is folded too; a reaction to own events may follow
on a reaction, so as many of them are waited for, one after the other, as there are.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import sqlalchemy as sa

from chassis import tracing
from chassis.errors import Malformed, Unavailable
from chassis.metrics import HTTP_NOT_WAITED
from chassis.processing import registry
from chassis.processing.read_model import ReadModel
from chassis.processing.tables import CHECKPOINTS
from chassis.recorded import Position
from chassis.service import Service
from chassis.store.protocol import Store
from chassis.web.runtime import Runtime

LONGEST_WAIT = 2.0
MOST_POSITIONS = 100
_LOOK = 0.01
"""Seconds: the longest a query waits, and from one look to the next."""

Stage = Mapping[str, Sequence[Position]]
"""Processor → the positions that it must have passed."""


def wait_for(header: str | None, models: Sequence[ReadModel[Any]], now: Runtime, route: str) -> None:
    """Wait until a query of these read models (none: of the live history) has seen an If-Position header's positions.

    Raises Malformed, or Unavailable when it takes longer than two seconds or too many wait already.
    """
    if header is None:
        return
    service, store = now.service, now.store
    asked = _known(parse(header), service, store)
    arrived = time.monotonic()
    deadline, since = arrived + LONGEST_WAIT, arrived - _LOOK
    with ExitStack() as stack, tracing.part("wait for positions"):
        may_wait: bool | None = None
        for stage in _stages(service, store, models, asked):
            while not all(now.progress.has_passed(name, passed, since) for name, passed in stage.items()):
                since = time.monotonic()
                if may_wait is None:
                    may_wait = stack.enter_context(now.waiting.place())
                if not may_wait:
                    HTTP_NOT_WAITED.labels(route).inc()
                if not may_wait or now.waiting.ended or time.monotonic() > deadline:
                    raise Unavailable("not-there-yet", retry_after=1)
                time.sleep(_LOOK)


def parse(header: str) -> list[Position]:
    """The positions of a header; Malformed if it is not a list of them."""
    texts = header.split(",")
    try:
        if len(texts) > MOST_POSITIONS:
            raise ValueError(header)
        return [Position.of(text) for text in texts]
    except ValueError:
        raise Malformed("bad-position", field="If-Position") from None


def _known(asked: Iterable[Position], service: Service, store: Store) -> list[Position]:
    """Those of services that this one knows; Malformed for a partition that such a service does not have."""
    known = [at for at in asked if at.service in (service.name, *service.consumes)]
    for at in known:
        partitions = _partitions(service, store, at.service)
        if partitions and at.partition not in partitions:
            raise Malformed("unknown-partition", field="If-Position", service=at.service, partition=at.partition)
    return known


def _partitions(service: Service, store: Store, source: str) -> set[int]:
    """The partitions of a service as far as they are known here; none before its first event was looked for."""
    if source == service.name:
        return set(range(store.partitions))
    query = sa.select(CHECKPOINTS.c.partition).where(CHECKPOINTS.c.source == source).distinct()
    with store.reading() as connection:
        return set(connection.execute(query).scalars())


def _stages(
    service: Service, store: Store, models: Sequence[ReadModel[Any]], asked: Sequence[Position]
) -> Iterator[Stage]:
    """What must be reached, one after the other; what a stage led to here is known once it is reached."""
    own_models = [model for model in models if service.name in model.sources]
    sources = {at.service for at in asked}
    reactions = [reaction for reaction in service.reactions if sources & set(reaction.sources)]
    led_to: list[Position] = []
    if reactions and (own_models or not models):
        yield {reaction.name: _of(reaction.sources, asked) for reaction in reactions}
        led_to = heads(store)
        following = [reaction for reaction in service.reactions if service.name in reaction.sources]
        for _ in following:
            yield {reaction.name: led_to for reaction in following}
            before, led_to = led_to, heads(store)
            if led_to == before:
                break
    if models:
        yield {_processor(store, model): _of(model.sources, [*asked, *led_to]) for model in models}


def _of(sources: Iterable[str], positions: Iterable[Position]) -> list[Position]:
    return [at for at in positions if at.service in sources]


def heads(store: Store) -> list[Position]:
    """The last position of each partition: all that has happened here."""
    return [Position(store.service, partition, head.position) for partition, head in store.heads().items()]


def _processor(store: Store, model: ReadModel[Any]) -> str:
    with store.reading() as connection:
        return registry.serving(connection, model).processor
