"""The search index of a read model, made once more from its rows: what differs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from chassis.processing.databases import on_postgres
from chassis.processing.read_model import ReadModel
from chassis.processing.registry import serving
from chassis.processing.search import Indexed, create_index, index
from chassis.store.protocol import Store

_MADE = "made_anew"
_ON_POSTGRES = {
    "texts": "SELECT number, key, size FROM {name}_texts",
    "terms": "SELECT term, number, weight FROM {name}_terms",
}
_ON_SQLITE = {"words": "SELECT key, heading, body, parts FROM {name}_words"}


class _Looked(Exception):
    """Ends the transaction, so that nothing of it stays."""


def wrong(store: Store, model: ReadModel[Any], rows: Iterable[Any]) -> set[Any]:
    """What is in the index of the serving table and not in one that is made of these rows, or the other way round."""
    found: set[Any] = set()
    try:
        with store.transaction() as transaction:
            connection = transaction.connection
            create_index(connection, _MADE)
            index(connection, _MADE, [_indexed(model, row) for row in rows])
            found = _content(connection, serving(connection, model).processor) ^ _content(connection, _MADE)
            raise _Looked
    except _Looked:
        return found


def _indexed(model: ReadModel[Any], row: Any) -> Indexed:
    heading, body = (getattr(row, name or "", "") for name in (model.heading, model.search))
    return Indexed(key=getattr(row, model.key_column), heading=heading, body=body)


def _content(connection: sa.Connection, table: str) -> set[Any]:
    queries = _ON_POSTGRES if on_postgres(connection) else _ON_SQLITE
    return {
        (kind, *row) for kind, query in queries.items() for row in connection.exec_driver_sql(query.format(name=table))
    }
