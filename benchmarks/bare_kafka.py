"""What kafka-python does by itself: produce messages made beforehand, consume them and decode what they say."""

from __future__ import annotations

from collections.abc import Sequence

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from chassis.settings import Brokers
from chassis.transport.kafka.clients import opened
from chassis.transport.kafka.lane import _OPTIONS
from chassis.transport.kafka.messages import Message
from chassis.transport.kafka.publisher import _DURABLE
from contracts.event import decode

PRODUCING = {name: value for name, value in _DURABLE.items() if name != "metrics_enabled"}
CONSUMING = {name: _OPTIONS[name] for name in ("fetch_max_wait_ms", "max_poll_records", "check_crcs")}


class Producing:
    """A producer with the relay's settings."""

    def __init__(self, brokers: Brokers) -> None:
        self._producer = opened(KafkaProducer, brokers, **_DURABLE)

    def produce(self, topic: str, messages: Sequence[tuple[int, Message]]) -> None:
        """Send all of them to their partitions, and see what became of each."""
        futures = [
            self._producer.send(topic, message.value, message.key, message.headers, partition)
            for partition, message in messages
        ]
        self._producer.flush()
        assert all(future.succeeded() for future in futures), "not everything was acknowledged"

    def close(self) -> None:
        """Close the connections."""
        self._producer.close()


def consume(brokers: Brokers, topic: str, partitions: int, count: int) -> None:
    """Read so many messages from the beginning of a topic, and decode the event in each."""
    consumer = opened(KafkaConsumer, brokers, **_OPTIONS)
    consumer.assign([TopicPartition(topic, partition) for partition in range(partitions)])
    consumer.seek_to_beginning()
    left = count
    while left > 0:
        for messages in consumer.poll(1000).values():
            left -= len(messages)
            for message in messages:
                decode(dict(message.headers)["ce_type"].decode(), message.value)
    consumer.close()
