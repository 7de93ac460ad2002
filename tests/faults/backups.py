"""Backups of one database, and what an operator does with them."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from chassis.store.postgres.addresses import name_of
from tests.servers.postgres import programs


def dump(address: str, file: Path) -> None:
    """A backup of a database, as a whole and of one moment."""
    _run("pg_dump", f"--file={file}", address)


@contextlib.contextmanager
def restored(server: str, address: str, file: Path) -> Iterator[str]:
    """The address of a new database with what was kept in a file; at the end it takes the place of the old one."""
    name = name_of(address)
    new = f"{name}_restored"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {new} TEMPLATE template0")
        beside = urlsplit(address)._replace(path=f"/{new}").geturl()
        _run("psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={file}", beside)
        yield beside
        with closed(connection, name):
            connection.execute(f"DROP DATABASE IF EXISTS {name}_lost")
            connection.execute(f"ALTER DATABASE {name} RENAME TO {name}_lost")
            connection.execute(f"ALTER DATABASE {new} RENAME TO {name}")


@contextlib.contextmanager
def closed(server: psycopg.Connection, database: str) -> Iterator[None]:
    """Nobody is in a database, and nobody gets in."""
    server.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    server.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (database,))
    try:
        yield
    finally:
        server.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")


def _run(program: str, *arguments: str) -> None:
    ran = subprocess.run([programs() / program, *arguments], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
