"""The services and their stores on this machine, for the commands that look after them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import click

from chassis.keys import WrongKeys, load_keys
from chassis.processing.tables import create_tables
from chassis.service import Service
from chassis.store.sqlite import SqliteStore, open_store
from nyfiken.layout import SERVICES

Opened = tuple[Service, SqliteStore]


@contextmanager
def opened(data: Path) -> Iterator[list[Opened]]:
    """Every service with its store in this data folder; says so when there is none."""
    if not any(data.glob("*.sqlite")):
        raise click.ClickException(f"there is no history in {data}; say where it is: --data")
    services: list[Service] = [import_module(f"services.{name}.main").SERVICE for name in SERVICES]
    try:
        master = load_keys(data).master
    except WrongKeys as error:
        raise click.ClickException(str(error)) from None
    stores = [open_store(data, service.name, master) for service in services]
    try:
        for store in stores:
            with store.transaction() as transaction:
                create_tables(transaction.connection)  # the platform may never have got that far
        yield list(zip(services, stores, strict=True))
    finally:
        for store in stores:
            store.close()
