"""What an event, a command or a part of one names: the ids of one kind, wherever they stand in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import orjson

from contracts.event import Json, decode, kind_of, type_of
from contracts.values import PersonId


def named(part: Any, kind: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Where and which: ``named(command, UnitId)`` gives ``("unit", "vof")``, ``("units_concerned.0", "sof")``."""
    owner: Any = type(part)
    for name in _telling(owner, kind):
        within = f"{path}.{name}" if path else name
        for place, value in _each(getattr(part, name), within):
            if not _holds(owner, name, kind):
                yield from named(value, kind, place)
            elif value is not None:
                yield place, value


def named_in(fields: Json, owner: Any, kind: Any) -> Iterator[str]:
    """Which: the same of an event's JSON, ``owner`` being its class; without making an event of it."""
    for name, part in _parts(owner, kind).items():
        value = fields.get(name)
        for each in value if isinstance(value, list) else (value,):
            if each is None:
                continue
            if part is None:
                yield each
            else:
                yield from named_in(each, part, kind)


def people_in(name: str, data: bytes) -> set[str]:
    """Everybody whom an event names, by its wire name and its published JSON. Raises what ``decode`` raises."""
    kind = kind_of(name)
    if kind is None:  # of a superseded version, or not known at all
        return {person for _, person in named(decode(name, data), PersonId)}
    return set(named_in(orjson.loads(data), kind, PersonId))


@cache
def _parts(owner: Any, kind: Any) -> dict[str, Any]:
    """The fields that tell, and what they are of; None of those that hold such an id."""
    telling = _telling(owner, kind)
    return {name: None if _holds(owner, name, kind) else _part_in(type_of(owner, name)) for name in telling}


def _part_in(hint: Any) -> Any:
    return hint if dataclasses.is_dataclass(hint) else next(filter(None, map(_part_in, get_args(hint))), None)


def _each(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, tuple):
        yield from ((f"{path}.{n}", item) for n, item in enumerate(value))
    else:
        yield path, value


def _fields(kind: type[object]) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


@cache
def _telling(owner: Any, kind: Any) -> tuple[str, ...]:
    """The fields that hold such an id, or parts that may."""
    return tuple(name for name in _fields(owner) if _holds(owner, name, kind) or _has_parts(type_of(owner, name)))


def _has_parts(hint: Any) -> bool:
    return dataclasses.is_dataclass(hint) or any(_has_parts(arm) for arm in get_args(hint))


@cache
def _holds(owner: type[object], field: str, kind: Any) -> bool:
    return _is_of(type_of(owner, field), kind)


def _is_of(hint: Any, kind: Any) -> bool:
    if get_origin(hint) is Annotated:
        return bool(hint == kind)
    return any(_is_of(arm, kind) for arm in get_args(hint))
