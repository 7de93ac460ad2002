"""Recorded events as CloudEvents 1.0, in the JSON batch format (CloudEvents JSON Event Format 1.0, section 4).

What a caller may not see is a *withheld* mark: it says nothing but its position, so that a reader can still prove that
nothing is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from chassis.recorded import Metadata, Position, Recorded

BATCH = "application/cloudevents-batch+json"
WITHHELD = "nyfiken.withheld.v1"
SOURCE = "nyfiken/"
"""Before the service's name, in ``source``."""
SCHEMA = "urn:nyfiken:event:"
"""Before the wire name, in ``dataschema``."""
_METADATA = {
    "by": "by",
    "correlationid": "correlation_id",
    "causationid": "causation_id",
    "traceparent": "traceparent",
}
"""Extension attribute → what is known about why the event was recorded."""

Json = dict[str, Any]


class NotAnEvent(ValueError):
    """What came is not an event as a feed of ours gives it."""


def to_batch(events: Sequence[Recorded | Position]) -> bytes:
    """A page of a feed: recorded events, and of what is withheld the positions."""
    return orjson.dumps([as_cloud_event(each) for each in events])


def as_cloud_event(each: Recorded | Position) -> Json:
    """One of them: an event in the JSON event format, or the mark of what is withheld."""
    return _withheld(each) if isinstance(each, Position) else _cloud_event(each)


def from_batch(batch: bytes) -> list[Recorded | Position]:
    """What ``to_batch`` was given, without anything that is kept apart; NotAnEvent for anything else."""
    try:
        return [_received(each) for each in orjson.loads(batch)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAnEvent(type(error).__name__) from error


def _cloud_event(recorded: Recorded) -> Json:
    attributes = {
        **_placed(recorded.at),
        "id": recorded.id,
        "type": recorded.type,
        "subject": recorded.stream,
        "version": recorded.version,
        "time": rfc3339(recorded.happened_at),
        "datacontenttype": "application/json",
        "dataschema": f"{SCHEMA}{recorded.type}",
        "data": orjson.Fragment(recorded.data),
    }
    if recorded.occurred_at is not None:
        attributes["recordedat"] = rfc3339(recorded.recorded_at)
    known = {name: getattr(recorded.metadata, field) for name, field in _METADATA.items()}
    return attributes | {name: value for name, value in known.items() if value is not None}


def _withheld(at: Position) -> Json:
    return {**_placed(at), "id": f"withheld-{at.partition}-{at.position}", "type": WITHHELD}


def _placed(at: Position) -> Json:
    return {
        "specversion": "1.0",
        "source": f"{SOURCE}{at.service}",
        "partition": at.partition,
        "position": at.position,
    }


def _received(each: Json) -> Recorded | Position:
    service = each["source"].removeprefix(SOURCE)
    if each["type"] == WITHHELD:
        return Position(service, each["partition"], each["position"])
    happened_at = datetime.fromisoformat(each["time"])
    recorded_at = each.get("recordedat")
    return Recorded(
        id=each["id"],
        service=service,
        partition=each["partition"],
        position=each["position"],
        stream=each["subject"],
        version=each["version"],
        type=each["type"],
        data=orjson.dumps(each["data"]),
        metadata=Metadata(**{field: each.get(name) for name, field in _METADATA.items()}),
        recorded_at=datetime.fromisoformat(recorded_at) if recorded_at else happened_at,
        occurred_at=happened_at if recorded_at else None,
    )


def rfc3339(moment: datetime) -> str:
    """The moment in UTC, as ``2026-03-04T05:06:07.000008Z``."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat().replace("+00:00", "Z")
