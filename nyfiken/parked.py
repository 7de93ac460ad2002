"""``nyfiken parked``: what could not be applied: list it, look at it, apply it after the fix, or give it up."""

from __future__ import annotations

import click
import orjson
from rich.table import Table

from chassis.logs import reason_of
from chassis.processing import processor as processing
from chassis.processing.parking import parked, release, waiting
from chassis.service import Service
from chassis.store.protocol import Store
from nyfiken import tables
from nyfiken.stores import Histories, Opened, histories_options


@click.group()
def command() -> None:
    """Look after events that could not be applied.

    An event whose fold or rule fails is set aside with all later ones of the same key (a row of a read model, a
    stream of a reaction), in order, and everything else goes on. Mend the code, start the platform again, retry.

    \b
    nyfiken parked list
    nyfiken parked show idea_board_v1 1f0c...
    nyfiken parked retry idea_board_v1 1f0c...
    nyfiken parked retry idea_board_v1
    """


@command.command(name="list")
@histories_options
def list_(histories: Histories) -> None:
    """List every parked key: whose, why, since when, how many events wait.

    \b
    nyfiken parked list
    nyfiken parked list --data /srv/nyfiken
    """
    table = Table("service", "processor")
    table.add_column("key", no_wrap=True)  # somebody copies it
    for column in ("events", "since", "reason"):
        table.add_column(column)
    with histories.opened() as services:
        for service, store in services:
            with store.reading() as connection:
                for found in parked(connection):
                    since = found.since.isoformat(sep=" ", timespec="seconds")
                    table.add_row(service.name, found.processor, found.key, str(found.events), since, found.reason)
    if table.row_count:
        tables.show(table)
    else:
        click.echo("nothing is parked")


@command.command()
@click.argument("processor")
@click.argument("key")
@histories_options
def show(processor: str, key: str, histories: Histories) -> None:
    """Show the events that wait under KEY of PROCESSOR, as they are published.

    \b
    nyfiken parked show idea_board_v1 1f0c...
    """
    with histories.opened() as services:
        _, store = _owner(services, processor, key)
        with store.transaction() as transaction:
            events = waiting(transaction.connection, processor, key)
    for recorded in events:
        click.echo(f"{recorded.at}  {recorded.stream}@{recorded.version}  {recorded.type}  {recorded.recorded_at}")
        click.echo(orjson.dumps(orjson.loads(recorded.data), option=orjson.OPT_INDENT_2).decode())


@command.command()
@click.argument("processor")
@click.argument("key", required=False)
@histories_options
def retry(processor: str, key: str | None, histories: Histories) -> None:
    """Apply what waits under KEY of PROCESSOR now; without KEY, under all its keys.

    \b
    nyfiken parked retry idea_board_v1 1f0c...
    nyfiken parked retry idea_board_v1
    """
    failed = 0
    with histories.opened() as services:
        service, store = _owner(services, processor, key)
        for one in [key] if key else _keys(store, processor):
            outcome = apply_again(service, store, processor, one)
            failed += outcome is not None
            click.echo(f"{one}: {outcome or 'applied'}")
    if failed:
        raise click.ClickException(f"{failed} still cannot be applied and stay parked")


@command.command()
@click.argument("processor")
@click.argument("key")
@histories_options
@click.confirmation_option(prompt="What waits under this key will never be applied. Give it up?")
def drop(processor: str, key: str, histories: Histories) -> None:
    """Give up what waits under KEY of PROCESSOR: it is never applied there. The history keeps it.

    \b
    nyfiken parked drop idea_board_v1 1f0c...
    nyfiken parked drop idea_board_v1 1f0c... --yes
    """
    with histories.opened() as services:
        _, store = _owner(services, processor, key)
        with store.transaction() as transaction:
            gone = release(transaction.connection, processor, key)
    click.echo(f"{gone} events given up; nyfiken rebuild makes the row anew from the history")


def apply_again(service: Service, store: Store, name: str, key: str) -> str | None:
    """Apply a parked key's events and release it, all or nothing; gives why not, or None."""
    with store.reading() as connection:
        found = {one.name: one for one in processing.processors(service, store, connection)}
    if name not in found:
        return f"no processor is called {name} any more; drop what it has parked"
    try:
        processing.retry(store, found[name], key)
    except Exception as error:  # noqa: BLE001 - whatever a fold or rule raises is the answer
        return reason_of(error)
    return None


def _owner(services: list[Opened], processor: str, key: str | None) -> Opened:
    for service, store in services:
        keys = _keys(store, processor)
        if keys and (key is None or key in keys):
            return service, store
    what = f"{key} of {processor}" if key else f"of {processor}"
    raise click.ClickException(f"nothing is parked under {what}; see: nyfiken parked list")


def _keys(store: Store, processor: str) -> list[str]:
    with store.reading() as connection:
        return [found.key for found in parked(connection) if found.processor == processor]
