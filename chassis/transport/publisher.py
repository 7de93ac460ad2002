"""What the relay needs of a topic: to know it, to look at what lies in it, and to publish to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from chassis.recorded import Recorded
from chassis.store.protocol import Head


class TopicGone(Exception):
    """The topic cannot be reached now, or is not there; it is tried again."""


class MayNot(TopicGone):
    """Kafka does not let this user do what was asked."""


class WrongTopic(TopicGone):
    """The topic is not there, or cannot carry the service's events; says which, what is needed and what to do."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    """Which topic it is, and the offset that each partition's next message gets."""

    id: str
    ends: Mapping[int, int]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How many of a batch, from its beginning, the topic has acknowledged, the offset of the last, and what failed."""

    count: int = 0
    offset: int = -1
    failure: str = ""


Outcome = Callable[[], Mapping[int, Published]]
"""Waits for what becomes of everything that was sent at once, partition by partition."""


class Publisher(Protocol):
    """A topic to publish to."""

    def state(self) -> TopicState:
        """The topic as it is now. Raises TopicGone."""

    def after(self, partition: int, offset: int) -> Head | None:
        """The event furthest on of those that lie behind this offset. Raises TopicGone."""

    def publish(self, batches: Mapping[int, Sequence[Recorded]]) -> Outcome:
        """Send these events of these partitions; more may be sent before anybody waits for the outcome."""

    def close(self) -> None:
        """Give back what it holds."""
