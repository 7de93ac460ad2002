"""What the contract's types are in SQL: of each field of an event, or column of a row, the type and what it means."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from contracts.event import Sealed, description_of, open_fields

Structure = str | list["Structure"] | dict[str, "Structure"]
"""As DuckDB's from_json has it: "VARCHAR", ["VARCHAR"], {"kind": "VARCHAR"}."""

_PLAIN: Mapping[Any, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    bool: "BOOLEAN",
    float: "DOUBLE",
    date: "DATE",
    datetime: "TIMESTAMP",
}
_ANY = "JSON"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a view."""

    name: str
    structure: Structure
    description: str

    @property
    def sql(self) -> str:
        """Its type, as SQL writes it."""
        return _sql(self.structure)


def columns_of(kind: type[Any], leave_out: Sequence[str] = ()) -> list[Column]:
    """The published fields of an event, or of the row of a read model, in their order."""
    hints = get_type_hints(kind, include_extras=True)
    published = open_fields(kind) if _is_event(kind) else {f.name for f in dataclasses.fields(kind)}
    return [
        Column(name=f.name, structure=structure_of(hints[f.name]), description=description_of(kind, f.name))
        for f in dataclasses.fields(kind)
        if f.name in published and f.name not in leave_out
    ]


def structure_of(hint: Any) -> Structure:
    """The same of one type: parts are structs, several are lists, whatever has no fixed shape stays JSON."""
    origin, arms = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return structure_of(arms[0])
    if origin in (Union, UnionType):
        plain = [arm for arm in arms if arm not in (NoneType, Sealed)]
        return structure_of(plain[0]) if len(plain) == 1 else _ANY
    if origin is Literal:
        return "VARCHAR" if all(isinstance(arm, str) for arm in arms) else _ANY
    if origin in (tuple, frozenset, list):
        return [structure_of(arms[0])]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return {column.name: column.structure for column in columns_of(hint)}
    return _PLAIN.get(hint, _ANY)


def _is_event(kind: type[Any]) -> bool:
    try:
        open_fields(kind)
    except KeyError:
        return False
    return True


def _sql(structure: Structure) -> str:
    if isinstance(structure, str):
        return structure
    if isinstance(structure, list):
        return f"{_sql(structure[0])}[]"
    fields = ", ".join(f'"{name}" {_sql(inner)}' for name, inner in structure.items())
    return f"STRUCT({fields})"
