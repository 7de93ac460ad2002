"""Rows about Kafka: the relay beside bare producing, a read model of another service beside bare consuming."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from itertools import chain

from benchmarks import bare_kafka
from benchmarks.bench import Bench
from benchmarks.clients import median_of, quietest
from benchmarks.histories import fill, seconds
from benchmarks.ours import SERVICE, Place, tallying
from benchmarks.rows import Row
from benchmarks.servers import Servers
from benchmarks.sizes import Sizes
from chassis.processing.lags import lags
from chassis.processing.source import OwnStore
from chassis.settings import Brokers
from chassis.store.protocol import Store
from chassis.transport.kafka.messages import Message, to_message
from chassis.transport.kafka.publisher import KafkaPublisher
from chassis.transport.kafka.source import KafkaSource
from chassis.transport.kafka.topics import Topics
from chassis.transport.relay import Relay
from chassis.transport.relayed import relayed
from chassis.worker import Worker

_BARE, _READER = "bare", "reader"
_BATCH = 500
_ROUNDS = 3


def over_kafka(bench: Bench) -> Iterator[Row]:
    """All of them."""
    sizes = dataclasses.replace(bench.sizes, rounds=min(_ROUNDS, bench.sizes.rounds))
    bench.say(f"relay and bare producer: {_listed(bare_kafka.PRODUCING)}; no login; one broker, topics with 1 copy")
    bench.say(f"source and bare consumer: {_listed(bare_kafka.CONSUMING)}")
    with bench.servers.place(kafka=True) as place:
        brokers = place.brokers
        store = place.store()
        fill(store, sizes.history)
        with Topics(brokers) as topics:
            for name in (SERVICE, _BARE):
                topics.ensure(name, store.partitions, replication=1, min_insync=1)
            yield _publishing(place, store, topics, sizes)
        yield _reading(bench.servers, brokers, store, sizes)
        store.close()


def _publishing(place: Place, store: Store, topics: Topics, sizes: Sizes) -> Row:
    messages = _messages(store)
    bare = bare_kafka.Producing(place.brokers)
    topic = place.brokers.topic(_BARE)

    def one() -> Mapping[str, float]:
        topics.renew(SERVICE)
        topics.renew(_BARE)
        publisher = KafkaPublisher(place.brokers, SERVICE, store.partitions)
        relay, first = _begun(Relay(store, publisher), store)
        bare.produce(topic, messages[:first])
        sides = {"ours": lambda: _finish(relay), "bare": lambda: bare.produce(topic, messages[first:])}
        rates = {name: (len(messages) - first) / seconds(side) for name, side in sides.items()}
        publisher.close()
        return rates

    found = median_of(quietest(one, sizes))
    bare.close()
    rates = found["ours"], found["bare"]
    return Row.faster("relay", "events/s", *rates, goal=0.7, beside="bare kafka-python", others=found.others)


def _messages(store: Store) -> list[tuple[int, Message]]:
    """What the relay will send, and in the same order: of each partition a batch, again and again."""
    batches: list[list[tuple[int, Message]]] = []
    for partition in range(store.partitions):
        for number, after in enumerate(range(0, store.heads()[partition].position, _BATCH)):
            batches += [[] for _ in range(number + 1 - len(batches))]
            batches[number] += [(partition, to_message(recorded)) for recorded in store.read(partition, after, _BATCH)]
    return list(chain.from_iterable(batches))


def _begun(relay: Relay, store: Store) -> tuple[Relay, int]:
    """The relay, connected: it has published the first batch of each partition; and how many events that were."""
    relay.assign(range(store.partitions))
    relay.step()
    with store.reading() as connection:
        return relay, sum(at.position for at in relayed(connection).values())


def _finish(relay: Relay) -> None:
    while relay.step():
        pass


def _reading(servers: Servers, brokers: Brokers, owner: Store, sizes: Sizes) -> Row:
    """The topic as another service's worker folds it, and as nobody but kafka-python reads it."""
    count = sum(head.position for head in owner.heads().values())
    topic = brokers.topic(SERVICE)

    def one() -> Mapping[str, float]:
        with servers.place(_READER) as place:
            ours = seconds(lambda: _fold(place, brokers, owner))
        bare = seconds(lambda: bare_kafka.consume(brokers, topic, owner.partitions, count))
        return {"ours": count / ours, "bare": count / bare}

    found = median_of(quietest(one, sizes))
    rates = found["ours"], found["bare"]
    beside = "bare consume and decode"
    return Row.faster("Kafka → read model", "events/s", *rates, goal=0.5, beside=beside, others=found.others)


def _fold(place: Place, brokers: Brokers, owner: Store) -> None:
    store = place.store(_READER)
    source = KafkaSource(brokers, OwnStore(owner), brokers.group(_READER))
    Worker(tallying(_READER), store, {SERVICE: source}, "bench").catch_up()
    source.close()
    if left := [lag for lag in lags(tallying(_READER), store, {SERVICE: owner.heads()}) if lag.behind]:
        raise RuntimeError(f"not everything was folded: {left}")
    store.close()


def _listed(options: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in options.items())
