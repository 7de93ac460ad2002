"""Searching the words of a read model: an index beside its table, made of what each database has.

What is found is ranked by BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) over three
fields: the heading, which weighs twice as much as the body, and the parts of the heading's words, three letters
each, by which compounds and misspellings are found. Parts are asked for of words that hardly any row has: a word that
many have is spelt right, and what has parts in common with it is mostly something else.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import sqlalchemy as sa

from chassis.processing.databases import on_postgres
from chassis.processing.search.asking import Asked, Index, Indexed
from chassis.processing.search.postgres import PostgresIndex
from chassis.processing.search.sqlite import SqliteIndex
from chassis.processing.words import distinct, words_of

__all__ = ["Indexed", "create_index", "drop_index", "index", "search"]
_SPARE = 4
"""Times as many rows are looked at as are wanted."""
_MOST_WORDS = 60
"""Of the text that is searched for: what comes after them changes little but takes time."""


def create_index(connection: sa.Connection, table: str) -> None:
    """Make the index of a table, if it is not there."""
    _index(connection, table).create()


def drop_index(connection: sa.Connection, table: str) -> None:
    """Remove the index of a table, if there is one."""
    _index(connection, table).drop()


def index(connection: sa.Connection, table: str, rows: Iterable[Indexed]) -> None:
    """Replace what is indexed for the keys of these rows."""
    if news := list(rows):
        _index(connection, table).replace(news)


def search(
    connection: sa.Connection, key: sa.Column[str], text: str, limit: int, *where: sa.ColumnElement[bool]
) -> list[str]:
    """The keys of the rows that resemble this text, the most alike first; of those that meet ``where``.

    ``key`` is the key's column in the table that was indexed.
    """
    words = distinct(words_of(text))[:_MOST_WORDS]
    if not words:
        return []
    indexed = _index(connection, key.table.name)
    common = indexed.common(words)
    asked = Asked(words=frozenset(words), rare=tuple(word for word in words if word not in common))
    hits = indexed.best(asked, key, where, limit * _SPARE)
    return list(islice((hit.key for hit in hits if asked.resembles(hit)), limit))


def _index(connection: sa.Connection, table: str) -> Index:
    return PostgresIndex(connection, table) if on_postgres(connection) else SqliteIndex(connection, table)
