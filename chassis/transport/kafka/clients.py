"""Clients of kafka-python, as all of ours are made: patient for seconds, not for minutes, and they leave nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from kafka.errors import ClusterAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError
from kafka.net.compat import KafkaNetClient

from chassis.settings import Brokers
from chassis.transport.publisher import MayNot, TopicGone

# It would tell of every attempt to reach a broker, several a second and as an error; whoever uses a client says once
# that there is none, and why.
logging.getLogger("kafka").setLevel(logging.CRITICAL)

C = TypeVar("C")
_PATIENT = {
    "bootstrap_timeout_ms": 3000,
    "request_timeout_ms": 10_000,
    "reconnect_backoff_max_ms": 1000,  # after half a minute of silence a broker is found within a second
    "retry_backoff_ms": 100,
}


def opened(kind: Callable[..., C], brokers: Brokers, **options: Any) -> C:
    """A consumer, producer or admin client; raises TopicGone where no broker answers."""
    begun: list[KafkaNetClient] = []

    def begin(**configured: Any) -> KafkaNetClient:
        client = KafkaNetClient(**configured)
        # kafka-python 3.0.12 takes the option of this name and does not pass it on: asking for a topic that is not
        # there would make it, with one partition, on brokers that allow that.
        client.cluster.config["allow_auto_create_topics"] = False
        begun.append(client)
        return client

    try:
        return kind(**_PATIENT | brokers.options() | options, kafka_client=begin)
    except BaseException as error:
        for client in begun:
            client.close()  # it would leave a thread and its connections behind
        if isinstance(error, KafkaError | OSError):
            raise TopicGone(told(error)) from error
        raise


def told(error: BaseException) -> str:
    """What a client says went wrong, in one short line."""
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__


@contextmanager
def reaching() -> Iterator[None]:
    """What a client raises inside is a TopicGone, or MayNot."""
    try:
        yield
    except (TopicAuthorizationFailedError, ClusterAuthorizationFailedError) as error:
        raise MayNot(told(error)) from error
    except (KafkaError, OSError) as error:
        raise TopicGone(told(error)) from error
