"""Several words in one column, so that a query can ask for the rows that have one of them, whatever their case."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

_EDGE = "\x1f"
"""Around each of them: texts of ours hold no control characters."""


def labels(*words: str) -> str:
    """The words as one text for a column."""
    return _EDGE.join(("", *(word.strip().casefold() for word in words), ""))


def labelled(column: sa.Column[Any], word: str) -> sa.ColumnElement[bool]:
    """Whether a column written with ``labels`` has this word, in any case of letters, as a whole."""
    return column.contains(labels(word), autoescape=True)
