"""One message to a broker and back, whichever server it is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient

PATIENCE = 30
"""Seconds."""


def new_topic(client: Mapping[str, str], partitions: int = 1) -> str:
    """The name of a new topic that nobody else uses; ``client`` is what any client of this broker needs."""
    name = f"test-{secrets.token_hex(6)}"
    with KafkaAdminClient(**client) as admin:
        admin.create_topics({name: {"num_partitions": partitions, "replication_factor": 1}})
    return name


def produce(client: Mapping[str, str], topic: str, value: bytes) -> None:
    """Send it, and wait until the broker has it."""
    producer = KafkaProducer(**client, acks="all")
    try:
        producer.send(topic, value).get(timeout=PATIENCE)
    finally:
        producer.close()


def first(client: Mapping[str, str], topic: str) -> bytes:
    """The first message of a topic; StopIteration if none comes."""
    consumer = KafkaConsumer(topic, **client, auto_offset_reset="earliest", consumer_timeout_ms=PATIENCE * 1000)
    try:
        return next(consumer).value
    finally:
        consumer.close()
