"""Searching the words of a read model: an index beside its table, made of what each database has.

SQLite: an FTS5 table of the stems, ranked by BM25. Rows are found again by a hash of their key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from chassis.processing.words import distinct, words_of

_AT_ONCE = 500


def create_index(connection: sa.Connection, table: str) -> None:
    """Make the index of a table, if it is not there."""
    name = _index(connection, table)
    connection.execute(
        sa.text(f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5(key UNINDEXED, words, tokenize='unicode61')")
    )


def drop_index(connection: sa.Connection, table: str) -> None:
    """Remove the index of a table, if there is one."""
    connection.execute(sa.text(f"DROP TABLE IF EXISTS {_index(connection, table)}"))


def index(connection: sa.Connection, table: str, words: Iterable[tuple[str, str | None]]) -> None:
    """Replace what is indexed for these keys: (key, words); None removes."""
    fts = _fts(_index(connection, table))
    entries = [{"rowid": _number(key), "key": key, "words": text} for key, text in words]
    for start in range(0, len(entries), _AT_ONCE):
        numbers = [entry["rowid"] for entry in entries[start : start + _AT_ONCE]]
        connection.execute(sa.delete(fts).where(fts.c.rowid.in_(numbers)))
    if kept := [entry for entry in entries if entry["words"]]:
        connection.execute(sa.insert(fts), kept)


def search(connection: sa.Connection, table: str, text: str, limit: int) -> list[str]:
    """The keys of the rows that resemble this text, the most alike first."""
    terms = " OR ".join(f'"{stem}"' for stem in distinct(words_of(text)))
    if not terms:
        return []
    fts = _fts(_index(connection, table))
    matches = sa.column(fts.name).op("MATCH")(terms)
    query = sa.select(fts.c.key).where(matches).order_by(fts.c.rank).limit(limit)
    return list(connection.execute(query).scalars())


def _fts(name: str) -> sa.TableClause:
    columns: list[sa.ColumnClause[Any]] = [sa.column(column) for column in ("rowid", "key", "words", "rank")]
    return sa.table(name, *columns)


def _index(connection: sa.Connection, table: str) -> str:
    if connection.dialect.name != "sqlite":
        raise NotImplementedError(f"no text index for {connection.dialect.name}")
    return f"{table}_words"


def _number(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") >> 1
