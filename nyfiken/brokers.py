"""The Kafka that events travel by: reached or told why not, its topics made with as many copies as it can keep."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from kafka.admin import KafkaAdminClient

from chassis.settings import Brokers
from chassis.transport.kafka.clients import opened, reaching
from chassis.transport.kafka.topics import FOR_EVER, Topic, Topics
from chassis.transport.publisher import MayNot, TopicGone, WrongTopic

COPIES = 3
"""Of each event, on as many brokers, where there are that many."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Durability:
    """What topics are made with: copies, how many of them must have acknowledged, and milliseconds (-1: for ever)."""

    replication: int
    min_insync: int
    retention_ms: int = FOR_EVER


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen of a topic: whether it was there, made, is missing or refused, and why."""

    name: str
    state: str
    topic: Topic | None = None
    warnings: Sequence[str] = ()
    refused: str = ""


class Kafka:
    """A Kafka that answers, and the services' topics on it."""

    def __init__(self, brokers: Brokers, topics: Topics, size: int) -> None:
        self.brokers = brokers
        self.topics = topics
        self.size = size
        """How many brokers there are."""

    def usual(self, replication: int | None = None, min_insync: int | None = None, retention: int = -1) -> Durability:
        """Three copies of which two must be there for an event to count, or as many as there are brokers."""
        copies = replication or min(COPIES, self.size)
        return Durability(
            replication=copies, min_insync=min_insync or (2 if copies >= COPIES else 1), retention_ms=retention
        )

    def look(self, service: str, partitions: int, wanted: Durability, *, may_make: bool = True) -> Look:
        """Make the service's topic if it is missing, and it may be, and check it."""
        name = self.brokers.topic(service)
        before = self.topics.describe(service)
        if before is None and not may_make:
            return Look(name=name, state="missing", refused=f"topic {name} is missing: nyfiken topics makes it")
        try:
            self._must_have_room(name, before, wanted)
            warnings = self.topics.ensure(service, partitions, **dataclasses.asdict(wanted))
        except WrongTopic as error:
            return Look(name=name, state="refused", topic=before, refused=str(error))
        state = "there" if before else "made"
        return Look(name=name, state=state, topic=self.topics.describe(service), warnings=warnings)

    def _must_have_room(self, name: str, before: Topic | None, wanted: Durability) -> None:
        if before is None and wanted.replication > self.size:
            raise WrongTopic(f"topic {name}: {wanted.replication} copies are wanted of {self.size} brokers")


@contextmanager
def reached(brokers: Brokers) -> Iterator[Kafka]:
    """The Kafka there; what goes wrong inside is told. Raises ClickException."""
    try:
        with Topics(brokers) as topics:
            yield Kafka(brokers, topics, _size(brokers))
    except MayNot as error:
        raise click.ClickException(
            f"Kafka at {brokers.bootstrap_servers}: {error}; let its user do that, or where Strimzi looks after the "
            f"topics, do it with the KafkaTopic: docs/runbooks/relay-stopped.md"
        ) from None
    except TopicGone as error:
        raise click.ClickException(
            f"Kafka at {brokers.bootstrap_servers}: {error}; see that it runs and that the address is right (--kafka, "
            f"NYFIKEN_KAFKA)"
        ) from None


def _size(brokers: Brokers) -> int:
    admin = opened(KafkaAdminClient, brokers)
    try:
        with reaching():
            return len(admin.describe_cluster()["brokers"])
    finally:
        admin.close()
