"""What must be there before a process of the platform starts: databases, and topics."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click

from nyfiken.brokers import Kafka, reached
from nyfiken.key_files import platform_keys
from nyfiken.migrate import migrated
from nyfiken.servers import Servers
from nyfiken.stores import Histories, partitions_of


def prepare(data: Path, servers: Servers, say: Callable[[str], None]) -> None:
    """Make and check what the platform needs on its servers, and say each in a line. Raises ClickException."""
    brokers = servers.brokers()
    if brokers is None and servers.postgres is None:
        return
    if servers.postgres and any(data.glob("*.sqlite")):
        say(f"the histories in {data} are files and stay there; those in the databases are others")
    master = platform_keys(data).master
    with ExitStack() as open_until_done:
        kafka = open_until_done.enter_context(reached(brokers)) if brokers else None  # before anything is made
        for ready in migrated(Histories(data=data, servers=servers), master):
            say(str(ready))
        if kafka is not None:
            _topics(kafka, data, servers, master, say)


def _topics(kafka: Kafka, data: Path, servers: Servers, master: bytes, say: Callable[[str], None]) -> None:
    for service, partitions in partitions_of(data, servers, master).items():
        look = kafka.look(service, partitions, kafka.usual())
        if look.refused:
            raise click.ClickException(look.refused)
        say(f"topic {look.name} on {kafka.brokers.bootstrap_servers}: {look.state}")
        for warning in look.warnings:
            say(f"  {warning}")
