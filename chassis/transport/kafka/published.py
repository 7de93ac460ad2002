"""Reading what lies in a topic, from an event on to where the topic ends now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

from chassis.processing.source import restored
from chassis.recorded import Position, Recorded
from chassis.settings import Brokers
from chassis.store.protocol import Head
from chassis.transport.kafka.lane import Lane
from chassis.transport.kafka.place import Place
from chassis.transport.publisher import TopicGone
from chassis.transport.recovering import TopicLacks

_LIMIT = 500
_SLICE = 0.25
_PATIENCE = 15.0
"""Seconds without any message, where there must be more."""


def published(brokers: Brokers, service: str, partition: int, after: Head) -> Iterator[list[Recorded]]:
    """What a topic has behind this event of the service, in order, without gaps or doubles.

    Raises TopicGone, TopicLacks, and SourceRestored where the topic has another event in its place.
    """
    with closing(Lane(brokers, service)) as lane:
        place = lane.seek(partition, after)
        while place.is_behind:
            lane.poll(_SLICE)
            if place.doubted:
                raise restored(service, partition, place.doubted)
            if time.monotonic() - place.came_at > _PATIENCE:
                raise TopicGone(f"topic {brokers.topic(service)} does not give what it has")
            while events := place.take(after.position, _LIMIT):
                yield events
                after = Head.of(events[-1])
        _must_be_whole(place, Position(service, partition, place.expected))


def _must_be_whole(place: Place, expected: Position) -> None:
    if place.gap:
        raise TopicLacks(expected)
