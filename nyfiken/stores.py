"""The services and their stores, files or databases, for the commands that look after them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path

import click

from chassis.errors import Unavailable
from chassis.processing.tables import create_tables
from chassis.service import Service
from chassis.store.postgres import PostgresStore
from chassis.store.sqlite import SqliteStore, open_store
from nyfiken.databases import reason, telling
from nyfiken.keys import platform_keys
from nyfiken.layout import SERVICES
from nyfiken.servers import Servers

AnyStore = SqliteStore | PostgresStore
Opened = tuple[Service, AnyStore]
_CONNECTIONS = 2
"""What a command needs at most at the same time."""


@contextmanager
def opened(data: Path, servers: Servers) -> Iterator[list[Opened]]:
    """Every service with its store; says so when there is none. Raises ClickException."""
    if not has_history(data, servers):
        raise click.ClickException(f"there is no history in {data}; say where it is: --data, or --postgres")
    services: list[Service] = [import_module(f"services.{name}.main").SERVICE for name in SERVICES]
    master = platform_keys(data, may_make=False).master
    with ExitStack() as opening:
        stores = [opening.enter_context(opened_one(service.name, data, servers, master)) for service in services]
        for store in stores:
            with store.transaction() as transaction:
                create_tables(transaction.connection)  # the platform may never have got that far
        try:
            yield list(zip(services, stores, strict=True))
        except Unavailable as error:
            raise click.ClickException(f"a store is not available: {reason(error)}") from None


@contextmanager
def opened_one(service: str, data: Path, servers: Servers, master_key: bytes) -> Iterator[AnyStore]:
    """The store of a service, a file if no database is said. Raises ClickException."""
    database = servers.database(service)
    store: AnyStore
    if database is None:
        store = open_store(data, service, master_key)
    else:
        store = PostgresStore(database.address, service, master_key=master_key, connections=_CONNECTIONS)
    try:
        if database is not None:
            with telling(database.address):
                store.heads()  # at the first touch it says whether it is the right one
        yield store
    finally:
        store.close()


def partitions_of(data: Path, servers: Servers, master_key: bytes) -> dict[str, int]:
    """How many partitions the store of each service has. Raises ClickException."""
    found = {}
    for service in SERVICES:
        with opened_one(service, data, servers, master_key) as store:
            found[service] = store.partitions
    return found


def has_history(data: Path, servers: Servers) -> bool:
    """Whether there may be stores to open."""
    return bool(servers.postgres) or any(data.glob("*.sqlite"))
