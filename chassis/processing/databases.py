"""What is said differently to SQLite, where one writes at a time, and to PostgreSQL, where many do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

_LOCK = 0x4E594649
"""The advisory lock of who changes what tables there are: "NYFI" in ASCII."""
_HOLD = """
    SELECT pg_advisory_xact_lock(number) FROM (
        SELECT DISTINCT hashtextextended(name, 0) AS number FROM unnest(%s::text[]) AS name ORDER BY number
    ) AS sorted
"""


def on_postgres(connection: sa.Connection) -> bool:
    """Whether others may write beside this transaction."""
    return connection.dialect.name == "postgresql"


def alone(connection: sa.Connection) -> None:
    """Be the only one here until the transaction ends: IF NOT EXISTS alone fails when two say it at once."""
    if on_postgres(connection):
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def one_at_a_time(connection: sa.Connection, names: Collection[str]) -> None:
    """Hold these names until the transaction ends; all that want several take them in the same order."""
    if names and on_postgres(connection):
        connection.exec_driver_sql(_HOLD, (list(names),))


def insert_new(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows whose keys are not there; who inserts the same at this moment is waited for."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def upsert(connection: sa.Connection, table: sa.Table, *key: str) -> Any:
    """INSERT … ON CONFLICT (key) DO UPDATE of every other column, as this database says it."""
    statement = _insert(connection, table)
    others = {column.name: statement.excluded[column.name] for column in table.c if column.name not in key}
    if not others:
        return statement.on_conflict_do_nothing(index_elements=key)
    return statement.on_conflict_do_update(index_elements=key, set_=others)


def _insert(connection: sa.Connection, table: sa.Table) -> Any:
    return postgresql.insert(table) if on_postgres(connection) else sqlite.insert(table)
