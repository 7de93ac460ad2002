"""Rows of the events table as recorded events."""

from __future__ import annotations

from typing import Any

from chassis.recorded import Recorded
from chassis.store.encoding import metadata_of

_COLUMNS = (
    "partition, position, id, stream, version, type, data, metadata, recorded_at, occurred_at, sealed IS NOT NULL"
)
READ_PARTITION = f"""
    SELECT {_COLUMNS} FROM events WHERE partition = %s AND position > %s ORDER BY position LIMIT %s
"""  # noqa: S608 - of our own words
READ_STREAM = f"""
    SELECT {_COLUMNS} FROM events WHERE stream = %s AND version > %s AND recorded_at <= %s ORDER BY version
"""  # noqa: S608 - of our own words
READ_HISTORIES = """
    SELECT asked.stream, found.*
    FROM unnest(%(streams)s::text[], %(known)s::bigint[]) AS asked (stream, known)
    LEFT JOIN LATERAL (
        SELECT version, state FROM snapshots
        WHERE stream = asked.stream AND fingerprint = %(fingerprint)s AND asked.known = 0 LIMIT 1
    ) AS kept ON true
    CROSS JOIN LATERAL (
        SELECT kept.version, NULL AS type, NULL::json AS data, NULL AS sealed, kept.state
        WHERE kept.version IS NOT NULL
        UNION ALL (
            SELECT version, type, data, sealed IS NOT NULL, NULL FROM events
            WHERE stream = asked.stream AND version > coalesce(kept.version, asked.known) ORDER BY version
        )
    ) AS found ORDER BY version
"""
"""A snapshot, if there is one, comes before the events: a row of which nothing but version and state is known.

Whatever the planner knows of the tables, each stream is looked up by itself: so say LIMIT and the inner ORDER BY.
"""
HEADS = """
    SELECT number, position, id FROM partitions LEFT JOIN LATERAL (
        SELECT position, id FROM events WHERE partition = number ORDER BY position DESC LIMIT 1
    ) AS last ON true ORDER BY number
"""


def to_recorded(service: str, row: tuple[Any, ...]) -> Recorded:
    """A row of a partition or a stream."""
    partition, position, id_, stream, version, type_, data, metadata, recorded_at, occurred_at, sealed = row
    return Recorded(
        id=id_,
        service=service,
        partition=partition,
        position=position,
        stream=stream,
        version=version,
        type=type_,
        data=data,
        metadata=metadata_of(metadata),
        recorded_at=recorded_at,
        occurred_at=occurred_at,
        sealed=sealed,
    )
