"""Publishing to a topic: everything is sent, then everything is asked for what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from chassis.recorded import Recorded
from chassis.settings import Brokers
from chassis.store.protocol import Head
from chassis.transport.kafka.clients import opened, told
from chassis.transport.kafka.messages import to_message
from chassis.transport.kafka.tail import last_after
from chassis.transport.kafka.topics import LARGEST_MESSAGE, Topic, Topics
from chassis.transport.publisher import Published, TopicGone, TopicState

_DURABLE = {
    "acks": "all",
    "enable_idempotence": True,
    "max_block_ms": 5000,
    "delivery_timeout_ms": 30_000,
    "linger_ms": 5,
    "batch_size": 131_072,
    "compression_type": "lz4",
    "max_request_size": LARGEST_MESSAGE,
    "metrics_enabled": False,
}
_ANSWERED = 40.0
"""Seconds after which every event has been acknowledged or given up: the delivery timeout, and some."""


class KafkaPublisher:
    """The topic of a service as a ``Publisher``; one thread publishes, another may close it."""

    def __init__(self, brokers: Brokers, service: str, partitions: int) -> None:
        self._brokers = brokers
        self._service = service
        self._topic = brokers.topic(service)
        self._partitions = partitions
        self._topics: Topics | None = None
        self._producer: KafkaProducer | None = None

    def state(self) -> TopicState:
        """As ``Publisher.state``; a topic with another number of partitions is as good as none."""
        self._topics = topics = self._topics or Topics(self._brokers)
        try:
            topic = self._fitting(topics.describe(self._service))
            return TopicState(id=topic.id, ends=topics.ends(topic))
        except TopicGone:
            self._topics = None  # the next one looks for brokers from the beginning
            topics.close()
            raise

    def after(self, partition: int, offset: int) -> Head | None:
        """As ``Publisher.after``."""
        return last_after(self._brokers, self._service, partition, offset)

    def publish(self, batches: Mapping[int, Sequence[Recorded]]) -> Mapping[int, Published]:
        """As ``Publisher.publish``. After a failure nothing that comes later counts, and the producer is another one.

        Kafka-python may deliver later events of a partition where earlier ones failed: they are sent once more.
        """
        try:
            self._producer = self._producer or opened(KafkaProducer, self._brokers, **_DURABLE)
            published = self._sent(self._producer, batches)
        except (TopicGone, KafkaError) as error:
            published = {partition: Published(failure=told(error)) for partition in batches}
        if any(done.failure for done in published.values()):
            self._let_go()
        return published

    def close(self) -> None:
        """As ``Publisher.close``; what was not acknowledged by now is not waited for."""
        self._let_go()
        if self._topics:
            self._topics.close()
            self._topics = None

    def _fitting(self, topic: Topic | None) -> Topic:
        if topic is None:
            raise TopicGone(f"there is no topic {self._topic}")
        if topic.partitions != self._partitions:
            raise TopicGone(f"topic {topic.name}: {topic.partitions} partitions, the store has {self._partitions}")
        return topic

    def _sent(self, producer: KafkaProducer, batches: Mapping[int, Sequence[Recorded]]) -> Mapping[int, Published]:
        sent: dict[int, list[Any]] = {}
        failures: dict[int, str] = {}
        for partition, events in batches.items():
            sent[partition] = futures = []
            try:
                for recorded in events:
                    key, value, headers = to_message(recorded)
                    futures.append(producer.send(self._topic, value, key, headers, partition))
            except (KafkaError, ValueError) as error:
                failures[partition] = told(error)
                if isinstance(error, KafkaTimeoutError):
                    break  # there is no broker: the others would wait as long
        producer.flush(_ANSWERED)
        return {n: _acknowledged(sent.get(n, []), failures.get(n, "")) for n in batches}

    def _let_go(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(0)
        except KafkaError:  # something is unanswered: it gives up closing, and its thread would wait for that for ever
            producer._sender.force_close()


def _acknowledged(futures: Sequence[Any], failure: str) -> Published:
    """Those before the first that failed."""
    count, offset = 0, -1
    for future in futures:
        if not future.succeeded():
            return Published(count=count, offset=offset, failure=_why(future))
        offset = future.value.offset
        count += 1
    return Published(count=count, offset=offset, failure=failure)


def _why(future: Any) -> str:
    return told(future.exception) if future.exception else "not acknowledged in time"
