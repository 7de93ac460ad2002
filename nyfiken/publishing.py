"""How far the relays are, and where the topics that they publish to end."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from chassis.processing.lags import Lag
from chassis.store.protocol import Store
from chassis.transport.relayed import relayed
from nyfiken.brokers import Kafka


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """How far a relay is on each partition, and the offset that ends each in its topic, or what the topic is."""

    lags: Sequence[Lag]
    ends: Mapping[int, int] = dataclasses.field(default_factory=dict)
    topic: str = ""

    def said_of(self, partitions: Iterable[int]) -> str:
        """What is to be said of where these are published to."""
        return f"topic ends at {sum(self.ends[n] for n in partitions)}" if self.ends else self.topic


def publishing(store: Store, kafka: Kafka | None) -> Publishing | None:
    """How far the relay of a store is; None where none has begun and there is no Kafka."""
    with store.reading() as connection:
        reached = relayed(connection)
    if not reached and kafka is None:
        return None
    lags = [
        Lag(
            service=store.service,
            kind="relay",
            name=kafka.brokers.topic(store.service) if kafka else "",
            source=store.service,
            partition=partition,
            position=reached[partition].position if partition in reached else None,
            head=head.position,
            parked=0,
            building=False,
        )
        for partition, head in sorted(store.heads().items())
    ]
    return _with_topic(lags, {at.topic_id for at in reached.values()}, kafka) if kafka else Publishing(lags=lags)


def _with_topic(lags: Sequence[Lag], published_to: set[str], kafka: Kafka) -> Publishing:
    topic = kafka.topics.describe(lags[0].service)
    if topic is None or topic.partitions != len(lags):
        return Publishing(lags=lags, topic="no such topic" if topic is None else "topic with other partitions")
    if published_to - {"", topic.id}:
        return Publishing(lags=lags, topic="another topic")
    return Publishing(lags=lags, ends=kafka.topics.ends(topic))
