"""Recorded events as Kafka messages: CloudEvents 1.0 in binary mode (Kafka Protocol Binding 1.0.2, section 3.2).

The value is the event's JSON as the store has it, the key its stream; what else is known stands in the headers, with
``ce_`` before each attribute. ``traceparent`` goes without: it is W3C's own header, which is what tracing tools read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from chassis.recorded import Metadata, Recorded
from chassis.transport.cloudevents import SCHEMA, SOURCE, rfc3339

Headers = list[tuple[str, bytes]]
_DIGITS = 18
"""A position has no more: what has is not ours."""


class Message(NamedTuple):
    """What is sent."""

    key: bytes
    value: bytes
    headers: Headers


@dataclasses.dataclass(frozen=True, slots=True)
class Unreadable:
    """A message of ours at a known position, whose content cannot be read."""

    position: int


def to_message(recorded: Recorded) -> Message:
    """A recorded event as it goes out, without anything that is kept apart."""
    stream = recorded.stream.encode()
    headers = [
        *_in_common(recorded.service, recorded.partition, recorded.type),
        ("ce_id", recorded.id.encode()),
        ("ce_subject", stream),
        ("ce_position", b"%d" % recorded.position),
        ("ce_version", b"%d" % recorded.version),
        ("ce_time", rfc3339(recorded.happened_at).encode()),
    ]
    if recorded.occurred_at is not None:
        headers.append(("ce_recordedat", rfc3339(recorded.recorded_at).encode()))
    known = recorded.metadata
    for name, text in (
        ("ce_by", known.by),
        ("ce_correlationid", known.correlation_id),
        ("ce_causationid", known.causation_id),
        ("traceparent", known.traceparent),
    ):
        if text is not None:
            headers.append((name, text.encode()))
    return Message(stream, recorded.data, headers)


def from_message(message: Any, service: str, partition: int) -> Recorded | Unreadable | None:
    """The event in what kafka-python received from this partition; None for a message that is not of the service."""
    headers = dict(message.headers)
    if headers.get("ce_source") != _source(service) or headers.get("ce_partition") != b"%d" % partition:
        return None
    digits = headers.get("ce_position") or b""
    position = int(digits) if digits.isdigit() and len(digits) <= _DIGITS else 0
    if not position:
        return None
    try:
        return _recorded(headers, message.value, service, partition, position)
    except (ValueError, KeyError, AttributeError, TypeError):
        return Unreadable(position)


def _recorded(headers: Mapping[str, bytes], value: bytes, service: str, partition: int, position: int) -> Recorded:
    if headers["ce_specversion"] != b"1.0" or type(orjson.loads(value)) is not dict:
        raise ValueError(position)
    happened_at, recorded_at = _moment(headers["ce_time"]), headers.get("ce_recordedat")
    return Recorded(
        id=headers["ce_id"].decode(),
        service=service,
        partition=partition,
        position=position,
        stream=headers["ce_subject"].decode(),
        version=int(headers["ce_version"]),
        type=headers["ce_type"].decode(),
        data=value,
        metadata=Metadata(
            by=_text(headers.get("ce_by")),
            correlation_id=_text(headers.get("ce_correlationid")),
            causation_id=_text(headers.get("ce_causationid")),
            traceparent=_text(headers.get("traceparent")),
        ),
        recorded_at=_moment(recorded_at) if recorded_at else happened_at,
        occurred_at=happened_at if recorded_at else None,
    )


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode()


def _moment(header: bytes) -> datetime:
    moment = datetime.fromisoformat(header.decode())
    if moment.tzinfo is None:
        raise ValueError(header)
    return moment


@lru_cache(maxsize=16)
def _source(service: str) -> bytes:
    return f"{SOURCE}{service}".encode()


@lru_cache(maxsize=1024)
def _in_common(service: str, partition: int, type_: str) -> Headers:
    """The headers that all events of a type in a partition have in common."""
    return [
        ("ce_specversion", b"1.0"),
        ("content-type", b"application/json"),
        ("ce_source", _source(service)),
        ("ce_partition", b"%d" % partition),
        ("ce_type", type_.encode()),
        ("ce_dataschema", f"{SCHEMA}{type_}".encode()),
    ]
