"""``nyfiken prune``: drop the tables of read models that nobody asks any more."""

from __future__ import annotations

import click

from chassis.processing.registry import prune
from nyfiken.stores import Histories, histories_options


@click.command()
@histories_options
def command(histories: Histories) -> None:
    """Drop the tables that a rebuild or a newer version has replaced.

    They are kept until then, because a web process of the version before may still read them. The platform may be
    running, when all of its processes are of today's version.

    \b
    nyfiken prune
    """
    with histories.opened() as services:
        for service, store in services:
            with store.transaction() as transaction:
                dropped = prune(transaction.connection, service.read_models)
            click.echo(f"{service.name}: {', '.join(dropped) or 'nothing to drop'}")
