"""What the OpenAPI document says of a route, and the parts that all routes share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask
from flask_smorest import Api
from marshmallow import Schema, fields
from marshmallow_dataclass.union_field import Union

from chassis.web.context import open_to_all
from chassis.web.problems import MEDIA_TYPE
from chassis.web.schemas import answer_schema
from contracts.event import Sealed

Doc = dict[str, Any]
_DOCUMENT = "api-docs.openapi_json"
_ASKING = (400, 401, 403, 404, 422, 503)
_COMMANDING = (400, 401, 403, 404, 409, 412, 413, 415, 422, 503)

_PROBLEM: Doc = {
    "type": "object",
    "description": "Why something was not done (RFC 9457), in the language of Accept-Language: sv or en.",
    "required": ["type", "title", "status", "detail", "instance", "errors"],
    "properties": {
        "type": {"type": "string", "description": "Stable for ever: /problems/<slug>."},
        "title": {"type": "string", "description": "What kind of no it is."},
        "status": {"type": "integer", "description": "As the answer's status."},
        "detail": {"type": "string", "description": "What was wrong, and what to do."},
        "instance": {"type": "string", "description": "The path that was asked."},
        "correlation_id": {"type": "string", "description": "Names this request in the logs."},
        "errors": {
            "type": "array",
            "description": "What is wrong with which field, header or parameter.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Its path: criteria.0.threshold."},
                    "message": {"type": "string", "description": "What is wrong with it."},
                },
            },
        },
    },
}
_HEADERS: Mapping[str, tuple[str, str]] = {
    "ETag": ("The version of what is answered.", '"3"'),
    "Event-Position": ("Where what was done, or seen, lies in the history.", "ideas/0:17"),
    "Location": ("Where what was made is found.", "/ideas/1f0c8e5b-7d4a-4329-80e1-f2c3b4a59687"),
}
_PARAMETERS: Mapping[str, tuple[str, str, str]] = {
    "IdempotencyKey": ("Idempotency-Key", "The same key again gets the first answer again. A UUID is a good one.", ""),
    "IfMatch": ("If-Match", "The version that was read (ETag): 412 if it is another now.", '"3"'),
    "IfMatchNeeded": ("If-Match", "The version that was read (ETag): 412 if it is another now, 428 without.", '"3"'),
    "IfNoneMatch": ("If-None-Match", "The ETag that is known: 304 if it is the same still.", '"3"'),
    "IfPosition": ("If-Position", "Answer what has seen these positions; 503 if that takes too long.", "ideas/0:17"),
}

_SENTENCE_ENDS = re.compile(r"(?<=\.)\s+(?=[A-Z])")


class _Api(Api):  # type: ignore[misc]
    """flask-smorest's, without the parts it would add that nothing here refers to, and with problems.py for errors."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_responses(self) -> None: ...

    def _register_pagination_header(self) -> None: ...

    def _register_etag_headers(self) -> None: ...

    def _register_error_handlers(self) -> None: ...


def make_api(app: Flask) -> Api:
    """The document of an app, with all that its routes refer to."""
    plugin = _Plugin(schema_name_resolver=_name)
    api = _Api(app, spec_kwargs={"marshmallow_plugin": plugin, "security": [{"bearer": []}]})
    app.view_functions[_DOCUMENT] = open_to_all(partial(app.view_functions[_DOCUMENT]))
    parts = api.spec.components
    parts.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    parts.schema("Problem", _PROBLEM)
    parts.response("Problem", {"description": "Why not.", "content": {MEDIA_TYPE: {"schema": "Problem"}}})
    for name, (description, example) in _HEADERS.items():
        parts.header(name, {"description": description, "schema": {"type": "string"}, "example": example})
    for key, (header, description, example) in _PARAMETERS.items():
        schema = {"type": "string", **({"examples": [example]} if example else {})}
        needed = {"required": True} if key == "IfMatchNeeded" else {}
        parts.parameter(key, "header", {"name": header, "description": description, "schema": schema, **needed})
    return api


def document_of(app: Flask) -> Doc:
    """The document itself, as ``/openapi.json`` answers it."""
    document: Doc = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    return document


def of_command(
    path: Schema, body: Schema, ids: Mapping[str, bool], status: int, *, if_match: bool, versioned: bool
) -> Doc:
    """A command: ``ids`` are the names of those that it answers with, and whether each is a list."""
    refused = (*_COMMANDING, 428) if if_match else _COMMANDING
    content = _json(_ids(ids, versioned=versioned))
    headers = [name for name, there in {"ETag": versioned, "Event-Position": True}.items() if there]
    created = [*headers, "Location"] if versioned else headers
    done: Doc = {"200": {"description": "Done, or so already.", "headers": _same(headers), "content": content}}
    if status == 201:
        done["201"] = {"description": "Made.", "headers": _same(created), "content": content}
    doc: Doc = {
        "parameters": [*_path(path), "IdempotencyKey", "IfMatchNeeded" if if_match else "IfMatch"],
        "responses": {**done, **_problems(refused)},
    }
    if body.fields:
        required = any(field.required for field in body.fields.values())
        doc["requestBody"] = {"required": required, "content": _json(body)}
    return doc


def of_query(path: Schema, query: Schema, answer: Any) -> Doc:
    """A query and the dataclass that it answers with."""
    asked = [{"in": "query", "schema": query}] if query.fields else []
    schema = answer_schema(answer)
    headers = {"ETag": "ETag", "Event-Position": "Event-Position"}
    return {
        "parameters": [*_path(path), *asked, "IfPosition", "IfNoneMatch"],
        "responses": {
            "200": {"description": "The answer.", "headers": headers, "content": _json(schema)},
            "304": {"description": "As you have it."},
            **_problems(_ASKING),
        },
    }


def _path(path: Schema) -> list[Doc]:
    return [{"in": "path", "schema": path}] if path.fields else []


def _json(schema: Any) -> Doc:
    return {"application/json": {"schema": schema}}


def _same(names: Iterable[str]) -> Doc:
    """Headers that are documented under their own names."""
    return {name: name for name in names}


def _problems(statuses: Iterable[int]) -> Doc:
    return {str(status): "Problem" for status in sorted(statuses)}


def _ids(ids: Mapping[str, bool], *, versioned: bool) -> Doc:
    one: Doc = {"type": "string"}
    properties: Doc = {name: {"type": "array", "items": one} if several else one for name, several in ids.items()}
    if versioned:
        properties["version"] = {"type": "integer", "description": "Of what was commanded, as in ETag."}
    return {"type": "object", "required": list(ids), "properties": properties}


class _Converter(OpenAPIConverter):
    """Knows the fields of our own: limits of texts, JavaScript's patterns, unions without what is sealed."""

    def field2property(self, field: fields.Field[Any]) -> Doc:
        """The JSON Schema of one field."""
        schema: Doc = super().field2property(field)
        if hasattr(field, "shortest") and hasattr(field, "longest"):
            schema.setdefault("minLength", field.shortest)  # a narrower limit of its own is there already
            schema.setdefault("maxLength", field.longest)
        if isinstance(schema.get("pattern"), str):
            schema["pattern"] = schema["pattern"].replace(r"\A", "^").replace(r"\Z", "$").replace(r"\"", '"')
        if "type" not in schema and all(isinstance(choice, str) for choice in schema.get("enum", [None])):
            schema["type"] = "string"
        if isinstance(field, Union):
            schema["anyOf"] = [self.field2property(one) for kind, one in field.union_fields if kind is not Sealed]
        return schema


class _Plugin(MarshmallowPlugin):
    Converter = _Converter


def _name(schema: Schema | type[Schema]) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__


def summary_of(told: str | None) -> Doc:
    """The first sentence of a docstring as summary, the rest as description; Markdown's backticks instead of rst's."""
    first, _, rest = (told or "").replace("``", "`").partition("\n\n")
    summary, *more = _SENTENCE_ENDS.split(" ".join(first.split()), maxsplit=1)
    description = "\n\n".join(part for part in (*more, rest.strip()) if part)
    return {"summary": summary.removesuffix(".")} | ({"description": description} if description else {})
