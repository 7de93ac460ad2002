"""SQLite: this transaction is the only one that writes, so nothing need be locked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from chassis.processing.databases import upsert

_AT_ONCE = 500


class SqliteBulk:
    """``chassis.processing.bulk.Bulk`` on SQLite."""

    def __init__(self, connection: sa.Connection, table: sa.Table) -> None:
        self._connection = connection
        self._table = table
        (self._key,) = table.primary_key

    def load(self, keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """As ``Bulk.load``."""
        found: dict[str, Mapping[str, Any]] = {}
        for some in _parts(sorted(keys)):
            rows = self._connection.execute(sa.select(self._table).where(self._key.in_(some))).mappings()
            found |= {row[self._key.name]: dict(row) for row in rows}
        return found

    def write(self, rows: Mapping[str, Mapping[str, Any] | None]) -> None:
        """As ``Bulk.write``."""
        if news := [row for row in rows.values() if row is not None]:
            self._connection.execute(upsert(self._connection, self._table, self._key.name), news)
        for some in _parts([key for key, row in rows.items() if row is None]):
            self._connection.execute(sa.delete(self._table).where(self._key.in_(some)))


def _parts(keys: list[str]) -> Iterator[list[str]]:
    """A statement takes only so many values."""
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
