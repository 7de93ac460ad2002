"""Publishing to a topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kafka import KafkaProducer
from kafka.errors import KafkaError

from chassis.recorded import Recorded
from chassis.settings import Brokers
from chassis.store.protocol import Head
from chassis.transport.kafka.clients import opened, told
from chassis.transport.kafka.sending import Sending
from chassis.transport.kafka.tail import last_after
from chassis.transport.kafka.topics import LARGEST_MESSAGE, Topic, Topics, must_carry
from chassis.transport.publisher import Outcome, Published, TopicGone, TopicState, WrongTopic

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


class KafkaPublisher:
    """The topic of a service as a ``Publisher``; one thread publishes, another may close it."""

    def __init__(self, brokers: Brokers, service: str, partitions: int) -> None:
        self._brokers = brokers
        self._service = service
        self._topic = brokers.topic(service)
        self._partitions = partitions
        self._topics: Topics | None = None
        self._producer: KafkaProducer | None = None
        self._newest: Sending | None = None

    def state(self) -> TopicState:
        """As ``Publisher.state``; a topic that cannot carry the events is as good as none."""
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

    def publish(self, batches: Mapping[int, Sequence[Recorded]]) -> Outcome:
        """As ``Publisher.publish``. After a failure nothing that comes later counts, and the producer is another one.

        Kafka-python may deliver later events of a partition where earlier ones failed: they are sent once more.
        """
        try:
            self._producer = self._producer or opened(KafkaProducer, self._brokers, **_DURABLE)
            self._newest = sending = Sending(self._producer, self._topic, batches)
        except (TopicGone, KafkaError) as error:
            failed = {partition: Published(failure=told(error)) for partition in batches}
            return lambda: failed
        return lambda: self._outcome(sending)

    def close(self) -> None:
        """As ``Publisher.close``; what was not acknowledged by now is not waited for."""
        self._let_go()
        if self._topics:
            self._topics.close()
            self._topics = None

    def _fitting(self, topic: Topic | None) -> Topic:
        if topic is None:
            raise WrongTopic(f"there is no topic {self._topic}: nyfiken topics makes it")
        must_carry(topic, self._partitions)
        return topic

    def _outcome(self, sending: Sending) -> Mapping[int, Published]:
        published = sending.wait(is_newest=sending is self._newest)
        if any(done.failure for done in published.values()) and sending.producer is self._producer:
            self._let_go()
        return published

    def _let_go(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(0)
        except KafkaError:  # something is unanswered: it gives up closing, and its thread would wait for that for ever
            producer._sender.force_close()
