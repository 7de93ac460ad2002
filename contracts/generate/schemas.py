"""The JSON Schema (2020-12) of an event as it is published: from its dataclass by way of its marshmallow schema."""

from __future__ import annotations

import dataclasses
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

from contracts.event import Json, schema_class
from contracts.generate.catalogue import Event

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = "#/components/schemas/"


def schema_of(event: Event) -> Json:
    """The schema of an event's JSON; its personal fields are not in it, and are listed under ``x-personal``."""
    parts = _parts(event)
    own = parts.pop(event.title)
    return {
        "$schema": DIALECT,
        "$id": f"urn:nyfiken:event:{event.name}",
        "title": event.title,
        "description": event.description,
        "type": "object",
        "properties": {field.name: own["properties"][field.name] for field in event.published},
        "required": [field.name for field in event.published if field.name in own.get("required", ())],
        "x-personal": [_sealed(field.name, field.description, field.personal_of) for field in event.personal],
        "$defs": parts,
    }


def marshmallow_schema(event: Event) -> type[Schema]:
    """What guards the published form of an event where it comes from others."""
    published = [
        (field.name, field.type, dataclasses.field(default=field.declared.default, metadata=field.declared.metadata))
        for field in event.published
    ]
    return schema_class(dataclasses.make_dataclass(event.title, published, kw_only=True))


def _sealed(name: str, description: str, of: tuple[str, ...]) -> Json:
    return {"field": name, "description": description, "of": list(of)}


class _Converter(OpenAPIConverter):
    """Knows the limits of the texts of contracts.values, which are the field's own and not a validator's."""

    def field2property(self, field: fields.Field[Any]) -> Json:
        """The JSON Schema of one field."""
        schema: Json = super().field2property(field)
        if hasattr(field, "shortest") and hasattr(field, "longest"):
            schema |= {"minLength": field.shortest, "maxLength": field.longest}
        return schema


class _Plugin(MarshmallowPlugin):
    Converter = _Converter


def _parts(event: Event) -> dict[str, Json]:
    spec = APISpec("events", "1", openapi_version="3.1.0", plugins=[_Plugin(schema_name_resolver=_name)])
    spec.components.schema(event.title, schema=marshmallow_schema(event))
    return {name: _plain(schema) for name, schema in sorted(spec.to_dict()["components"]["schemas"].items())}


def _name(schema: Schema | type[Schema]) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__


def _plain(value: Any) -> Any:
    """As JSON Schema has it: own references, JavaScript's patterns, and room for fields a reader does not know."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    plain = {key: _plain(item) for key, item in value.items() if (key, item) != ("additionalProperties", False)}
    if isinstance(plain.get("$ref"), str):
        plain["$ref"] = plain["$ref"].replace(_REFERENCE, "#/$defs/")
    if isinstance(plain.get("pattern"), str):
        plain["pattern"] = plain["pattern"].replace(r"\A", "^").replace(r"\Z", "$").replace(r"\"", '"')
    return plain
