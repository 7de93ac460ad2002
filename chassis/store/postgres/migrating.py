"""Bringing a database to what this release works on: from nothing, or from an older one, under load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from chassis.store.postgres import meta, migrations
from chassis.store.postgres.addresses import place_of, placed
from chassis.store.postgres.failures import told
from chassis.store.protocol import WrongPartitions

_LOCK = 0x4E5946494B454E
"""The advisory lock that one migration at a time holds: "NYFIKEN" in ASCII."""
_PATIENCE = "5s"
"""What a step waits for a table that others use: whoever comes after it, appends too, waits behind it."""
_STEPS = "SELECT name, value FROM meta WHERE name IN ('schema', 'oldest')"
_FIXED = "INSERT INTO meta VALUES ('service', %(service)s), ('master', %(master)s), ('partitions', %(partitions)s)"


def migrate(address: str, service: str, *, master_key: bytes, partitions: int | None = None, default: int = 8) -> int:
    """Take every step that a service's database has not taken yet, and fix what never changes; gives how many.

    ``partitions`` are made if the database is new (``default`` if None), and must be those it has otherwise. Others who
    do the same at this moment are waited for. What a newer release has brought further is left as it is, where this
    one can work on that. Raises WrongStore (too new for this release, another number of partitions) and Unavailable.
    """
    with told(place_of(address)), placed(address), _alone(address) as connection:
        before, oldest = _reached(connection)
        meta.must_not_be_too_new(before, oldest, service)
        if before < meta.SCHEMA:
            command.upgrade(_steps(connection), "head")
        _fix(connection, service, master_key, partitions, default)
        return _reached(connection)[0] - before


def _steps(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "chassis.store.postgres:migrations")
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(migrations.FOLDERS))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _alone(address: str) -> Iterator[sa.Connection]:
    """A connection that no other migration of this database has at the same time."""
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address), poolclass=sa.NullPool)
    try:
        with engine.connect() as connection, connection.begin():
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
            yield connection
    finally:
        engine.dispose()


def _reached(connection: sa.Connection) -> tuple[int, int]:
    """The step that it is at, and the oldest that a release must know to work on it."""
    if not sa.inspect(connection).has_table("meta"):
        return 0, 0
    kept = {row.name: int(row.value) for row in connection.exec_driver_sql(_STEPS)}
    return kept["schema"], kept["oldest"]


def _fix(connection: sa.Connection, service: str, master_key: bytes, partitions: int | None, default: int) -> None:
    kept = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'partitions'").scalar()
    if kept is None:
        number = partitions or default
        fixed = {"service": service, "master": meta.mark_of(master_key), "partitions": str(number)}
        connection.exec_driver_sql(_FIXED, fixed)
        connection.exec_driver_sql("INSERT INTO partitions SELECT generate_series(0, %(last)s)", {"last": number - 1})
    elif partitions is not None and int(kept) != partitions:
        raise WrongPartitions(f"the database of {service} was created with {kept} partitions, not {partitions}")
