"""``nyfiken migrate``: bring the services' databases to what this release works on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from chassis.store.postgres.addresses import name_of
from nyfiken.databases import Ready, bring_up, make_missing
from nyfiken.key_files import platform_keys
from nyfiken.layout import SERVICES, data_option
from nyfiken.servers import Servers, database_option, servers_options


@click.command()
@click.argument("services", nargs=-1, type=click.Choice(SERVICES), metavar="[SERVICE]...")
@database_option
@click.option("--partitions", type=click.IntRange(1, 1024), help="Of a new database, for ever; 8 if it is not said.")
@data_option
@servers_options
def command(
    services: tuple[str, ...], database: str | None, partitions: int | None, data: Path, servers: Servers
) -> None:
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
    if database and len(services) != 1:
        raise click.UsageError("--database is that of one service: name it")
    if not (database or servers.postgres):
        raise click.UsageError("say which PostgreSQL: --postgres or NYFIKEN_POSTGRES; SQLite files need no migration")
    master = platform_keys(data).master
    if database:
        click.echo(str(bring_up(database, services[0], master, made=False, partitions=partitions)))
        return
    for ready in migrated(servers, services or SERVICES, master, partitions):
        click.echo(str(ready))


def migrated(
    servers: Servers, services: Sequence[str], master_key: bytes, partitions: int | None = None
) -> Iterator[Ready]:
    """The services' databases, if they have any, one after the other as they are ready. Raises ClickException."""
    for service in services:
        if servers.postgres and (database := servers.database(service)):
            made = make_missing(servers.postgres, name_of(database.address))
            yield bring_up(database.address, service, master_key, made=made, partitions=partitions)
