"""Where a history is pulled from: the services' feeds, or their topics."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path

import click

from chassis.store.sqlite import SqliteStore
from chassis.transport.feed import Feed
from chassis.transport.kafka.published import published
from history.interpreter import taking_short_turns
from history.pull import Origin
from history.topic import ANALYST, SERVICE, Topic
from nyfiken.brokers import reached
from nyfiken.layout import SERVICES
from nyfiken.servers import Servers


@contextmanager
def feeds(addresses: Mapping[str, str], token: str) -> Iterator[list[Origin]]:
    """Those of the services at these addresses."""
    with ExitStack() as closing, taking_short_turns():
        opened = [Feed(service, url, lambda: token) for service, url in addresses.items()]
        for feed in opened:
            closing.callback(feed.close)
        yield list(opened)


@contextmanager
def topics(kafka: str, prefix: str, whole: bool) -> Iterator[list[Origin]]:
    """The topics of all services. What is read of one lies in a folder that nobody else may read, until the end."""
    brokers = Servers(kafka=kafka, topic_prefix=prefix).brokers()
    assert brokers is not None, "a Kafka was named"  # noqa: S101 - its address is an argument
    with ExitStack() as closing, reached(brokers) as asked:
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="nyfiken-history-"))
        origins: list[Origin] = []
        for service in SERVICES:
            if (topic := asked.topics.describe(service)) is None:
                raise click.ClickException(f"there is no topic {brokers.topic(service)} at {kafka}")
            place = Path(folder) / f"{service}.sqlite"
            store = SqliteStore(place, service, master_key=bytes(32), partitions=topic.partitions)
            closing.callback(store.close)
            disclose = import_module(f"services.{service}.main").SERVICE.disclose
            caller = SERVICE if whole else ANALYST
            origins.append(Topic(store, disclose, partial(published, brokers, service), caller))
        yield origins
