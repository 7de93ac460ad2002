"""``nyfiken status``: stores, checkpoints, read models and what is parked, in one table."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from chassis.processing.lags import Heads, Lag, heads_of, lags
from nyfiken.layout import data_option
from nyfiken.servers import Servers, servers_options
from nyfiken.stores import opened

_WIDTH = 140
"""Columns where nobody says how many there are: in a file, in a pipe."""


@click.command()
@data_option
@servers_options
def command(data: Path, servers: Servers) -> None:
    """Show how far everything is.

    One row per store, and one per read model, reaction or erasure and source: the position it has applied, of how
    many, what it is behind, and how many keys of it are parked. Reads the data folder; the platform may be running.

    \b
    nyfiken status
    nyfiken status --data /srv/nyfiken
    """
    with opened(data, servers) as services:
        heads = heads_of(store for _, store in services)
        found = [lag for service, store in services for lag in lags(service, store, heads)]
    console = Console()
    Console(width=None if console.is_terminal else _WIDTH).print(_table(heads, found))


def _table(heads: Heads, found: Iterable[Lag]) -> Table:
    table = Table("service", "what", title="Nyfiken")
    for column in ("name", "source"):
        table.add_column(column, overflow="fold")
    for column in ("position", "of", "behind", "parked"):
        table.add_column(column, justify="right")
    table.add_column("state")
    for service, partitions in heads.items():
        for partition, head in sorted(partitions.items()):
            table.add_row(service, "store", "", f"{service}/{partition}", f"{head.position}", "", "", "", "")
    for lag in found:
        table.add_row(*_row(lag), style="red" if lag.parked else "yellow" if lag.building or lag.behind else "")
    return table


def _row(lag: Lag) -> tuple[str, ...]:
    position = "-" if lag.position is None else str(lag.position)
    place = f"{lag.source}/{lag.partition}"
    numbers = (position, str(lag.head), str(lag.behind), str(lag.parked or ""))
    return (lag.service, lag.kind, lag.name, place, *numbers, _state(lag))


def _state(lag: Lag) -> str:
    if lag.position is None:
        return "not begun"
    if lag.building:
        return "being built"
    return "serves" if lag.kind == "read model" else ""
