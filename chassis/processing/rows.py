"""Reading a read model: its rows, page by page."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
import sqlalchemy as sa

from chassis.errors import Invalid
from chassis.processing.parking import parked_among
from chassis.processing.read_model import ReadModel
from chassis.processing.search import search

R = TypeVar("R")
_LARGEST = 2**63


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[R]):
    """Some rows, and the cursor of those that follow (None: these are the last)."""

    rows: list[R]
    next: str | None


class Rows(Generic[R]):
    """The rows of a read model's serving table, over one connection.

    ``table`` is for building conditions: ``rows.page(rows.table.c.unit == "vof", by=("supporters",))``.
    """

    def __init__(
        self, connection: sa.Connection, model: ReadModel[R], table: sa.Table, *, has_parked: bool = True
    ) -> None:
        self._connection = connection
        self._model = model
        self._has_parked = has_parked
        self.table = table

    def get(self, key: str) -> R | None:
        """The row of this key."""
        found = self.some([key])
        return found[0] if found else None

    def some(self, keys: Iterable[str]) -> list[R]:
        """The rows of these keys, in no particular order."""
        wanted = list(keys)
        return self.all(sa.select(self.table).where(self.table.c[self._model.key_column].in_(wanted))) if wanted else []

    def all(self, query: sa.Select[Any]) -> list[R]:
        """The rows that a select over ``table`` gives."""
        found = self._connection.execute(query)
        names = tuple(found.keys())
        return [self._model.row(**dict(zip(names, values, strict=True))) for values in found]

    def matching(self, text: str, limit: int, *where: sa.ColumnElement[bool]) -> list[R]:
        """The rows whose words resemble this text, the most alike first; of those that meet ``where``."""
        name = self._model.key_column
        best = search(self._connection, self.table.c[name], text, limit, *where)
        found = {getattr(row, name): row for row in self.some(best)}
        return [found[key] for key in best]

    def behind(self, rows: Iterable[R]) -> tuple[str, ...]:
        """The keys of those of these rows that lag, because an event of theirs could not be applied; in order."""
        if not self._has_parked:
            return ()
        keys = (getattr(row, self._model.key_column) for row in rows)
        return tuple(sorted(parked_among(self._connection, self.table.name, keys)))

    def count(self, *where: sa.ColumnElement[bool]) -> int:
        """How many rows meet these conditions."""
        return self._connection.execute(sa.select(sa.func.count()).select_from(self.table).where(*where)).scalar_one()

    def page(
        self,
        *where: sa.ColumnElement[bool],
        text: str | None = None,
        by: Sequence[str] = (),
        descending: bool = False,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[R]:
        """Up to ``limit`` rows in the order of these columns and then of the key, after a cursor.

        With a ``text`` those that resemble it, the most alike first: what is further down is hardly alike, so there is
        no next page. The columns must not be null. Raises Invalid for a cursor that is not ours.
        """
        if text is not None:
            return Page(rows=self.matching(text, limit, *where), next=None)
        columns = [self.table.c[name] for name in (*by, self._model.key_column)]
        query = sa.select(self.table).where(*where).limit(limit + 1)
        query = query.order_by(*(c.desc() if descending else c.asc() for c in columns))
        if after is not None:
            place = sa.tuple_(*_bound(columns, after))
            here = sa.tuple_(*columns)
            query = query.where(here < place if descending else here > place)
        rows = self.all(query)
        more = len(rows) > limit
        return Page(rows=rows[:limit], next=self._cursor(rows[limit - 1], columns) if more else None)

    def _cursor(self, row: R, columns: Sequence[sa.Column[Any]]) -> str:
        values = [getattr(row, column.name) for column in columns]
        return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def _bound(columns: Sequence[sa.Column[Any]], cursor: str) -> list[sa.BindParameter[Any]]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(columns):
            raise ValueError(cursor)
        return [sa.bindparam(None, _typed(c, v), type_=c.type) for c, v in zip(columns, values, strict=True)]
    except ValueError:
        raise Invalid("bad-cursor", field="after") from None


def _typed(column: sa.Column[Any], value: Any) -> Any:
    kind = column.type.python_type
    if hasattr(kind, "fromisoformat"):
        value = kind.fromisoformat(str(value))
    fits = isinstance(value, kind) and (not isinstance(value, int) or abs(value) < _LARGEST)
    if not fits or (isinstance(value, datetime) and value.tzinfo is None):
        raise ValueError(value)
    return value
