"""Searching the words of a read model: an index beside its table, made of what each database has.

What is found is ranked by BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) over three
fields: the heading, which weighs twice as much as the body, and the parts of the heading's words, three letters
each, by which compounds and misspellings are found. Parts are asked for of words that hardly any row has: a word that
many have is spelt right, and what has parts in common with it is mostly something else.

SQLite: an FTS5 table of the three, and its vocabulary. Rows are found again by a hash of their key.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable
from itertools import islice
from typing import Any

import sqlalchemy as sa

from chassis.processing.words import distinct, parts_of, words_of

_AT_ONCE = 500
_HEADING, _BODY, _PARTS = 2.0, 1.0, 0.5
_HARDLY_ANY = 5
"""Rows with a word, up to which its parts are asked for too."""
_BEGINNING, _ENOUGH = 3, 1 / 3
"""A row that has none of the words must have the first parts of one, or more than such a share of them."""
_SPARE = 4
"""Times as many rows are looked at as are wanted."""
_MOST_WORDS = 60
"""Of the text that is searched for: what comes after them changes little but takes time."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """What a row is found by; both are the work of ``words_of``. Without any the row is not found."""

    key: str
    heading: str = ""
    body: str = ""


def create_index(connection: sa.Connection, table: str) -> None:
    """Make the index of a table, if it is not there."""
    name = _index(connection, table)
    fields = "key UNINDEXED, heading, body, parts, tokenize='unicode61 remove_diacritics 0'"
    connection.execute(sa.text(f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5({fields})"))
    vocabulary = f"{_vocabulary(name)} USING fts5vocab({name}, row)"
    connection.execute(sa.text(f"CREATE VIRTUAL TABLE IF NOT EXISTS {vocabulary}"))


def drop_index(connection: sa.Connection, table: str) -> None:
    """Remove the index of a table, if there is one."""
    name = _index(connection, table)
    for each in (_vocabulary(name), name):
        connection.execute(sa.text(f"DROP TABLE IF EXISTS {each}"))


def index(connection: sa.Connection, table: str, rows: Iterable[Indexed]) -> None:
    """Replace what is indexed for the keys of these rows."""
    fts = _fts(_index(connection, table))
    entries = [_entry(row) for row in rows]
    for start in range(0, len(entries), _AT_ONCE):
        numbers = [entry["rowid"] for entry in entries[start : start + _AT_ONCE]]
        connection.execute(sa.delete(fts).where(fts.c.rowid.in_(numbers)))
    if kept := [entry for entry in entries if entry["heading"] or entry["body"]]:
        connection.execute(sa.insert(fts), kept)


def search(
    connection: sa.Connection, key: sa.Column[str], text: str, limit: int, *where: sa.ColumnElement[bool]
) -> list[str]:
    """The keys of the rows that resemble this text, the most alike first; of those that meet ``where``.

    ``key`` is the key's column in the table that was indexed.
    """
    fts = _fts(_index(connection, key.table.name))
    words = distinct(words_of(text))[:_MOST_WORDS]
    asked = _Asked(words=frozenset(words), rare=tuple(_rare(connection, fts.name, words)))
    if not words:
        return []
    score = sa.func.bm25(sa.column(fts.name), 0.0, _HEADING, _BODY, _PARTS)
    query = sa.select(fts).where(sa.column(fts.name).op("MATCH")(asked.terms())).order_by(score, fts.c.key)
    if where:
        query = query.join_from(fts, key.table, key == fts.c.key).where(*where)
    alike = (row.key for row in connection.execute(query.limit(limit * _SPARE)) if asked.resembles(row))
    return list(islice(alike, limit))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is searched for: the words of a text, and those of them that hardly any row has."""

    words: frozenset[str]
    rare: tuple[str, ...]

    def terms(self) -> str:
        """As FTS5 is asked: any of the words in heading or body, or any part of the rare ones."""
        parts = distinct(parts_of(self.rare))
        asked = {"heading body": sorted(self.words), "parts": parts}
        return " OR ".join(f"{{{fields}}}: ({_any_of(terms)})" for fields, terms in asked.items() if terms)

    def resembles(self, row: sa.Row[Any]) -> bool:
        """Whether a row has one of the words, or enough of a rare one: a single part in common is chance."""
        if not self.words.isdisjoint(f"{row.heading} {row.body}".split()):
            return True
        has = frozenset(row.parts.split())
        return any(_enough(parts_of([word]).split(), has) for word in self.rare)


def _enough(parts: list[str], has: frozenset[str]) -> bool:
    begins_alike = bool(parts) and has.issuperset(parts[:_BEGINNING])
    return begins_alike or sum(part in has for part in parts) > len(parts) * _ENOUGH


def _rare(connection: sa.Connection, name: str, words: list[str]) -> list[str]:
    term, rows = sa.column("term", sa.Text), sa.column("doc", sa.Integer)
    known = sa.select(term).select_from(sa.table(_vocabulary(name))).where(term.in_(words), rows > _HARDLY_ANY)
    common = frozenset(connection.execute(known).scalars())
    return [word for word in words if word not in common]


def _any_of(terms: Iterable[str]) -> str:
    return " OR ".join(f'"{term}"' for term in terms)


def _entry(row: Indexed) -> dict[str, Any]:
    number = int.from_bytes(hashlib.blake2b(row.key.encode(), digest_size=8).digest(), "big") >> 1
    return {**dataclasses.asdict(row), "rowid": number, "parts": parts_of(distinct(row.heading))}


def _fts(name: str) -> sa.TableClause:
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in ("rowid", "key", "heading", "body", "parts")]
    return sa.table(name, *columns)


def _vocabulary(name: str) -> str:
    return f"{name}_known"


def _index(connection: sa.Connection, table: str) -> str:
    if connection.dialect.name != "sqlite":
        raise NotImplementedError(f"no text index for {connection.dialect.name}")
    return f"{table}_words"
