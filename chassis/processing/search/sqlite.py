"""SQLite: an FTS5 table of heading, body and parts, and its vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from chassis.processing.search.asking import BODY, HARDLY_ANY, HEADING, PARTS, Asked, Hit, Indexed

_AT_ONCE = 500
_FIELDS = "key UNINDEXED, heading, body, parts, tokenize='unicode61 remove_diacritics 0'"


class SqliteIndex:
    """``chassis.processing.search.asking.Index`` on SQLite."""

    def __init__(self, connection: sa.Connection, table: str) -> None:
        self._connection = connection
        self._name = f"{table}_words"
        self._known = f"{self._name}_known"
        columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in ("rowid", "key", "heading", "body", "parts")]
        self._fts = sa.table(self._name, *columns)

    def create(self) -> None:
        """As ``Index.create``."""
        self._say(f"CREATE VIRTUAL TABLE IF NOT EXISTS {self._name} USING fts5({_FIELDS})")
        self._say(f"CREATE VIRTUAL TABLE IF NOT EXISTS {self._known} USING fts5vocab({self._name}, row)")

    def drop(self) -> None:
        """As ``Index.drop``."""
        for each in (self._known, self._name):
            self._say(f"DROP TABLE IF EXISTS {each}")

    def replace(self, rows: Iterable[Indexed]) -> None:
        """As ``Index.replace``."""
        entries = [_entry(row) for row in rows]
        for start in range(0, len(entries), _AT_ONCE):
            numbers = [entry["rowid"] for entry in entries[start : start + _AT_ONCE]]
            self._connection.execute(sa.delete(self._fts).where(self._fts.c.rowid.in_(numbers)))
        if kept := [entry for entry in entries if entry["heading"] or entry["body"]]:
            self._connection.execute(sa.insert(self._fts), kept)

    def common(self, words: Collection[str]) -> frozenset[str]:
        """As ``Index.common``."""
        term, rows = sa.column("term", sa.Text), sa.column("doc", sa.Integer)
        known = sa.select(term).select_from(sa.table(self._known)).where(term.in_(words), rows > HARDLY_ANY)
        return frozenset(self._connection.scalars(known))

    def best(
        self, asked: Asked, key: sa.Column[str], where: Sequence[sa.ColumnElement[bool]], limit: int
    ) -> Iterator[Hit]:
        """As ``Index.best``."""
        fts = self._fts
        this: sa.ColumnClause[Any] = sa.column(self._name)
        score = sa.func.bm25(this, 0.0, HEADING, BODY, PARTS)
        query = sa.select(fts).where(this.op("MATCH")(_terms(asked))).order_by(score, fts.c.key)
        if where:
            query = query.join_from(fts, key.table, key == fts.c.key).where(*where)
        for row in self._connection.execute(query.limit(limit)):
            worded = not asked.words.isdisjoint(f"{row.heading} {row.body}".split())
            yield Hit(key=row.key, worded=worded, parts=frozenset(row.parts.split()))

    def _say(self, statement: str) -> None:
        self._connection.execute(sa.text(statement))


def _terms(asked: Asked) -> str:
    """As FTS5 is asked: any of the words in heading or body, or any part of the rare ones."""
    fields = {"heading body": sorted(asked.words), "parts": asked.parts}
    return " OR ".join(f"{{{names}}}: ({_any_of(terms)})" for names, terms in fields.items() if terms)


def _any_of(terms: Iterable[str]) -> str:
    return " OR ".join(f'"{term}"' for term in terms)


def _entry(row: Indexed) -> dict[str, Any]:
    return {"rowid": row.number, "key": row.key, "heading": row.heading, "body": row.body, "parts": row.parts}
