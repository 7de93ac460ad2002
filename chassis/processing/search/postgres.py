"""PostgreSQL: two tables of our own, since what it has ranks otherwise and knows of no words that are rare.

``<table>_texts`` has a row for each that is indexed, ``<table>_terms`` one for each of its words and parts, with what
it weighs there. The score is that of SQLite's FTS5: https://sqlite.org/fts5.html, 5.1.1, with its k1, b and idf; so the
same is found first on both. What changes is only ever changed by whoever holds the row of the read model.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.processing.search.asking import BODY, HARDLY_ANY, HEADING, PARTS, Asked, Hit, Indexed

_K1, _B = 1.2, 0.75
_LEAST_IDF = 1e-6
_DIGITS = 9
"""Of a score: so that the order of its summands does not tell apart rows that are alike."""
_PART = "."
"""Before a part, to tell it from a word."""
_TABLES = """
    CREATE TABLE IF NOT EXISTS {texts} (
        number bigint PRIMARY KEY, key text COLLATE "C" NOT NULL, size integer NOT NULL,
        terms text[] NOT NULL, weights real[] NOT NULL
    ) WITH (toast_tuple_target = 128);
    CREATE TABLE IF NOT EXISTS {terms} (
        term text COLLATE "C", number bigint, weight real NOT NULL, PRIMARY KEY (term, number) INCLUDE (weight)
    )
"""
_OLD = "SELECT number, terms, weights FROM {texts} WHERE number = ANY(%s)"
_NO_TEXTS = "DELETE FROM {texts} WHERE number = ANY(%s)"
_NO_TERMS = """
    DELETE FROM {terms} AS t USING unnest(%s::text[], %s::bigint[]) AS old (term, number)
    WHERE t.term = old.term AND t.number = old.number
"""
_TEXTS = "COPY {texts} (number, key, size, terms, weights) FROM STDIN"
_TERMS = "COPY {terms} (term, number, weight) FROM STDIN"
_ROWS = "SELECT count(*), coalesce(avg(size), 0)::float8 FROM {texts}"
_KNOWN = "SELECT term, count(*) FROM {terms} WHERE term = ANY(%s) GROUP BY term"


class PostgresIndex:
    """``chassis.processing.search.asking.Index`` on PostgreSQL."""

    def __init__(self, connection: sa.Connection, table: str) -> None:
        self._connection = connection
        self._names = {"texts": f"{table}_texts", "terms": f"{table}_terms"}
        self._texts = _table(self._names["texts"], "number", "key", "size")
        self._terms = _table(self._names["terms"], "term", "number", "weight")

    def create(self) -> None:
        """As ``Index.create``."""
        self._say(_TABLES)

    def drop(self) -> None:
        """As ``Index.drop``."""
        self._say("DROP TABLE IF EXISTS {texts}, {terms}")

    def replace(self, rows: Iterable[Indexed]) -> None:
        """As ``Index.replace``; what a text has in common with that before stays untouched."""
        news = {row.number: row for row in rows}
        weights = {number: _weights(row) for number, row in news.items()}
        old = {n: dict(zip(*kept, strict=True)) for n, *kept in self._say(_OLD, list(news))}
        gone = [(term, n) for n, had in old.items() for term in had if had[term] != weights[n].get(term)]
        come = [(t, n, w) for n, has in weights.items() for t, w in has.items() if w != old.get(n, {}).get(t)]
        if old:
            self._say(_NO_TERMS, [term for term, _ in gone], [number for _, number in gone])
            self._say(_NO_TEXTS, list(old))
        if come:
            self._copy(_TERMS, sorted(come))
        self._copy(_TEXTS, [_text(row, weights[row.number]) for row in news.values() if row.heading or row.body])

    def common(self, words: Collection[str]) -> frozenset[str]:
        """As ``Index.common``."""
        return frozenset(term for term, rows in self._say(_KNOWN, list(words)) if rows > HARDLY_ANY)

    def best(
        self, asked: Asked, key: sa.Column[str], where: Sequence[sa.ColumnElement[bool]], limit: int
    ) -> Iterator[Hit]:
        """As ``Index.best``."""
        terms = [*sorted(asked.words), *(_PART + part for part in asked.parts)]
        ((rows, size),) = self._say(_ROWS)
        idfs = {term: _idf(rows, has) for term, has in self._say(_KNOWN, terms)}
        query = self._ranked(idfs, size)
        if where:
            query = query.join(key.table, key == self._texts.c.key).where(*where)
        for found in self._connection.execute(query.limit(limit)) if idfs else ():
            parts = frozenset(term.removeprefix(_PART) for term in found.has if term.startswith(_PART))
            yield Hit(key=found.key, worded=len(parts) < len(found.has), parts=parts)

    def _ranked(self, idfs: Mapping[str, float], average: float) -> sa.Select[tuple[str, list[str]]]:
        """All that have one of these terms, with those they have, the highest score first."""
        columns = (sa.column("term", sa.Text), sa.column("idf", sa.Double))
        given = (sa.literal(list(idfs), ARRAY(sa.Text)), sa.literal(list(idfs.values()), ARRAY(sa.Double)))
        asked = sa.func.unnest(*given).table_valued(*columns, name="asked").render_derived()
        terms, texts = self._terms, self._texts
        weight = sa.cast(terms.c.weight, sa.Double)
        each = asked.c.idf * weight * (_K1 + 1) / (weight + _K1 * (1 - _B + _B * texts.c.size / average))
        score = sa.func.round(sa.cast(sa.func.sum(each), sa.Numeric), _DIGITS)
        return (
            sa.select(texts.c.key, sa.func.array_agg(terms.c.term).label("has"))
            .select_from(asked.join(terms, terms.c.term == asked.c.term).join(texts, texts.c.number == terms.c.number))
            .group_by(texts.c.number)
            .order_by(score.desc(), texts.c.key)
        )

    def _say(self, statement: str, *values: Any) -> Sequence[Any]:
        said = self._connection.exec_driver_sql(statement.format(**self._names), values or None)
        return said.all() if said.returns_rows else ()

    def _copy(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        raw: psycopg.Connection[Any] = self._connection.connection.driver_connection  # type: ignore[assignment]
        with raw.cursor() as cursor, cursor.copy(statement.format(**self._names)) as copying:
            for row in rows:
                copying.write_row(row)


def _table(name: str, *columns: str) -> sa.TableClause:
    named: list[sa.ColumnClause[Any]] = [sa.column(column) for column in columns]
    return sa.table(name, *named)


def _weights(row: Indexed) -> dict[str, float]:
    """What each word and each part of a row weighs in it."""
    weights: defaultdict[str, float] = defaultdict(float)
    for prefix, words, weight in (("", row.heading, HEADING), ("", row.body, BODY), (_PART, row.parts, PARTS)):
        for word in words.split():
            weights[prefix + word] += weight
    return weights


def _text(row: Indexed, weights: Mapping[str, float]) -> tuple[int, str, int, list[str], list[float]]:
    size = sum(len(words.split()) for words in (row.heading, row.body, row.parts))
    return (row.number, row.key, size, list(weights), list(weights.values()))


def _idf(rows: int, has: int) -> float:
    return max(math.log((rows - has + 0.5) / (has + 0.5)), _LEAST_IDF)
