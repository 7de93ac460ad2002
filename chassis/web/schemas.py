"""Marshmallow schemas of what comes in over HTTP, from the dataclasses that take it: bodies, queries, paths.

Types of contracts.values guard themselves. Plain ``int``, ``str``, ``datetime`` … get the fields below, so that nothing
comes in that the history or a database cannot keep.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from copy import copy
from datetime import UTC, date, datetime
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Length

from chassis.errors import Invalid, NotFound
from contracts.event import description_of, schema_class

_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LONGEST = 10_000
_LARGEST = 2**53 - 1
"""What JavaScript, too, counts exactly."""


class PlainText(fields.String):
    """Text without control characters, up to 10,000 characters."""

    shortest = 0
    longest = _LONGEST

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if _UNFIT.search(text):
            raise ValidationError("Must not contain control characters.")
        Length(max=_LONGEST)(text)
        return text


class WholeNumber(fields.Integer):
    """A whole number that every reader counts exactly; true and 1.5 are none."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, (bool, float)):
            raise self.make_error("invalid", input=value)
        number = super()._validated(value)
        if abs(number) > _LARGEST:
            raise self.make_error("too_large", input=value)
        return int(number)


class Number(fields.Float):
    """A number; true is none."""

    def _validated(self, value: Any) -> float:
        if isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return float(super()._validated(value))


class Flag(fields.Boolean):
    """true or false, in a query ``true`` or ``false``."""

    truthy = {True, "true"}  # noqa: RUF012 - marshmallow's way to say it
    falsy = {False, "false"}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, (bool, str)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Moment(fields.AwareDateTime):
    """A moment with its offset, as RFC 3339; becomes UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment: datetime = super()._deserialize(value, attr, data, **kwargs)
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from None


class Incoming(Schema):
    """The base of every schema here: what is not known is refused."""

    TYPE_MAPPING = {  # noqa: RUF012 - marshmallow's way to say it
        **Schema.TYPE_MAPPING,
        str: PlainText,
        int: WholeNumber,
        float: Number,
        bool: Flag,
        datetime: Moment,
        date: fields.Date,
    }

    class Meta:
        """Unknown fields are refused."""

        unknown = RAISE


def schema_of(kind: type[Any], names: tuple[str, ...], title: str | None = None) -> Schema:
    """The schema of these fields of a dataclass: one and the same for the same fields."""
    key = (kind, names, title or kind.__name__)
    if key not in _made:
        _made[key] = _make(*key)
    return _made[key]


_made: dict[tuple[type[Any], tuple[str, ...], str], Schema] = {}


def _make(kind: type[Any], names: tuple[str, ...], title: str) -> Schema:
    hints = get_type_hints(kind, include_extras=True)
    parts = [
        (f.name, hints[f.name], dataclasses.field(default=f.default, metadata=_schema_part(f)))
        for f in dataclasses.fields(kind)
        if f.name in names
    ]
    made = dataclasses.make_dataclass(title, parts, kw_only=True)
    return schema_class(made, Incoming)()


def answer_schema(kind: type[Any]) -> type[Schema]:
    """The schema of a dataclass that is answered with, for its description."""
    schema = schema_class(kind, Incoming)
    for one in _parts(kind, set()):
        described = schema_class(one, Incoming)._declared_fields
        for name, hint in get_type_hints(one, include_extras=True).items():
            if get_origin(hint) is Annotated and NoneType in get_args(get_args(hint)[0]):
                described[name] = _personal(described[name], description_of(one, name))
    return schema


def _personal(field: fields.Field[Any], description: str) -> fields.Field[Any]:
    """The field of a personal value, which may be gone; it does not know that itself, nor what it is about."""
    known = copy(field)
    known.allow_none = True
    known.metadata = {**field.metadata, "description": description}
    return known


def _parts(kind: Any, seen: set[Any]) -> set[Any]:
    """A dataclass and all that it is made of."""
    if dataclasses.is_dataclass(kind) and kind not in seen:
        seen.add(kind)
        for hint in get_type_hints(kind).values():
            _parts(hint, seen)
    for argument in get_args(kind):
        _parts(argument, seen)
    return seen


def load(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as the dataclass takes them; Invalid, naming each field, for what is not possible."""
    try:
        loaded = schema.load(given)
    except ValidationError as error:
        raise Invalid("fields-not-valid", fields=error.messages) from None
    return {f.name: getattr(loaded, f.name) for f in dataclasses.fields(loaded)}


def load_path(schema: Schema, path: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a path that this schema has; NotFound for what can be no id, naming the parameter."""
    try:
        return load(schema, {name: value for name, value in path.items() if name in schema.fields})
    except Invalid as error:
        raise NotFound("no-such-thing", fields=error.details["fields"]) from None


def _schema_part(field: dataclasses.Field[Any]) -> dict[str, Any]:
    return {name: value for name, value in field.metadata.items() if name not in ("given", "each_of", "personal")}
