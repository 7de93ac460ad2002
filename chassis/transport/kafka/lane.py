"""A lane: one consumer that reads a topic along, each partition from where it was sought.

Offsets need not be remembered: a topic is published from position 1 on without gaps, so position p lies at offset p - 1
or behind it, by as much as there are duplicates and foreign messages before. Should the log end before that offset, it
is being published anew: its end is the place to wait.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import LogTruncationError, OffsetOutOfRangeError

from chassis.logs import reason_of
from chassis.settings import Brokers
from chassis.store.protocol import Head
from chassis.transport.kafka.clients import opened
from chassis.transport.kafka.place import Place
from chassis.transport.publisher import TopicGone

log = structlog.get_logger("kafka")
_MAX_WAIT = "fetch_max_wait_ms"
_OPTIONS = {
    "group_id": None,
    "enable_auto_commit": False,
    "auto_offset_reset": "none",
    "bootstrap_timeout_ms": 1000,
    _MAX_WAIT: 100,
    "max_poll_records": 500,
    "max_partition_fetch_bytes": 262_144,  # about as much as is kept ahead; a larger message comes all the same
    "check_crcs": True,
    "metrics_enabled": False,
}
_CALM_MS = 500
"""Milliseconds that the broker keeps a fetch that it has nothing for, while nothing else is asked for."""
_CALM_AFTER = 1.0
"""Seconds after a partition was asked for, or was left: until then others may follow, and wait for the fetch before."""
_ASKING_MS = 1500
_JUST_NOW = 0.002
"""Seconds in which it is not asked again whether something has come: a step of a reader asks for each partition."""


class Lane:
    """The partitions that one consumer reads; used by one thread. Raises TopicGone where no broker answers."""

    def __init__(self, brokers: Brokers, service: str) -> None:
        self._service = service
        self._topic = brokers.topic(service)
        self._places: dict[int, Place] = {}
        self._consumer = opened(KafkaConsumer, brokers, **_OPTIONS)
        self.opened_at = time.monotonic()
        self._polled_at = 0.0
        self._assigned_at = self.opened_at

    @property
    def places(self) -> Mapping[int, Place]:
        """Partition → where it is read."""
        return self._places

    def seek(self, partition: int, after: Head) -> Place:
        """Read a partition from this event on, to see that it is there, and what follows it. Raises TopicGone."""
        wanted = TopicPartition(self._topic, partition)
        try:
            begin = self._consumer.beginning_offsets([wanted], _ASKING_MS)[wanted]
            end = self._consumer.end_offsets([wanted], _ASKING_MS)[wanted]
            place = Place(self._service, partition, after, max(begin, min(after.position - 1, end)), end)
            self._places[partition] = place
            self._assign()
            self._consumer.seek(wanted, place.offset)
        except Exception as error:  # it may raise anything of its own where a topic goes or comes meanwhile
            raise TopicGone(f"{self._topic}: {reason_of(error)}") from error
        return place

    def poll(self, seconds: float) -> None:
        """Receive what has come, waiting up to so many seconds for the first. Raises TopicGone; then it is no good."""
        if not seconds and time.monotonic() - self._polled_at < _JUST_NOW:
            return
        try:
            self._assign()
            self._be_calm()
            came = self._consumer.poll(int(seconds * 1000))
        except (OffsetOutOfRangeError, LogTruncationError) as error:
            log.warning("topic-changed", topic=self._topic, reason=type(error).__name__)
            self.leave(list(self._places))  # it was made anew or cut short: every partition is sought once more
        except Exception as error:  # whatever it is, a new consumer begins without it
            raise TopicGone(f"{self._topic}: {reason_of(error)}") from error
        else:
            self._polled_at = time.monotonic()
            for each, messages in came.items():
                self._places[each.partition].receive(messages)

    def leave(self, partitions: Iterable[int]) -> None:
        """Read these no longer; from the next poll on they are not asked for."""
        for partition in partitions:
            del self._places[partition]

    def close(self) -> None:
        """Close the connections."""
        with suppress(Exception):  # of a consumer that is no good nothing is expected
            self._consumer.close()

    def _assign(self) -> None:
        """Ask for no more of what the reader has yet to take.

        That is not left to ``pause``: kafka-python 3.0.12 keeps what it has of a partition when that is paused, and
        may never give it when it is resumed (Fetcher.fetched_records asks whether its last records *are None* where
        they are *read to their end*).
        """
        places = {TopicPartition(self._topic, n): place for n, place in self._places.items()}
        held = self._consumer.assignment()
        wanted = {each for each, place in places.items() if not (place.is_full if each in held else place.is_half_full)}
        if wanted != held:
            self._assigned_at = time.monotonic()
            self._consumer.assign(list(wanted))
            for each in wanted - held:
                self._consumer.seek(each, places[each].offset)

    def _be_calm(self) -> None:
        """Ask less often where nothing comes: that is most of what a platform costs that nobody uses.

        A partition that is sought is asked for when the fetch before has ended, so that must be soon as long as others
        may follow. kafka-python 3.0.12 takes this time once, when it is made, and has no other way to be told.
        """
        is_calm = time.monotonic() - self._assigned_at > _CALM_AFTER
        self._consumer._fetcher.config[_MAX_WAIT] = _CALM_MS if is_calm else _OPTIONS[_MAX_WAIT]
