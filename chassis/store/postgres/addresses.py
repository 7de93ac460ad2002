"""Addresses of databases, in words that hold no password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import conninfo

from chassis.store.protocol import WrongStore

UNREADABLE = (
    "this is no address that PostgreSQL can read: write what is special in a name or password as %XX, the / as %2F"
)


def name_of(address: str) -> str:
    """The name of the database. Raises WrongStore."""
    return str(_parts(address).get("dbname", ""))


def host_of(address: str) -> str:
    """The server: ``db.example.org:5432``. Raises WrongStore."""
    parts = _parts(address)
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}"


def place_of(address: str) -> str:
    """Where a database is: ``ideas on db.example.org:5432``. Raises WrongStore."""
    return f"{name_of(address)} on {host_of(address)}"


@contextmanager
def placed(address: str) -> Iterator[None]:
    """What is wrong with a database is said with where it is."""
    try:
        yield
    except WrongStore as error:
        raise type(error)(f"database {place_of(address)}: {error}") from None


def _parts(address: str) -> dict[str, object]:
    try:
        return dict(conninfo.conninfo_to_dict(address))
    except psycopg.ProgrammingError:  # its words may hold the password
        raise WrongStore(UNREADABLE) from None
