"""A line of a file that is to be loaded, read back as the event that ``history.exporting`` wrote of it.

The attributes are those of CloudEvents 1.0 and what ``chassis.transport.cloudevents`` adds to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

import orjson
from cattrs import BaseValidationError, transform_error
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Equal, Length, Range, Regexp

from chassis.recorded import Metadata, Recorded
from chassis.store.encoding import MOST_BYTES
from chassis.transport.cloudevents import SCHEMA, SOURCE, WITHHELD
from contracts.event import UnknownEventType, UnknownEventVersion
from history.errors import NotLoaded

_CHUNK = 1 << 20
_TEXT = Regexp(r"[^\x00]+\Z", error="is empty, or has a character that no database keeps")


class _Line(Schema):
    specversion = fields.String(required=True, validate=Equal("1.0"))
    source = fields.String(required=True, validate=Regexp(f"{SOURCE}[a-z]+\\Z", error=f"is not {SOURCE} and a service"))
    partition = fields.Integer(required=True, strict=True, validate=Range(min=0))
    position = fields.Integer(required=True, strict=True, validate=Range(min=1))
    id = fields.String(required=True, validate=[_TEXT, Length(max=200)])
    type = fields.String(required=True)
    subject = fields.String(required=True, validate=_TEXT)
    version = fields.Integer(required=True, strict=True, validate=Range(min=1))
    time = fields.AwareDateTime(required=True, format="iso")
    recordedat = fields.AwareDateTime(format="iso")
    datacontenttype = fields.String(required=True, validate=Equal("application/json"))
    dataschema = fields.String(required=True)
    data = fields.Dict(required=True)
    by = fields.String(validate=_TEXT)
    correlationid = fields.String(validate=_TEXT)
    causationid = fields.String(validate=_TEXT)
    traceparent = fields.String(validate=_TEXT)


_LINE = _Line()


def counted(file: BinaryIO) -> int:
    """How many lines a file has, which is then at its beginning again."""
    file.seek(0)
    lines, last = 0, b"\n"
    while chunk := file.read(_CHUNK):
        lines, last = lines + chunk.count(b"\n"), chunk[-1:]
    file.seek(0)
    return lines + (last != b"\n")


def event_of(line: bytes) -> Recorded:
    """The event of a line, of a type and version that this release knows. Raises NotLoaded, which names the field."""
    try:
        found: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise NotLoaded(f"is not JSON ({error})") from None
    if not isinstance(found, dict):
        raise NotLoaded("is no CloudEvent: not a JSON object")
    if found.get("type") == WITHHELD:
        at = f"{str(found.get('source')).removeprefix(SOURCE)}/{found.get('partition')}:{found.get('position')}"
        raise NotLoaded(f"{at} is withheld: pull with --whole")
    try:
        told: Mapping[str, Any] = _LINE.load(found)
    except ValidationError as error:
        raise NotLoaded(_said(error)) from None
    recorded = _recorded(told)
    _must_fit(recorded, told["dataschema"])
    return recorded


def _said(error: ValidationError) -> str:
    """The first that is wrong, of several."""
    field, reasons = next(iter(error.messages_dict.items()))
    reason = str(reasons[0] if isinstance(reasons, list) else reasons).rstrip(".")
    return f"{field}: {reason[:1].lower()}{reason[1:]}"


def _recorded(told: Mapping[str, Any]) -> Recorded:
    happened: datetime = told["time"].astimezone(UTC)
    recorded: datetime | None = told.get("recordedat")
    return Recorded(
        id=told["id"],
        service=told["source"].removeprefix(SOURCE),
        partition=told["partition"],
        position=told["position"],
        stream=told["subject"],
        version=told["version"],
        type=told["type"],
        data=orjson.dumps(told["data"]),
        metadata=Metadata(
            by=told.get("by"),
            correlation_id=told.get("correlationid"),
            causation_id=told.get("causationid"),
            traceparent=told.get("traceparent"),
        ),
        recorded_at=recorded.astimezone(UTC) if recorded else happened,
        occurred_at=happened if recorded else None,
    )


def _must_fit(recorded: Recorded, schema: str) -> None:
    if schema != f"{SCHEMA}{recorded.type}":
        raise NotLoaded(f"dataschema: is not {SCHEMA} and the type")
    if len(recorded.data) > MOST_BYTES:
        raise NotLoaded(f"data: has {len(recorded.data):,} bytes, {MOST_BYTES:,} at most")
    try:
        _ = recorded.event
    except (UnknownEventType, UnknownEventVersion):
        raise NotLoaded("type: is not known to this release; load with the one that wrote it") from None
    except BaseValidationError as error:
        raise NotLoaded(f"data: does not fit its type: {transform_error(error, path='data')[0]}") from None
    except (ValueError, TypeError, KeyError) as error:  # of how an older version becomes the newest
        raise NotLoaded(f"data: does not fit its type ({type(error).__name__})") from None
