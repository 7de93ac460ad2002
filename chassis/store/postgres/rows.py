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
READ_HISTORY = """
    WITH kept AS (
        SELECT version, state FROM snapshots
        WHERE stream = %(stream)s AND fingerprint = %(fingerprint)s AND %(known)s::bigint = 0
    )
    SELECT version, type, data, sealed IS NOT NULL, NULL::bytea AS state
    FROM events WHERE stream = %(stream)s AND version > coalesce((SELECT version FROM kept), %(known)s::bigint)
    UNION ALL SELECT version, NULL, NULL, NULL, state FROM kept
    ORDER BY version
"""
"""The snapshot, if there is one, comes first: a row of which nothing but version and state is known."""
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
