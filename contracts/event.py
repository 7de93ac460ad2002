"""The registry of domain events: names, versions, decoding.

An event is a frozen, slotted, keyword-only dataclass with a permanent wire name::

    @event("idea-supported.v1")
    class IdeaSupported:
        \"\"\"Somebody wants this idea to go on.\"\"\"

        idea_id: IdeaId = about("The idea.")
        supporter_id: PersonId = about("Who supports it.")

A shipped version is never edited. A change adds ``idea-supported.v2`` and an upcaster beside it::

    @upcaster("idea-supported.v1", to="idea-supported.v2")
    def _supported_from_v1(data): ...

A field that says something about a person is ``personal(…, of="supporter_id")``: the store seals it under that
person's key, and it is absent from everything published.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

import marshmallow_dataclass
import orjson
from cattrs.preconf.orjson import OrjsonConverter, make_converter
from marshmallow import Schema, fields
from marshmallow.validate import Length, Validator

T = TypeVar("T")
Json = dict[str, Any]
Scope = Literal["profile", "texts"]
PersonalFields = Mapping[str, tuple[tuple[str, ...], Scope]]


class UnknownEventType(LookupError):
    """No event of this name, in any version, is in the contract: a foreign message."""


class UnknownEventVersion(LookupError):
    """The contract knows this event, but not this version of it: newer code wrote it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sealed:
    """Stands for a personal value that is kept apart, encrypted: where it lies, never what it says.

    ``stream`` and ``version`` name the recorded event, ``field`` the field of it.
    """

    stream: str
    version: int
    field: str

    @property
    def reference(self) -> str:
        """``idea-1f…@3#title``: the form it takes in read models and snapshots."""
        return f"{self.stream}@{self.version}#{self.field}"

    @classmethod
    def of(cls, reference: str) -> Sealed:
        """Read back what ``reference`` wrote; ValueError when it is not one."""
        place, _, field = reference.rpartition("#")
        stream, _, version = place.rpartition("@")
        return cls(stream, int(version), field)


def about(
    description: str, *, default: Any = dataclasses.MISSING, most: int | None = None, validate: Validator | None = None
) -> Any:
    """A field and what it means; ``most`` limits how many items a collection may have."""
    metadata: Json = {"metadata": {"description": description}}
    if most is not None:
        metadata["validate"] = Length(max=most)
    if validate is not None:
        metadata["validate"] = validate
    return dataclasses.field(default=default, metadata=metadata)


def personal(
    description: str, *, of: str | tuple[str, ...], scope: Scope = "texts", default: Any = dataclasses.MISSING
) -> Any:
    """A field about a person, sealed in the store under that person's key.

    ``of`` is the path of the field that holds the person's id (``"author.person_id"``); of several, the first that
    is not empty. ``scope`` says which of the person's two keys: ``profile`` (name, address) or ``texts``.
    """
    people = (of,) if isinstance(of, str) else of
    return dataclasses.field(
        default=default, metadata={"metadata": {"description": description}, "personal": (people, scope)}
    )


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(about, personal))
def value(cls: type[T]) -> type[T]:
    """A part of events: an immutable value with documented fields."""
    return dataclasses.dataclass(frozen=True, slots=True, kw_only=True)(cls)


if TYPE_CHECKING:
    from dataclasses import replace as replace
else:

    def replace(part, /, **fields):
        """The same value with these fields changed: ``dataclasses.replace`` in less than half its time.

        Folds do little else. It is for values that have slots and make nothing of their fields when they are made.
        Raises TypeError for a field that it does not have.
        """
        values_of, setters = _slots(type(part))
        made = object.__new__(type(part))
        for put, kept in zip(setters.values(), values_of(part), strict=True):
            put(made, kept)
        for name, new in fields.items():
            if name not in setters:
                raise TypeError(f"{type(part).__name__} has no field {name}")
            setters[name](made, new)
        return made


@cache
def _slots(kind: type[Any]) -> tuple[Callable[[Any], tuple[Any, ...]], Mapping[str, Callable[[Any, Any], None]]]:
    """What gives all fields of a value, and what sets each, in their order."""
    names = [f.name for f in dataclasses.fields(kind)]
    values_of = attrgetter(*names) if len(names) > 1 else lambda part: tuple(getattr(part, name) for name in names)
    return values_of, {name: getattr(kind, name).__set__ for name in names}


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(about, personal))
def event(name: str) -> Callable[[type[T]], type[T]]:
    """Register a domain event under its permanent wire name, ``noun-participle.v<n>``; ValueError if it is taken."""

    def register(cls: type[T]) -> type[T]:
        frozen = value(cls)
        if name in _types or frozen in _names:
            raise ValueError(f"{name} is registered already")
        _types[name] = frozen
        _names[frozen] = name
        _personal[frozen] = {f.name: f.metadata["personal"] for f in _fields(frozen) if "personal" in f.metadata}
        return frozen

    return register


def upcaster(name: str, *, to: str) -> Callable[[Callable[[Json], Json]], Callable[[Json], Json]]:
    """Register how the JSON of a superseded version becomes that of the next one."""

    def register(function: Callable[[Json], Json]) -> Callable[[Json], Json]:
        if name in _upcasters:
            raise ValueError(f"{name} has an upcaster already")
        _upcasters[name] = (to, function)
        return function

    return register


def _fields(kind: type[Any]) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(kind)


_types: dict[str, type[Any]] = {}
_names: dict[type[Any], str] = {}
_personal: dict[type[Any], PersonalFields] = {}
_upcasters: dict[str, tuple[str, Callable[[Json], Json]]] = {}


def events() -> Mapping[str, type[Any]]:
    """Every registered event class by wire name, in the order of definition."""
    return dict(_types)


def kind_of(name: str) -> type[Any] | None:
    """The class of an event by its wire name; None of a superseded version, and of what is not in the contract."""
    return _types.get(name)


def upcasters() -> Mapping[str, Callable[[Json], Json]]:
    """Every upcaster by the wire name it starts from."""
    return {name: function for name, (_, function) in _upcasters.items()}


def name_of(kind: type[Any]) -> str:
    """The wire name of an event class; UnknownEventType for anything else."""
    try:
        return _names[kind]
    except KeyError:
        raise UnknownEventType(kind.__name__) from None


def family_of(name: str) -> str:
    """The name without its version: ``idea-submitted.v2`` is of the family ``idea-submitted``."""
    return name.rpartition(".v")[0]


def personal_fields(kind: type[Any]) -> PersonalFields:
    """The personal fields of an event class: name → (paths of the person's id, scope of the key)."""
    return _personal[kind]


def open_fields(kind: type[Any]) -> frozenset[str]:
    """The fields of an event class that are published: all but the personal ones."""
    return frozenset(f.name for f in dataclasses.fields(kind) if f.name not in _personal[kind])


def encode(happening: object) -> tuple[str, bytes, Json]:
    """An event as its wire name, its published JSON, and its personal values (to be sealed; never None)."""
    kind: type[Any] = type(happening)
    name = name_of(kind)
    data: Json = converter.unstructure(happening)
    secrets = {field: value for field in personal_fields(kind) if (value := data.pop(field)) is not None}
    return name, orjson.dumps(data), secrets


def as_kept(happening: Any, stream: str, version: int) -> Any:
    """An event as it is read back once it is recorded there: references stand for its personal values."""
    fields = personal_fields(type(happening))
    if all(getattr(happening, field) is None for field in fields):
        return happening
    return dataclasses.replace(happening, **{field: Sealed(stream, version, field) for field in fields})


def decode(name: str, data: bytes, *, sealed_at: tuple[str, int] | None = None) -> Any:
    """The event that was stored as ``data`` under ``name``, brought to today's version.

    ``sealed_at`` (stream, version) is given when personal values of it are kept apart: its personal fields are then
    ``Sealed`` references, else None. Raises UnknownEventType, UnknownEventVersion, or cattrs' error for what does
    not fit the contract.
    """
    name, fields = brought_up(name, orjson.loads(data))
    kind = _types.get(name)
    if kind is None:
        raise _unknown(name)
    for field in personal_fields(kind):
        fields[field] = None if sealed_at is None else {"sealed": Sealed(*sealed_at, field).reference}
    return converter.structure(fields, kind)


def brought_up(name: str, fields: Json) -> tuple[str, Json]:
    """The JSON of an event as the newest version of it has it, and the name of that version."""
    while name in _upcasters:
        name, function = _upcasters[name]
        fields = function(fields)
    return name, fields


def _unknown(name: str) -> LookupError:
    families = {family_of(known) for known in _types} | {family_of(known) for known in _upcasters}
    return UnknownEventVersion(name) if family_of(name) in families else UnknownEventType(name)


def _converter() -> OrjsonConverter:
    made = make_converter(forbid_extra_keys=False)
    made.register_unstructure_hook(Sealed, lambda sealed: {"sealed": sealed.reference})
    made.register_structure_hook(Sealed, lambda value, _: Sealed.of(value["sealed"]))
    made.register_structure_hook_func(_may_be_sealed, _structure_personal)
    return made


def _may_be_sealed(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType) and Sealed in get_args(kind)


def _structure_personal(given: Any, kind: Any) -> Any:
    if given is None:
        return None
    if isinstance(given, dict) and "sealed" in given:
        return Sealed.of(given["sealed"])
    (plain,) = (arm for arm in get_args(kind) if arm not in (Sealed, type(None)))
    return converter.structure(given, plain)


converter = _converter()
"""Turns events, states and rows into JSON values and back; the hot path, without validation."""


def description_of(kind: type[Any], field: str) -> str:
    """What a field of an event or value means, as its author wrote it."""
    (found,) = (f for f in dataclasses.fields(kind) if f.name == field)
    return str(found.metadata.get("metadata", {}).get("description", ""))


def type_of(kind: type[Any], field: str) -> Any:
    """The type of a field, with its ``Annotated`` constraints."""
    return get_type_hints(kind, include_extras=True)[field]


def schema_class(kind: type[Any], base: type[Schema] = Schema) -> type[Schema]:
    """The marshmallow schema of a dataclass, with each of its parts by class.

    marshmallow_dataclass names the second field of the same kind (``after`` beside ``before``) by its name alone, and
    marshmallow then takes whichever schema of that name was made last, of whatever base.
    """
    made = marshmallow_dataclass.class_schema(kind, base_schema=base)
    hints = get_type_hints(kind, include_extras=True)
    for name, field in made._declared_fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested) and get_origin(hints[name]) is not Annotated:
            inner.nested = schema_class(_part_in(hints[name]), base)
    return made


def _part_in(hint: Any) -> type[Any]:
    """The dataclass that a field is of, one or several or none of it."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return hint
    return next(_part_in(arm) for arm in get_args(hint) if arm not in (type(None), ...))
