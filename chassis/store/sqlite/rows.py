"""Rows of the events table as recorded events, and back."""

from __future__ import annotations

from typing import Any

from chassis.recorded import Recorded, from_micros
from chassis.store.encoding import metadata_of

_POSITIONS = 1 << 48
READ_PARTITION = """
    SELECT place, id, stream, version, type, data, metadata, recorded_at, occurred_at, sealed IS NOT NULL
    FROM events WHERE place > ? AND place < ? ORDER BY place LIMIT ?
"""
READ_STREAM = """
    SELECT place, id, stream, version, type, data, metadata, recorded_at, occurred_at, sealed IS NOT NULL
    FROM events WHERE stream = ? AND version > ? AND recorded_at <= ? ORDER BY version
"""
READ_HISTORY = """
    SELECT version, type, data, sealed IS NOT NULL FROM events WHERE stream = ? AND version > ? ORDER BY version
"""
INSERT = """
    INSERT INTO events (place, id, stream, version, type, data, metadata, sealed, recorded_at, occurred_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def place_of(partition: int, position: int) -> int:
    """Where the events table keeps a position."""
    return partition * _POSITIONS + position


def position_of(place: int) -> int:
    """The position within its partition."""
    return place % _POSITIONS


def to_recorded(service: str, row: tuple[Any, ...]) -> Recorded:
    """A row of either query above."""
    place, id_, stream, version, type_, data, metadata, recorded_at, occurred_at, sealed = row
    return Recorded(
        id=id_,
        service=service,
        partition=place // _POSITIONS,
        position=place % _POSITIONS,
        stream=stream,
        version=version,
        type=type_,
        data=data,
        metadata=metadata_of(metadata),
        recorded_at=from_micros(recorded_at),
        occurred_at=None if occurred_at is None else from_micros(occurred_at),
        sealed=bool(sealed),
    )
