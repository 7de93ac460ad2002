"""A read model: a named, versioned table folded from events, answering one question.

::

    @row
    class Board:
        idea_id: str = key()
        unit: str = indexed()
        supporters: int = 0
        tags: tuple[str, ...] = ()          # anything that is not a plain column is kept as JSON

    def onto_idea_board(row: Board | None, recorded: Recorded, key: str) -> Board | None: ...

    IDEA_BOARD = ReadModel(name="idea_board", version=1, row=Board, sources=("ideas",),
                           on=(IdeaSubmitted, IdeaDeclined), keys=one_subject, fold=onto_idea_board)

The fold is pure. Changing it or the row bumps the version: a new table is built beside the old one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache, partial
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from chassis.processing import words
from chassis.recorded import Recorded, from_micros, to_micros
from contracts.event import converter, name_of

T = TypeVar("T")
R = TypeVar("R")
_SHORT = 200
_KNOWN = 1_000
"""Characters of a value, as JSON, that is kept at hand, and how many of a column are."""


def key() -> Any:
    """The column that names the row."""
    return dataclasses.field(metadata={"key": True})


def indexed(*, default: Any = dataclasses.MISSING) -> Any:
    """A column that queries filter or sort by."""
    return dataclasses.field(default=default, metadata={"indexed": True})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(key, indexed, dataclasses.field))
def row(cls: type[T]) -> type[T]:
    """The row of a read model: immutable, one field a column, exactly one of them ``key()``."""
    return dataclasses.dataclass(frozen=True, slots=True, kw_only=True)(cls)


Keys = Callable[[Recorded], Iterable[str]]


def one_subject(recorded: Recorded) -> Iterable[str]:
    """One row per aggregate: its id."""
    return (recorded.subject,)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadModel(Generic[R]):
    """How events become rows.

    ``keys`` names the rows that an event concerns, ``fold`` gives such a row after it: None deletes it (never in a
    read model of several streams, where any event may be the first). ``search`` names a column of text whose words
    can be searched, ``heading`` one of words that weigh more, and that are found by their parts too, such as those of
    a title; write both with ``chassis.processing.words.words_of``. A row with neither is not found.
    """

    name: str
    version: int
    row: type[R]
    sources: tuple[str, ...]
    on: tuple[type, ...]
    keys: Keys
    fold: Callable[[R | None, Recorded, str], R | None]
    search: str | None = None
    heading: str | None = None

    @property
    def types(self) -> frozenset[str]:
        """The wire names it subscribes to."""
        return frozenset(name_of(kind) for kind in self.on)

    @property
    def key_column(self) -> str:
        """The field that names the row."""
        return next(f.name for f in dataclasses.fields(self.row) if f.metadata.get("key"))  # type: ignore[arg-type]

    def fingerprint(self) -> str:
        """Of all code that says what its rows are; a test compares it with the one written down.

        That is the module of its fold, those of its neighbours that it uses, and how words are indexed.
        """
        own = sys.modules[self.fold.__module__]
        package = own.__name__.rpartition(".")[0]
        used = {getattr(member, "__module__", None) or "" for member in vars(own).values()}
        neighbours = (sys.modules[name] for name in sorted(used) if name != own.__name__ and _in(package, name))
        code = [own, *neighbours, *([words] if self.search else [])]
        return hashlib.sha256("".join(inspect.getsource(module) for module in code).encode()).hexdigest()[:12]

    def table(self, metadata: sa.MetaData, generation: int = 1) -> sa.Table:
        """Its table, ``name_v<version>`` (of a rebuilt one ``name_v<version>_g<generation>``)."""
        name = f"{self.name}_v{self.version}" + (f"_g{generation}" if generation > 1 else "")
        if name in metadata.tables:
            return metadata.tables[name]
        hints = get_type_hints(self.row)
        columns = [_column(f, hints[f.name]) for f in dataclasses.fields(self.row)]  # type: ignore[arg-type]
        made = sa.Table(name, metadata, *columns)
        for f in dataclasses.fields(self.row):  # type: ignore[arg-type]
            if f.metadata.get("indexed"):
                sa.Index(f"{name}_{f.name}", made.c[f.name], made.c[self.key_column])
        return made


def _in(package: str, module: str) -> bool:
    return bool(package) and module.startswith(f"{package}.")


class UtcTime(sa.TypeDecorator[datetime]):
    """A UTC moment as whole microseconds since 1970: sorts, compares and loses nothing on any database."""

    impl = sa.BigInteger
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a value of it is outside the database."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        """To the database."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else from_micros(value)


class JsonValue(sa.TypeDecorator[Any]):
    """Any immutable value of ours, as JSON text."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind
        self._known = lru_cache(_KNOWN)(partial(converter.loads, cl=kind))
        """Values are few where their texts are short, as lists of units and of words are."""

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        """To the database."""
        return None if value is None else converter.dumps(value, unstructure_as=self.kind).decode()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        """From the database."""
        if value is None:
            return None
        return self._known(value) if len(value) <= _SHORT else converter.loads(value, self.kind)


def text() -> sa.Text:
    """Text that sorts and compares by its bytes, on any database."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


_PLAIN: dict[Any, Callable[[], TypeEngine[Any]]] = {
    str: text,
    int: sa.BigInteger,
    bool: sa.Boolean,
    date: sa.Date,
    datetime: UtcTime,
    float: sa.Double,
}


def _column(field: dataclasses.Field[Any], hint: Any) -> sa.Column[Any]:
    kind, nullable = _without_none(hint)
    sql = _PLAIN[kind]() if kind in _PLAIN else text() if _is_text(kind) else JsonValue(hint)
    return sa.Column(field.name, sql, primary_key=bool(field.metadata.get("key")), nullable=nullable)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint):
        rest = tuple(arm for arm in get_args(hint) if arm is not NoneType)
        return (rest[0] if len(rest) == 1 else hint), True
    return hint, False


def _is_text(kind: Any) -> bool:
    return bool(get_args(kind)) and all(isinstance(arm, str) for arm in get_args(kind))
