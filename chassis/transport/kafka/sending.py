"""Events on their way to a topic: all of them are sent, and then each is asked for what became of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from chassis.recorded import Recorded
from chassis.transport.kafka.clients import told
from chassis.transport.kafka.messages import to_message
from chassis.transport.publisher import Published

_ANSWERED = 40.0
"""Seconds after which every event has been acknowledged or given up: the delivery timeout, and some."""


class Sending:
    """What was sent at once, of several partitions."""

    def __init__(self, producer: KafkaProducer, topic: str, batches: Mapping[int, Sequence[Recorded]]) -> None:
        self.producer = producer
        self._topic = topic
        self._sent: dict[int, list[Any]] = {partition: [] for partition in batches}
        self._failures = dict.fromkeys(batches, "not sent")
        for partition, events in batches.items():
            try:
                self._send(partition, events)
                del self._failures[partition]
            except (KafkaError, ValueError) as error:
                self._failures[partition] = told(error)
                if isinstance(error, KafkaTimeoutError):
                    break  # there is no broker: the others would wait as long

    def wait(self, *, is_newest: bool) -> Mapping[int, Published]:
        """What became of it, by partition; the newest is hurried, as nothing follows to fill its last messages up."""
        ends = time.monotonic() + _ANSWERED
        if is_newest:
            with suppress(KafkaError):
                self.producer.flush(_ANSWERED)
        for last in [futures[-1] for futures in self._sent.values() if futures]:
            with suppress(KafkaError):  # the last event of a partition is answered last
                last.get(max(0.0, ends - time.monotonic()))
        return {n: _acknowledged(futures, self._failures.get(n, "")) for n, futures in self._sent.items()}

    def _send(self, partition: int, events: Sequence[Recorded]) -> None:
        send, sent = self.producer.send, self._sent[partition]
        for recorded in events:
            key, value, headers = to_message(recorded)
            sent.append(send(self._topic, value, key, headers, partition))


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
