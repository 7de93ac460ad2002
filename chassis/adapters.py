"""By which adapters a process reaches its history and the others': what every ``main.py`` chooses.

Without further settings all of it lies in the data folder (SQLite) and travels over HTTP (feeds). ``NYFIKEN_DATABASE``
puts the history into PostgreSQL, ``NYFIKEN_KAFKA`` lets it travel by Kafka too.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from chassis.errors import Unavailable
from chassis.process import Process
from chassis.processing.source import Source
from chassis.store.protocol import Store, WrongStore

if TYPE_CHECKING:
    from chassis.transport.relay import Relay


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another service that is listened to: its name, where it answers, and what gives a token for it."""

    name: str
    url: str
    token: Callable[[], str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """What opens the store of a service, the sources it reads from and the relay it publishes by, if it does."""

    store: Callable[[Process, str], Store]
    source: Callable[[Process, str, Other], Source]
    relay: Callable[[Process, Store], Relay | None]


def open_store(process: Process, service: str) -> Store:
    """The history of a service. Raises WrongStore; a database that is just away will be reached later."""
    master, database = process.keys.master, process.settings.database
    if database is None:
        return _open_file(process.settings.data, service, master)
    from chassis.store.postgres import PostgresStore

    store = PostgresStore(database.address, service, master_key=master, connections=database.connections)
    with contextlib.suppress(Unavailable):
        store.check()
    return store


def _open_file(data: Path, service: str, master: bytes) -> Store:
    """A file that cannot be opened is not away for a while."""
    from chassis.store.sqlite import open_store

    try:
        return open_store(data, service, master)
    except Unavailable as error:
        raise WrongStore(
            f"the history of {service} cannot be opened: {error.told}; see to the disk and the file"
        ) from None


def open_source(process: Process, service: str, other: Other) -> Source:
    """Another service's history, as ``service`` reads it."""
    from chassis.transport.feed import FeedSource

    feed = FeedSource(other.name, other.url, other.token)
    brokers = process.settings.brokers
    if brokers is None:
        return feed
    from chassis.transport.kafka.source import KafkaSource

    return KafkaSource(brokers, feed, brokers.group(service))


def open_relay(process: Process, store: Store) -> Relay | None:
    """What publishes the history, if events travel by Kafka."""
    brokers = process.settings.brokers
    if brokers is None:
        return None
    from chassis.transport.kafka.publisher import KafkaPublisher
    from chassis.transport.relay import Relay

    return Relay(store, KafkaPublisher(brokers, store.service, store.partitions))


BY_SETTINGS = Adapters(store=open_store, source=open_source, relay=open_relay)
"""What the environment asks for."""
