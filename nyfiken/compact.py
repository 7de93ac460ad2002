"""``nyfiken compact``: rewrite the database files, so that destroyed data is on no page of them."""

from __future__ import annotations

import click

from nyfiken.stores import Histories, histories_options


@click.command()
@histories_options
def command(histories: Histories) -> None:
    """Remove what was destroyed from the files themselves.

    Erasing a person or discarding a draft destroys keys at once; this rewrites each database and its log without
    free pages, so that not even the sealed remains are left. The platform may be running; commands
    wait meanwhile, and are answered with 503 where they have waited for five seconds.

    \b
    nyfiken compact
    """
    with histories.opened() as services:
        for service, store in services:
            store.compact()
            click.echo(f"{service.name}: rewritten")
