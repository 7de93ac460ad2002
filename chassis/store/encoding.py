"""What every store writes of an event: its published JSON, its personal values apart, its metadata."""

from __future__ import annotations

import zlib
from typing import NamedTuple

import orjson

from chassis.errors import Invalid
from chassis.recorded import Metadata
from chassis.store.protocol import NewEvent
from contracts.event import Json, converter, encode

MOST_BYTES = 256 * 1024
"""The largest event; a larger one would block the relay."""

SEALED_AND_LOST = b""
"""What stands for personal values that nobody has any more: no ciphertext, and no key for it."""


class Encoded(NamedTuple):
    """An event about to be recorded, as bytes; ``secrets`` are its personal values, to be sealed."""

    new: NewEvent
    type: str
    data: bytes
    metadata: bytes
    secrets: Json


def encoded(new: NewEvent) -> Encoded:
    """An event as it is written; Invalid names the largest field of one that is too large."""
    name, data, secrets = encode(new.event)
    if len(data) > MOST_BYTES:
        raise Invalid("event-too-large", field=_largest_field(data), most=MOST_BYTES)
    return Encoded(new, name, data, kept_metadata(new.metadata), secrets)


def partition_of(stream: str, partitions: int) -> int:
    """The partition of a stream; the same for ever, on every machine."""
    return zlib.crc32(stream.encode()) % partitions


def kept_metadata(metadata: Metadata) -> bytes:
    """What is known, as it is written."""
    known = {
        "by": metadata.by,
        "correlation_id": metadata.correlation_id,
        "causation_id": metadata.causation_id,
        "traceparent": metadata.traceparent,
    }
    return orjson.dumps({name: value for name, value in known.items() if value})


def metadata_of(kept: bytes) -> Metadata:
    """What was known, read back; what newer code knows besides is passed over. Every event read is read by this."""
    known = orjson.loads(kept)
    return Metadata(
        by=known.get("by"),
        correlation_id=known.get("correlation_id"),
        causation_id=known.get("causation_id"),
        traceparent=known.get("traceparent"),
    )


def _largest_field(data: bytes) -> str:
    fields: Json = converter.loads(data, dict)
    return max(fields, key=lambda name: len(converter.dumps(fields[name])))
