"""Stores for tests that are to hold on every kind of them: one SQLite file, or a PostgreSQL database of its own.

A migrated database is made once for each service and copied for each test, which takes a tenth of the time.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from chassis.store.postgres import PostgresStore
from chassis.store.postgres.migrating import migrate
from chassis.store.protocol import Store
from chassis.store.sqlite import SqliteStore

MASTER = bytes(32)
Opener = Callable[..., Store]
"""Opens a store, the same one each time; picklable. Takes ``clock``."""


def sqlite_store(path: Path, service: str) -> Opener:
    """Opens a service's store in this file."""
    return partial(SqliteStore, path, service, master_key=MASTER)


def postgres_store(address: str, service: str) -> Opener:
    """Opens a service's store in the database at this address, which has been migrated for it."""
    return partial(PostgresStore, address, service, master_key=MASTER)


class Databases:
    """Migrated databases on one server, each a copy of one that is made when it is first asked for."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._models: dict[tuple[str, int], str] = {}

    @contextlib.contextmanager
    def migrated(self, service: str, partitions: int = 8) -> Iterator[str]:
        """The address of a new database of this service; dropped at the end, whoever uses it."""
        name = f"test_{secrets.token_hex(6)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {self._model(service, partitions)}")
        try:
            yield self._address(name)
        finally:
            self._say(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Drop what was copied."""
        for model in self._models.values():
            self._say(f"DROP DATABASE {model} WITH (FORCE)")

    def _model(self, service: str, partitions: int) -> str:
        kind = (service, partitions)
        if kind not in self._models:
            name = f"model_{secrets.token_hex(6)}"
            self._say(f"CREATE DATABASE {name}")
            self._models[kind] = name
            migrate(self._address(name), service, master_key=MASTER, partitions=partitions)
        return self._models[kind]

    def _address(self, name: str) -> str:
        return urlsplit(self._server)._replace(path=f"/{name}").geturl()

    def _say(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def databases(postgres_server) -> Iterator[Databases]:
    """Migrated databases for the tests of a folder; its conftest imports this."""
    kept = Databases(postgres_server.dsn)
    yield kept
    kept.close()
