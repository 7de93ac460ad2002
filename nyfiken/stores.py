"""The services and their stores on this machine, for the commands that look after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

from chassis.service import Service
from chassis.store.sqlite import SqliteStore
from nyfiken.layout import SERVICES

Opened = tuple[Service, SqliteStore]
F = TypeVar("F", bound=Callable[..., Any])


def data_option(function: F) -> F:
    """The option that says which data folder."""
    kind = click.Path(path_type=Path)
    return click.option("--data", type=kind, default=Path("data"), show_default=True, help="Data folder.")(function)


@contextmanager
def opened(data: Path) -> Iterator[list[Opened]]:
    """Every service with its store in this data folder."""
    services: list[Service] = [import_module(f"services.{name}.main").SERVICE for name in SERVICES]
    stores = [SqliteStore(data / f"{s.name}.sqlite", s.name, master_key=bytes(32)) for s in services]
    try:
        yield list(zip(services, stores, strict=True))
    finally:
        for store in stores:
            store.close()
