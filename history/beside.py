"""Side by side: what a history answers, and what it would answer if something were otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from contracts.event import converter
from history.errors import NotAsked
from history.replay import Difference, History, difference
from history.shown import INTERNAL

Row = tuple[Any, ...]
MODELS_COLUMNS = ("read model", "rows", "rows if", "came", "went", "changed")
ROWS_COLUMNS = ("key", "column", "as it was", "if")
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "UBIGINT", "UINTEGER")


def models(was: History, supposed: History, names: Iterable[str]) -> Iterator[Row]:
    """Of each of these read models how many rows it has, and would have, and how many are otherwise."""
    for name in names:
        before, after = was.read_model(name), supposed.read_model(name)
        found = difference(before, after)
        yield name, len(before.rows), len(after.rows), len(found.came), len(found.went), len(found.changed)


def rows(found: Difference) -> Iterator[Row]:
    """Each column of each row that is otherwise; None where there is no such row."""
    for key in sorted({*found.came, *found.went, *found.changed}):
        before, after = found.changed.get(key, (found.went.get(key), found.came.get(key)))
        was, would_be = _plain(before), _plain(after)
        for column in dict.fromkeys((*was, *would_be)):
            if was.get(column) != would_be.get(column):
                yield key, column, was.get(column), would_be.get(column)


def _plain(row: Any) -> Mapping[str, Any]:
    """Its columns, but for those that are there to be searched by; what has parts as JSON."""
    if row is None:
        return {}
    columns = {name: value for name, value in converter.unstructure(row).items() if name not in INTERNAL}
    return {name: _told(value) for name, value in columns.items()}


def _told(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list | tuple) else value


def answers(was: Any, supposed: Any) -> tuple[Sequence[str], list[Row]]:
    """The names of columns, and the rows of two answers to one question: texts and days as they are, numbers twice.

    ``was`` and ``supposed`` are cursors as ``Database.ask`` gives them. What a row is of must be told by its texts and
    days; raises NotAsked where two rows are of the same.
    """
    names = [each[0] for each in was.description]
    counted = [n for n, each in enumerate(was.description) if str(each[1]).startswith(_NUMBERS)]
    kept = [n for n in range(len(names)) if n not in counted]
    before, after = _by_key(was, kept), _by_key(supposed, kept)
    columns = [names[n] for n in kept] + [told for n in counted for told in (names[n], f"{names[n]} if")]
    both = [(key, before.get(key, ()), after.get(key, ())) for key in dict.fromkeys((*before, *after))]
    return columns, [(*key, *_numbers(one, other, counted)) for key, one, other in both]


def _by_key(cursor: Any, kept: Sequence[int]) -> dict[Row, Row]:
    found: dict[Row, Row] = {}
    for row in cursor.fetchall():
        key = tuple(row[n] for n in kept)
        if key in found:
            raise NotAsked(f"two rows are of {key}: what each row is of must be told by its texts and days (GROUP BY)")
        found[key] = row
    return found


def _numbers(one: Row, other: Row, counted: Sequence[int]) -> Iterator[Any]:
    for n in counted:
        yield one[n] if one else None
        yield other[n] if other else None
