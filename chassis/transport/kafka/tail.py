"""Looking at what lies at the end of a topic."""

from __future__ import annotations

import time

from kafka import KafkaConsumer, TopicPartition

from chassis.recorded import Recorded
from chassis.settings import Brokers
from chassis.store.protocol import Head
from chassis.transport.kafka.clients import opened, reaching
from chassis.transport.kafka.messages import from_message
from chassis.transport.publisher import TopicGone

_LOOK_BACK = 1000
"""Messages; of more, the last are looked at."""
_PATIENCE = 10.0


def last_after(brokers: Brokers, service: str, partition: int, offset: int) -> Head | None:
    """The event of the service furthest on among the last messages behind this offset. Raises TopicGone."""
    consumer = opened(KafkaConsumer, brokers, group_id=None, enable_auto_commit=False, metrics_enabled=False)
    try:
        with reaching():
            return _furthest(consumer, service, TopicPartition(brokers.topic(service), partition), offset)
    finally:
        consumer.close()


def _furthest(consumer: KafkaConsumer, service: str, place: TopicPartition, offset: int) -> Head | None:
    consumer.assign([place])
    end = consumer.end_offsets([place])[place]
    begin = max(offset + 1, end - _LOOK_BACK, consumer.beginning_offsets([place])[place])
    consumer.seek(place, begin)
    furthest, patience_ends = Head(), time.monotonic() + _PATIENCE
    while consumer.position(place) < end:
        for message in consumer.poll(250).get(place, []):
            found = from_message(message, service, place.partition)
            if isinstance(found, Recorded) and found.position > furthest.position:
                furthest = Head(position=found.position, id=found.id)
        if time.monotonic() > patience_ends:
            raise TopicGone(f"topic {place.topic} does not give what it has")
    return furthest if furthest.position else None
