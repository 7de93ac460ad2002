"""The services' databases on a PostgreSQL: made where they are missing, and brought to what this release works on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing, contextmanager

import click
import psycopg
from psycopg import errors, sql
from sqlalchemy.exc import DBAPIError

from chassis.errors import Unavailable
from chassis.logs import reason_of
from chassis.store.postgres import PostgresStore
from chassis.store.postgres.addresses import host_of, place_of
from chassis.store.postgres.failures import said
from chassis.store.postgres.migrating import migrate
from chassis.store.protocol import WrongStore

_LOCK = 0x4E5946494B454E
"""The advisory lock under which one process at a time makes databases on a server: "NYFIKEN" in ASCII."""
_PATIENCE = 5
"""Seconds in which a server must answer."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A service's database as it is now, and what was done to it: whether it was made, how many steps were taken."""

    place: str
    made: bool
    steps: int
    partitions: int

    def __str__(self) -> str:
        """In one line."""
        done = ["made"] if self.made else []
        done += [_counted(self.steps, "step") + " taken" if self.steps else "nothing to do"]
        return f"database {self.place}: {', '.join([*done, _counted(self.partitions, 'partition')])}"


def make_missing(server: str, name: str) -> bool:
    """Make the database of this name unless it is there; whether it was made. ``server`` is the address of another.

    Others who do the same at this moment are waited for. Raises ClickException.
    """
    with telling(server), psycopg.connect(server, autocommit=True, connect_timeout=_PATIENCE) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            return False
        try:
            connection.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
            )
        except errors.InsufficientPrivilege:
            who = connection.info.user
            raise click.ClickException(
                f"PostgreSQL at {host_of(server)}: {who} may not make the database {name}; let it (ALTER ROLE {who} "
                f"CREATEDB), or make it (CREATE DATABASE {name} OWNER {who})"
            ) from None
        except errors.DuplicateDatabase:
            return False  # somebody made it just now, under the lock of another database
    return True


def bring_up(address: str, service: str, master_key: bytes, *, made: bool, partitions: int | None = None) -> Ready:
    """Take every step that the database has not taken, and see that this service may work on it.

    Raises ClickException.
    """
    with telling(address):
        psycopg.connect(address, connect_timeout=_PATIENCE).close()  # asked first: it says best what is wrong
        steps = migrate(address, service, master_key=master_key, partitions=partitions)
    found = partitions_in(address, service, master_key)
    return Ready(place=place_of(address), made=made, steps=steps, partitions=found)


def partitions_in(address: str, service: str, master_key: bytes) -> int:
    """How many partitions this database of the service has. Raises ClickException."""
    with telling(address), closing(PostgresStore(address, service, master_key=master_key, connections=1)) as store:
        return store.partitions


@contextmanager
def telling(address: str) -> Iterator[None]:
    """What goes wrong inside is told in one line, with the place and what to do."""
    try:
        yield
    except WrongStore as error:
        raise click.ClickException(str(error)) from None
    except (Unavailable, DBAPIError, psycopg.Error) as error:
        raise click.ClickException(f"database {place_of(address)}: {reason(error)}") from None


def reason(error: BaseException) -> str:
    """What a server or the way to it said, in one line, and what to do where that is known."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, Unavailable) and isinstance(cause.__cause__, psycopg.Error | DBAPIError):
        return reason(cause.__cause__)
    if not isinstance(cause, psycopg.Error):
        return reason_of(error)
    if isinstance(cause, errors.InsufficientPrivilege):
        return f"{said(cause)}; make the role that enters it its owner"
    if isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None:
        return f"{said(cause)}; see that it runs and that the address is right; a new one needs: nyfiken migrate"
    return said(cause)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
