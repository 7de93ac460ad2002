"""Taking events back that a database once had, as they were."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import orjson

from chassis.recorded import Recorded
from chassis.store.encoding import SEALED_AND_LOST, kept_metadata
from chassis.store.postgres.connections import Raw
from chassis.store.protocol import CommandKey, HistoryDiffers
from chassis.store.restoring import must_follow, versions

_LOCK = "SELECT id, version FROM streams WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
_ADVANCE = """
    INSERT INTO streams (id, version) SELECT * FROM unnest(%s::text[], %s::bigint[])
    ON CONFLICT (id) DO UPDATE SET version = excluded.version
"""
_LAST = "SELECT coalesce(max(position), 0) FROM events WHERE partition = %s"
_INSERT = """
    INSERT INTO events
        (partition, position, id, stream, version, type, data, metadata, sealed, recorded_at, occurred_at)
    SELECT %s, position, id, stream, version, type, data::json, metadata::json, sealed, recorded_at, occurred_at
    FROM unnest(
        %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::bytea[],
        %s::timestamptz[], %s::timestamptz[]
    ) AS e (position, id, stream, version, type, data, metadata, sealed, recorded_at, occurred_at)
"""
_REMEMBER = """
    INSERT INTO commands (caller, key, answer, recorded_at)
    SELECT caller, key, %s::jsonb, clock_timestamp() FROM unnest(%s::text[], %s::text[]) AS done (caller, key)
    ON CONFLICT DO NOTHING
"""


def restore(db: Raw, service: str, events: Sequence[Recorded], done: Collection[CommandKey]) -> None:
    """As ``Store.restore``, within a transaction; in the order of an append: streams, partition, events."""
    _advance(db, events)
    partition = events[0].partition
    db.execute("SELECT 1 FROM partitions WHERE number = %s FOR UPDATE", (partition,))
    ((last,),) = db.execute(_LAST, (partition,))
    must_follow(service, last, events)
    rows = [
        (
            *(r.position, r.id, r.stream, r.version, r.type, r.data.decode(), kept_metadata(r.metadata).decode()),
            *(SEALED_AND_LOST if r.sealed else None, r.recorded_at, r.occurred_at),
        )
        for r in events
    ]
    db.execute(_INSERT, (partition, *(list(column) for column in zip(*rows, strict=True))))
    answer = orjson.dumps({"status": 200, "body_hash": ""}).decode()
    db.execute(_REMEMBER, (answer, [key.caller for key in done], [key.key for key in done]))


def _advance(db: Raw, events: Sequence[Recorded]) -> None:
    wanted = versions(events)
    there: dict[str, int] = dict(db.execute(_LOCK, (list(wanted),)).fetchall())
    for stream, (before, _) in wanted.items():
        if there.get(stream, 0) != before:
            raise HistoryDiffers(f"{stream} is at version {there.get(stream, 0)}, not at {before}")
    db.execute(_ADVANCE, (list(wanted), [now for _, now in wanted.values()]))
