"""Faults of topics, and of what lies in them."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterable, Iterator
from uuid import uuid4

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from chassis.recorded import Recorded
from chassis.testing.store_suite import raised
from chassis.transport.kafka.messages import from_message, to_message
from chassis.transport.kafka.topics import Topics
from nyfiken.layout import SERVICES
from tests.faults.stage import Stage, turns, until
from tests.kafka_topics import messages

GAPS, FOREIGN = "nyfiken_source_gaps_total", "nyfiken_source_foreign_total"
_LAST = 50
"""Events of a partition that are sent again."""
_AWAY = (0.5, 4.0)
"""Seconds without any topic."""
_HELD = 4.0
"""Seconds that a worker stands still at most: less than its leases last."""


def topic_is_emptied(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """Each is deleted and made again, empty; its relay publishes everything to the new one."""
    renewed = 0
    for _ in turns(seconds / len(SERVICES)):
        for service in chance.sample(SERVICES, len(SERVICES)):
            with Topics(stage.brokers) as topics:
                before = topics.describe(service)
                topics.renew(service)
                now = topics.describe(service)
            assert before.id != now.id, f"the topic of {service} is still {before.id}"
            until(lambda name=service, to=now.id: _is_published_to(stage, name, to), f"{service}: not published to it")
            renewed += 1
    return {"topics emptied": renewed}


def kafka_is_wiped(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """All topics go, and are away for a moment; ``nyfiken topics`` makes them, the relays fill them again."""
    wiped = 0
    for _ in turns(seconds):
        names = [stage.topic(service) for service in SERVICES]
        with KafkaAdminClient(**stage.brokers.options()) as admin:
            admin.delete_topics(names)
        with Topics(stage.brokers) as topics:
            until(lambda topics=topics: not any(map(topics.describe, SERVICES)), "the topics do not go")
            time.sleep(chance.uniform(*_AWAY))
            stage.platform.nyfiken("topics")
            ids = {service: topics.describe(service).id for service in SERVICES}
        for service, id_ in ids.items():
            until(lambda name=service, to=id_: _is_published_to(stage, name, to), f"{service}: not published to it")
        wiped += 1
    return {"times that Kafka was wiped": wiped}


def _is_published_to(stage: Stage, service: str, topic_id: str) -> bool:
    heads = stage.history.stores[service].heads()
    published = stage.history.published(service)
    return all(published[n].topic_id == topic_id for n, head in heads.items() if head.position)


def delivery_is_repeated_and_out_of_order(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """What was published is published again, shuffled; what was not yet is, from its end to its beginning."""
    sent = {"duplicates": 0, "events out of order": 0}
    with _producer(stage) as producer:
        for _ in turns(seconds, least=len(SERVICES)):
            service = chance.choice(SERVICES[:2])  # of these two something happens all the time
            with stage.held(f"{service} worker"):
                waiting = _unpublished(stage, service)
                again = [event for events in _published(stage, service) for event in events[-_LAST:]]
                chance.shuffle(again)
                _send(stage, producer, [*again, *reversed(waiting)])
            sent["duplicates"] += len(again)
            sent["events out of order"] += _out_of_order(stage, service, waiting)
    assert sent["events out of order"], "nothing lies in a topic out of order"
    return sent


def strange_things_are_published(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """Events of a type that nobody knows, messages of others, values that cannot be read: counted, skipped, fetched."""
    before = {name: _counted(stage, name) for name in (GAPS, FOREIGN)}
    sent = {"events of an unknown type": 0, "foreign messages": 0, "broken values": 0}
    with _producer(stage) as producer:
        for _ in turns(seconds, least=len(SERVICES)):
            for service in SERVICES:
                stage.history.stores[service].append(raised(f"counter-{uuid4()}", 0, 1))
                sent["events of an unknown type"] += 1
                sent["foreign messages"] += _send_foreign(stage, producer, service)
            sent["broken values"] += _send_broken(stage, producer, chance.choice(SERVICES[:2]))
    assert sent["broken values"], "no value that comes next was broken"
    foreign = sent["foreign messages"]
    until(lambda: _counted(stage, FOREIGN) - before[FOREIGN] >= foreign, f"fewer than {foreign} foreign counted")
    gaps = _counted(stage, GAPS) - before[GAPS]
    assert gaps > 0, "a value was broken and nothing was fetched for it"
    return sent | {"gaps repaired": int(gaps)}


def _send_foreign(stage: Stage, producer: KafkaProducer, service: str) -> int:
    """One message that is no event, and one event of somebody else, to a partition of this topic."""
    topic, partition = stage.topic(service), 0
    other = [("ce_specversion", b"1.0"), ("ce_source", b"somebody/else"), ("ce_position", b"1")]
    producer.send(topic, b"<html>", partition=partition)
    producer.send(topic, b"{}", headers=other, partition=partition)
    producer.flush()
    return 2


def _send_broken(stage: Stage, producer: KafkaProducer, service: str) -> int:
    """What comes next of each partition, its value cut in the middle, before the relay sends it whole."""
    with stage.held(f"{service} worker"):
        waiting = _unpublished(stage, service)
        _send(stage, producer, waiting, is_whole=False)
    return len(waiting)


def _unpublished(stage: Stage, service: str) -> list[Recorded]:
    """Events that the relay, which is held, has not published; waits until there are some."""
    store, published = stage.history.stores[service], stage.history.published(service)
    ends = time.monotonic() + _HELD
    while True:
        found = [event for n, at in published.items() for event in store.read(n, at.position)]
        if len(found) >= 2 * len(published) or time.monotonic() > ends:
            return found
        time.sleep(0.05)


def _published(stage: Stage, service: str) -> Iterator[list[Recorded]]:
    store = stage.history.stores[service]
    for n, at in stage.history.published(service).items():
        yield store.read(n, max(0, at.position - _LAST), min(at.position, _LAST))


def _out_of_order(stage: Stage, service: str, sent: Iterable[Recorded]) -> int:
    """How many of these lie in the topic, at their first place, behind one that comes after them."""
    ids, count = {event.id for event in sent}, 0
    for n, found in messages(stage.brokers, stage.topic(service)).items():
        furthest, seen = 0, set()
        for event in (from_message(message, service, n) for message in found):
            if isinstance(event, Recorded) and event.id not in seen:
                seen.add(event.id)
                count += event.id in ids and event.position < furthest
                furthest = max(furthest, event.position)
    return count


def _counted(stage: Stage, name: str) -> float:
    return sum(stage.figure(name, service) for service in SERVICES)


def _send(stage: Stage, producer: KafkaProducer, events: Iterable[Recorded], *, is_whole: bool = True) -> None:
    for event in events:
        key, value, headers = to_message(event)
        value = value if is_whole else value[: len(value) // 2]
        producer.send(stage.topic(event.service), value, key, headers, event.partition)
    producer.flush()


@contextlib.contextmanager
def _producer(stage: Stage) -> Iterator[KafkaProducer]:
    producer = KafkaProducer(**stage.brokers.options())
    try:
        yield producer
    finally:
        producer.close()
