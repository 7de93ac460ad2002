"""The servers that are measured on: a PostgreSQL and a Kafka of their own, started when they are first needed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import psycopg

from benchmarks.ours import SERVICE, Place
from chassis.keys import load_keys
from chassis.store.postgres.migrating import migrate
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres, new_database

_LISTED = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "shared_buffers")


class Servers:
    """What is needed is started, with its own defaults where they matter; all of it is removed at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Servers:
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    @cached_property
    def postgres(self) -> Postgres:
        """The PostgreSQL."""
        return self._running.enter_context(Postgres())

    @cached_property
    def kafka(self) -> Kafka:
        """The Kafka."""
        return self._running.enter_context(Kafka())

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The address of an empty database."""
        with new_database(self.postgres.dsn) as address:
            yield address

    @contextlib.contextmanager
    def place(self, service: str = SERVICE, *, kafka: bool = False) -> Iterator[Place]:
        """A migrated database of a service, with the partitions that it would have in use; and Kafka."""
        data = self._folder / service
        data.mkdir(mode=0o700, exist_ok=True)
        with self.database() as address:
            migrate(address, service, master_key=load_keys(data).master)
            yield Place(data=data, postgres=address, kafka=self.kafka.bootstrap_servers if kafka else "")


def settings_of(connection: psycopg.Connection[object]) -> str:
    """What a client's own connection says of how safely it works."""
    shown = [f"{name} {_setting(connection, name)}" for name in _LISTED]
    methods = connection.execute("SELECT string_agg(DISTINCT auth_method, ', ') AS how FROM pg_hba_file_rules")
    return ", ".join((*shown, f"login by {_only(methods.fetchone())}"))


def _setting(connection: psycopg.Connection[object], name: str) -> object:
    return _only(connection.execute("SELECT current_setting(%s) AS value", (name,)).fetchone())


def _only(row: object) -> object:
    """The one value of a row, whichever way a side has its rows given."""
    (value,) = row.values() if isinstance(row, dict) else row  # type: ignore[misc]
    return value
