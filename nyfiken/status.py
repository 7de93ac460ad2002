"""``nyfiken status``: stores, relays, checkpoints, read models and what is parked, in one table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby

import click
from rich.table import Table

from chassis.processing.lags import Heads, Lag, heads_of, known_heads, lags
from chassis.store.protocol import Head
from nyfiken.brokers import reached
from nyfiken.publishing import Publishing, publishing
from nyfiken.stores import Histories, histories_options
from nyfiken.tables import show


@click.command()
@click.option("--partitions", "each", is_flag=True, help="A row for each partition, not one for all of them.")
@histories_options
def command(each: bool, histories: Histories) -> None:
    """Show how far everything is.

    One row per store, one per relay, and one per read model, reaction or erasure and source: the position it has
    applied, of how many, what it is behind, and how many keys of it are parked; of several partitions the sums. Reads
    the stores, and of Kafka where the topics end; the platform may be running.

    \b
    nyfiken status
    nyfiken status --data /srv/nyfiken
    nyfiken status --partitions
    """
    with ExitStack() as open_until_done:
        services = open_until_done.enter_context(histories.opened())
        brokers = histories.servers.brokers()
        kafka = open_until_done.enter_context(reached(brokers)) if brokers else None
        relays = [found for _, store in services if (found := publishing(store, kafka))]
        heads = heads_of(store for _, store in services)
        distances = [lag for service, store in services for lag in lags(service, store, known_heads(store) | heads)]
    show(_table(heads, relays, distances, each))


def _table(heads: Heads, relays: Iterable[Publishing], found: Iterable[Lag], each: bool) -> Table:
    table = Table("service", "what", title="Nyfiken")
    for column in ("name", "source"):
        table.add_column(column, overflow="fold")
    for column in ("position", "of", "behind", "parked"):
        table.add_column(column, justify="right")
    table.add_column("state")
    for service, partitions in heads.items():
        for row in _store_rows(service, partitions, each):
            table.add_row(*row)
    for relay in relays:
        for group in _groups(relay.lags, each):
            said = relay.said_of(lag.partition for lag in group)
            table.add_row(*_row(group, said), style="yellow" if relay.topic or _behind(group) else "")
    for group in _groups(found, each):
        style = "red" if group[0].parked else "yellow" if group[0].building or _behind(group) else ""
        table.add_row(*_row(group, _state(group)), style=style)
    return table


def _store_rows(service: str, heads: Mapping[int, Head], each: bool) -> Iterator[tuple[str, ...]]:
    for numbers in ([n] for n in sorted(heads)) if each else [sorted(heads)]:
        position = sum(heads[n].position for n in numbers)
        yield (service, "store", "", _place(service, numbers), str(position), "", "", "", "")


def _groups(found: Iterable[Lag], each: bool) -> Iterator[Sequence[Lag]]:
    """Those of one processor on one source, which follow each other; or each alone."""
    for _, group in groupby(
        found, lambda lag: (lag.service, lag.kind, lag.name, lag.source, lag.partition if each else None)
    ):
        yield list(group)


def _row(group: Sequence[Lag], state: str) -> tuple[str, ...]:
    begun = [lag.position for lag in group if lag.position is not None]
    numbers = (str(sum(begun)) if begun else "-", str(sum(lag.head for lag in group)), str(_behind(group)))
    first = group[0]
    place = _place(first.source, [lag.partition for lag in group])
    return (first.service, first.kind, first.name, place, *numbers, str(first.parked or ""), state)


def _behind(group: Iterable[Lag]) -> int:
    return sum(lag.behind for lag in group)


def _place(service: str, partitions: Sequence[int]) -> str:
    return f"{service}/{partitions[0]}" if len(partitions) == 1 else f"{service}/{partitions[0]}–{partitions[-1]}"


def _state(group: Sequence[Lag]) -> str:
    if any(lag.position is None for lag in group):
        return "not begun"
    if group[0].building:
        return "being built"
    return "serves" if group[0].kind == "read model" else ""
