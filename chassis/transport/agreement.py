"""Whether store, topic and the relay's checkpoint still belong together."""

from __future__ import annotations

from chassis.recorded import Position
from chassis.store.protocol import Head, Store
from chassis.transport.publisher import Publisher, TopicState
from chassis.transport.relayed import Relayed


def is_published_to(partition: int, at: Relayed, state: TopicState) -> bool:
    """Whether the topic is the one of the checkpoint, and has everything up to it."""
    return at.topic_id == state.id and state.ends[partition] > at.topic_offset


def lost(store: Store, partition: int, last: Head) -> str:
    """Why the store is not the one of which this event was published, or nothing."""
    if last.position == 0:
        return ""
    place = Position(store.service, partition, last.position)
    found = store.at(place)
    if found is not None and found.id == last.id:
        return ""
    return f"{place} was published and is not in the store: was that restored to an older moment?"


def unknown(store: Store, publisher: Publisher, partition: int, at: Relayed, state: TopicState) -> str:
    """Why what lies in the topic behind the checkpoint is not the store's, or nothing.

    Mostly nothing lies there. It does where a relay died before its checkpoint, and where the store and its checkpoint
    come from a backup. Raises TopicGone.
    """
    if state.ends[partition] <= at.topic_offset + 1:
        return ""
    last = publisher.after(partition, at.topic_offset)
    return lost(store, partition, last) if last else ""
