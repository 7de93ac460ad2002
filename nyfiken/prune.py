"""``nyfiken prune``: drop the tables of read models that nobody asks any more."""

from __future__ import annotations

from pathlib import Path

import click

from chassis.processing.registry import prune
from nyfiken.layout import data_option
from nyfiken.servers import Servers, servers_options
from nyfiken.stores import opened


@click.command()
@data_option
@servers_options
def command(data: Path, servers: Servers) -> None:
    """Drop the tables that a rebuild or a newer version has replaced.

    They are kept until then, because a web process of the version before may still read them. The platform may be
    running, when all of its processes are of today's version.

    \b
    nyfiken prune
    """
    with opened(data, servers) as services:
        for service, store in services:
            with store.transaction() as transaction:
                dropped = prune(transaction.connection, service.read_models)
            click.echo(f"{service.name}: {', '.join(dropped) or 'nothing to drop'}")
