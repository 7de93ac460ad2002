"""Many rows of a table at once, by their keys: read to be changed, and written, as each database does it best."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

import sqlalchemy as sa

from chassis.processing.bulk.postgres import PostgresBulk
from chassis.processing.bulk.sqlite import SqliteBulk
from chassis.processing.databases import on_postgres

Values = Mapping[str, Any]
"""Of a row, by column."""


class Bulk(Protocol):
    """The rows of one table, within one transaction."""

    def load(self, keys: Collection[str]) -> Mapping[str, Values]:
        """Those of these rows that are there. Nobody else changes or makes any of them until the transaction ends."""

    def write(self, rows: Mapping[str, Values | None]) -> None:
        """Let these rows be so from now on, None: not there. All were loaded before; once in a transaction."""


def bulk(connection: sa.Connection, table: sa.Table) -> Bulk:
    """The rows of a table; its key is one column of text."""
    return PostgresBulk(connection, table) if on_postgres(connection) else SqliteBulk(connection, table)
