"""The topics: one for each service, with as many partitions as its store, kept for ever and never compacted."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import TracebackType

from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import TopicAlreadyExistsError, for_code
from kafka.protocol.consumer import OffsetSpec

from chassis.settings import Brokers
from chassis.transport.kafka.clients import opened, reaching
from chassis.transport.publisher import TopicGone, WrongTopic

FOR_EVER = -1
LARGEST_MESSAGE = 1_048_576
"""Bytes; an event is at most 256 KiB, and its headers come on top."""
_UNKNOWN_TOPIC = 3
_PATIENCE = 20.0
"""Seconds in which a topic that was deleted goes."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic as it is. ``id`` is another one when it was deleted and made again."""

    name: str
    id: str
    partitions: int
    replication: int
    configs: Mapping[str, str]


class Topics:
    """Looks after topics. Everything raises TopicGone where no broker answers."""

    def __init__(self, brokers: Brokers) -> None:
        self._named = brokers.topic
        self._admin = opened(KafkaAdminClient, brokers)

    def ensure(
        self, service: str, partitions: int, *, replication: int, min_insync: int, retention_ms: int = FOR_EVER
    ) -> list[str]:
        """Make the service's topic if it is missing and check it; gives warnings. Raises WrongTopic."""
        found = self.describe(service)
        if found is None:
            self._create(service, partitions, replication, min_insync, retention_ms)
            found = self.describe(service)
        if found is None:
            raise TopicGone(f"topic {self._named(service)} was made and is not there")
        must_carry(found, partitions)
        return list(_warnings(found, replication, min_insync))

    def describe(self, service: str) -> Topic | None:
        """The service's topic, or None where there is none."""
        name = self._named(service)
        with reaching():
            (found,) = self._admin.describe_topics([name])
            if found["error_code"] == _UNKNOWN_TOPIC:
                return None
            if found["error_code"]:
                raise for_code(found["error_code"])(name)
            asked = ConfigResource(ConfigResourceType.TOPIC, name)
            configs = self._admin.describe_configs([asked], config_filter="all")["topic"][name]
        return Topic(
            name=name,
            id=str(found["topic_id"]),
            partitions=len(found["partitions"]),
            replication=min((len(each["replica_nodes"]) for each in found["partitions"]), default=0),
            configs={key: str(config["value"]) for key, config in configs.items()},
        )

    def ends(self, topic: Topic) -> dict[int, int]:
        """The offset that the next message of each partition gets."""
        wanted = {TopicPartition(topic.name, n): OffsetSpec.LATEST for n in range(topic.partitions)}
        with reaching():
            found = self._admin.list_partition_offsets(wanted)
        return {each.partition: at.offset for each, at in found.items()}

    def renew(self, service: str) -> None:
        """Put an empty topic in place of the service's: the relay publishes everything to it again."""
        old = self.describe(service)
        if old is None:
            raise TopicGone(f"there is no topic {self._named(service)}")
        with reaching():
            self._admin.delete_topics([old.name])
        ends = time.monotonic() + _PATIENCE
        while self.describe(service) is not None:
            if time.monotonic() > ends:
                raise TopicGone(f"topic {old.name} is still being deleted: renew it again later")
            time.sleep(0.1)
        retention, min_insync = (int(old.configs[name]) for name in ("retention.ms", "min.insync.replicas"))
        self._create(service, old.partitions, old.replication, min_insync, retention)

    def close(self) -> None:
        """Close the connections."""
        self._admin.close()

    def __enter__(self) -> Topics:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()

    def _create(self, service: str, partitions: int, replication: int, min_insync: int, retention_ms: int) -> None:
        name = self._named(service)
        configs = {
            "cleanup.policy": "delete",
            "retention.ms": str(retention_ms),
            "retention.bytes": str(FOR_EVER),
            "min.insync.replicas": str(min_insync),
            "max.message.bytes": str(LARGEST_MESSAGE),
        }
        wanted = {"num_partitions": partitions, "replication_factor": replication, "configs": configs}
        with reaching():
            with suppress(TopicAlreadyExistsError):  # somebody else made it just now: it is checked all the same
                self._admin.create_topics({name: wanted})
            self._admin.wait_for_topics([name])


def must_carry(topic: Topic, partitions: int) -> None:
    """Raise WrongTopic for one that would lose or mix up the events of a store with so many partitions."""
    if topic.partitions != partitions:
        raise WrongTopic(
            f"topic {topic.name} has {_counted(topic.partitions)}, the store has {partitions}, and partition n is "
            f"published to partition n: delete the topic, and it is made and published again"
        )
    if "compact" in (policy := topic.configs["cleanup.policy"]):
        raise WrongTopic(
            f"topic {topic.name} has cleanup.policy={policy}, which loses events: set cleanup.policy=delete, then "
            f"run `nyfiken topics renew`"
        )
    if (largest := int(topic.configs["max.message.bytes"])) < LARGEST_MESSAGE:
        raise WrongTopic(
            f"topic {topic.name} has max.message.bytes={largest}, and an event may need {LARGEST_MESSAGE}: set that"
        )


def _warnings(topic: Topic, replication: int, min_insync: int) -> Iterator[str]:
    for name in ("retention.ms", "retention.bytes"):
        if (kept := int(topic.configs[name])) != FOR_EVER:
            yield (
                f"topic {topic.name} has {name}={kept}: whoever comes later reads what is gone from the feed, "
                f"which is slower; set {name}=-1 to keep all"
            )
    if topic.replication < replication:
        yield f"topic {topic.name} keeps {topic.replication} of {replication} copies that are wanted of each event"
    if (found := int(topic.configs["min.insync.replicas"])) < min_insync:
        yield f"topic {topic.name} has min.insync.replicas={found}, {min_insync} are wanted"


def _counted(partitions: int) -> str:
    return f"{partitions} partition" if partitions == 1 else f"{partitions} partitions"
