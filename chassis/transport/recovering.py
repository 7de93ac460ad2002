"""Recovering: a store that was restored to an older moment takes back from its topic what it has lost since.

What it takes back is what was published: the events as they were. What nobody else was ever told is gone: personal
values, the answers kept under callers' idempotency keys, and events that had not been published yet.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from chassis.processing.reaction import answered_by
from chassis.recorded import Position, Recorded
from chassis.store.protocol import CommandKey, Head, Store
from chassis.transport.publisher import TopicState
from chassis.transport.relayed import Relayed, begin, move
from contracts.event import personal_fields

Published = Callable[[int, Head], Iterator[Sequence[Recorded]]]
"""What a topic has of a partition behind an event, in order and without gaps."""


class TopicLacks(Exception):
    """The topic does not have an event, but later ones."""

    def __init__(self, missing: Position) -> None:
        super().__init__(f"{missing} is not in the topic, which has later ones")


def lacking(store: Store, published: Published) -> Iterator[Sequence[Recorded]]:
    """What a topic has beyond the store, partition by partition, as the store had it.

    Raises what ``published`` raises, and what ``Recorded.event`` raises of what a newer release has recorded.
    """
    for partition, head in store.heads().items():
        for events in published(partition, head):
            yield [as_it_was(recorded) for recorded in events]


def take_back(store: Store, events: Sequence[Recorded], rules: Collection[str]) -> None:
    """Events that come next in the store; what a rule has answered with them is not answered again.

    Raises as ``Store.restore``.
    """
    store.restore(events, list(_answered(events, rules)))


def go_on_behind(store: Store, partitions: Iterable[int], state: TopicState) -> None:
    """Of these partitions the topic has everything: the relay need not publish it once more."""
    heads: Mapping[int, Head] = store.heads()
    with store.transaction() as transaction:
        for partition in partitions:
            old, head = begin(transaction.connection, partition), heads[partition]
            offset = state.ends[partition] - 1
            new = Relayed(position=head.position, event_id=head.id, topic_id=state.id, topic_offset=offset)
            move(transaction.connection, partition, old, new)


def until(
    published: Published, ends: Mapping[int, int], moment: datetime, show: Callable[[int, int], None]
) -> Mapping[int, Head]:
    """The last event of each partition of a topic that was recorded by then. ``show`` is told how far it has read."""
    last = dict.fromkeys(ends, Head())
    for partition in ends:
        before = sum(end for n, end in ends.items() if n < partition)
        for events in published(partition, Head()):
            found = [recorded for recorded in events if recorded.recorded_at <= moment]
            last[partition] = Head.of(found[-1]) if found else last[partition]
            show(before + events[-1].position, sum(ends.values()))
            if len(found) < len(events):
                break
    return last


def as_it_was(recorded: Recorded) -> Recorded:
    """Whether it had personal values, what was published does not tell; one that may have had some counts as if."""
    return dataclasses.replace(recorded, sealed=bool(personal_fields(type(recorded.event))), _event=None)


def _answered(events: Iterable[Recorded], rules: Collection[str]) -> Iterator[CommandKey]:
    for recorded in events:
        by, because = recorded.metadata.by, recorded.metadata.causation_id
        if by and because and by in rules:
            yield answered_by(by, because, recorded.stream)
