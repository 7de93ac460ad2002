"""Golden examples: one plausible event of each kind, the same every time it is made."""

from __future__ import annotations

import dataclasses
import hashlib
import types
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid5

from contracts import values
from contracts.event import Json
from contracts.generate.catalogue import Event
from contracts.generate.words import DECIMALS, FALSE, INTEGERS, UNITS, WORDS

_NAMESPACE = UUID("b4b3bfb2-37a1-4f0e-9d0e-6f1b5a6b0a55")
_DAY = "2026-03-02"
_MOMENT = "2026-03-02T08:30:00+00:00"


def example_of(event: Event) -> Json:
    """The published JSON of an example: every field filled, all optional ones too."""
    return {field.name: _example(field.type, field.name) for field in event.published}


def _example(hint: Any, name: str) -> Any:
    if hint in _BY_TYPE:
        return _BY_TYPE[hint](name)
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _example(next(arm for arm in get_args(hint) if arm is not type(None)), name)
    if origin is Annotated:
        return _example(get_args(hint)[0], name)
    if origin is Literal:
        return WORDS[name] if WORDS.get(name) in get_args(hint) else get_args(hint)[0]
    if origin is tuple:
        return [_example(get_args(hint)[0], name)]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, item = get_args(hint)
        return {_example(key, name): _example(item, name)}
    if dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint, include_extras=True)
        return {field.name: _example(hints[field.name], field.name) for field in dataclasses.fields(hint)}
    raise TypeError(f"no example is known for {name}: {hint}; teach {__file__}")


def _uuid(name: str) -> str:
    return str(uuid5(_NAMESPACE, name))


def _person(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _text(name: str) -> str:
    return WORDS.get(name, name.replace("_", " ").capitalize())


_BY_TYPE: dict[Any, Any] = {
    values.IdeaId: _uuid,
    values.ThingId: lambda name: f"lesson-{_uuid(name)}",
    values.SubjectId: lambda name: f"experiment-{_uuid(name)}",
    values.FollowedId: lambda name: f"idea-{_uuid(name)}",
    values.PersonId: _person,
    values.UnitId: lambda name: UNITS.get(name, "vof"),
    values.Language: lambda name: "sv",
    values.Url: lambda name: "https://example.org/underlag",
    values.DecimalText: lambda name: DECIMALS.get(name, "18"),
    str: _text,
    int: lambda name: INTEGERS.get(name, 24),
    bool: lambda name: name not in FALSE,
    date: lambda name: _DAY,
    datetime: lambda name: _MOMENT,
}
