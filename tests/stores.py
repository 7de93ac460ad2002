"""Stores for tests that are to hold on every kind of them: one SQLite file, or a PostgreSQL database of its own."""

from __future__ import annotations

import contextlib
import secrets
from collections import defaultdict
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
from chassis.testing.stage import OpenStore

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
    """Migrated databases on one server; one that a test is done with is emptied for the next."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._free: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._made: list[str] = []

    @contextlib.contextmanager
    def migrated(self, service: str, partitions: int = 8) -> Iterator[str]:
        """The address of an empty database of this service; whoever uses it at the end is put out."""
        free = self._free[service, partitions]
        name = free.pop() if free else self._make(service, partitions)
        yield self._address(name)
        self._empty(name)
        free.append(name)

    def close(self) -> None:
        """Drop them all."""
        for name in self._made:
            self._say(self._server, f"DROP DATABASE {name} WITH (FORCE)")

    def _make(self, service: str, partitions: int) -> str:
        name = f"test_{secrets.token_hex(6)}"
        self._say(self._server, f"CREATE DATABASE {name}")
        self._made.append(name)
        migrate(self._address(name), service, master_key=MASTER, partitions=partitions)
        self._say(self._address(name), _MARK)
        return name

    def _empty(self, name: str) -> None:
        self._say(self._server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        self._say(self._address(name), _EMPTY)

    def _address(self, name: str) -> str:
        return urlsplit(self._server)._replace(path=f"/{name}").geturl()

    def _say(self, address: str, statement: str) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)


_EMPTY = """
    DO $$
    DECLARE name text;
    BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            IF name IN ('meta', 'partitions', 'alembic_version') THEN
                CONTINUE;
            ELSIF EXISTS (SELECT FROM pg_description WHERE objoid = name::regclass AND description = 'migrated') THEN
                EXECUTE format('DELETE FROM %I', name);
            ELSE
                EXECUTE format('DROP TABLE %I', name);
            END IF;
        END LOOP;
    END $$
"""
"""What a migration has not made goes; what it has made is left without rows."""
_MARK = """
    DO $$
    DECLARE name text;
    BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('COMMENT ON TABLE %I IS %L', name, 'migrated');
        END LOOP;
    END $$
"""


@pytest.fixture(scope="session")
def databases(postgres_server) -> Iterator[Databases]:
    """Migrated databases, for the tests of a folder whose conftest imports this."""
    kept = Databases(postgres_server.dsn)
    yield kept
    kept.close()


@pytest.fixture(params=["sqlite", "postgres"])
def open_store(request, tmp_path) -> Iterator[OpenStore]:
    """``chassis.testing.stage.OpenStore`` of each kind."""
    with contextlib.ExitStack() as made:

        def opened(service, *, clock=None):
            if request.param == "sqlite":
                opener = sqlite_store(tmp_path / f"{secrets.token_hex(6)}.sqlite", service)
            else:
                databases = request.getfixturevalue("databases")
                opener = postgres_store(made.enter_context(databases.migrated(service)), service)
            return opener(clock=clock)

        yield opened
