"""``nyfiken compact``: rewrite the database files, so that destroyed data is on no page of them."""

from __future__ import annotations

from pathlib import Path

import click

from nyfiken.layout import data_option
from nyfiken.servers import Servers, servers_options
from nyfiken.stores import opened


@click.command()
@data_option
@servers_options
def command(data: Path, servers: Servers) -> None:
    """Remove what was destroyed from the files themselves.

    Erasing a person or discarding a draft destroys keys at once; this rewrites each database and its log without
    free pages, so that not even the sealed remains are left. The platform may be running; commands
    wait meanwhile, and are answered with 503 where they have waited for five seconds.

    \b
    nyfiken compact
    """
    with opened(data, servers) as services:
        for service, store in services:
            store.compact()
            click.echo(f"{service.name}: rewritten")
