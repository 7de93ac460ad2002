"""``nyfiken migrate``: bring the services' databases to what this release works on."""

from __future__ import annotations

from collections.abc import Iterator

import click

from chassis.store.postgres.addresses import name_of
from nyfiken.databases import Ready, bring_up, make_missing
from nyfiken.key_files import platform_keys
from nyfiken.stores import SOME_OR_ALL, Histories, histories_of


@click.command()
@click.option("--partitions", type=click.IntRange(1, 1024), help="Of a new database, for ever; 8 if it is not said.")
@histories_of(SOME_OR_ALL)
def command(partitions: int | None, histories: Histories) -> None:
    """Bring the databases of the SERVICEs, or of all, to what this release works on.

    On PostgreSQL: makes databases that are missing, takes every step that they have not taken, and says what it did.
    Several may do so at once, and what runs goes on meanwhile. A database that a newer release has brought further is
    left as it is, and refused where this release cannot work on that. The keys in the data folder must be those that
    the database was made with.

    \b
    nyfiken migrate --postgres postgresql://nyfiken:...@127.0.0.1:5432/postgres
    nyfiken migrate ideas --partitions 16
    NYFIKEN_DATABASE=postgresql://ideas:...@db/ideas nyfiken migrate ideas
    """
    servers = histories.servers
    if not (servers.own or servers.postgres):
        raise click.UsageError("say which PostgreSQL: --postgres or NYFIKEN_POSTGRES; SQLite files need no migration")
    for ready in migrated(histories, platform_keys(histories.data).master, partitions):
        click.echo(str(ready))


def migrated(histories: Histories, master_key: bytes, partitions: int | None = None) -> Iterator[Ready]:
    """The services' databases, if they have any, one after the other as they are ready. Raises ClickException.

    One that is named itself must be there; others are made.
    """
    servers = histories.servers
    for service in histories.services:
        if (database := servers.database(service)) is None:
            continue
        named = servers.own is not None or servers.postgres is None
        made = not named and make_missing(servers.postgres or "", name_of(database.address))
        yield bring_up(database.address, service, master_key, made=made, partitions=partitions)
