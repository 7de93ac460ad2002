"""Offsets committed in the name of a reader, so that ordinary tools show how far it is. Nothing of ours reads them."""

from __future__ import annotations

import time

import structlog
from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError

from chassis.failpoints import failpoint
from chassis.settings import Brokers
from chassis.transport.kafka.clients import opened, told
from chassis.transport.publisher import TopicGone

log = structlog.get_logger("kafka")
_EVERY = 5.0
_LATER = 60.0
"""Seconds until the next one, and more where no broker was found: a reader waits while one is looked for."""
_OPTIONS = {"enable_auto_commit": False, "bootstrap_timeout_ms": 1000, "metrics_enabled": False}


class Progress:
    """Commits now and then, without waiting for it; that it fails is no harm. A consumer of its own does it: one that
    reads would wait for the group's coordinator before each read."""

    def __init__(self, brokers: Brokers, service: str, group: str) -> None:
        self._brokers = brokers
        self._topic = brokers.topic(service)
        self._group = group
        self._noted: dict[int, tuple[int, int]] = {}
        self._confirmed: dict[int, tuple[int, int]] = {}
        self._due_at = 0.0
        self._consumer: KafkaConsumer | None = None

    def note(self, partition: int, position: int, offset: int) -> None:
        """The reader is done with everything before this offset, where this position lies; the furthest counts."""
        self._noted[partition] = max(self._noted.get(partition, (0, 0)), (position, offset))
        if time.monotonic() >= self._due_at:
            self._due_at = time.monotonic() + _EVERY
            self._commit()

    def close(self) -> None:
        """Close the connections."""
        if self._consumer is not None:
            self._consumer.close()

    def _commit(self) -> None:
        """All that is noted, until that is confirmed; which is heard of when something is committed the next time."""
        if self._noted == self._confirmed:
            return
        noted = dict(self._noted)
        offsets = {TopicPartition(self._topic, n): OffsetAndMetadata(at, "", -1) for n, (_, at) in noted.items()}
        failpoint("offsets-before-commit")
        try:
            self._consumer = self._consumer or opened(KafkaConsumer, self._brokers, group_id=self._group, **_OPTIONS)
            self._consumer.commit_async(offsets, lambda _, answer: self._answered(noted, answer))
        except (TopicGone, KafkaError) as error:
            self._due_at += _LATER
            log.debug("progress-not-committed", group=self._group, reason=told(error))

    def _answered(self, noted: dict[int, tuple[int, int]], answer: object) -> None:
        if isinstance(answer, Exception):
            log.debug("progress-not-committed", group=self._group, reason=told(answer))
        else:
            self._confirmed = noted
