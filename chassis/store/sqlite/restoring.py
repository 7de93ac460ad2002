"""Taking events back that a file once had, as they were."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

from chassis.recorded import Recorded, to_micros
from chassis.store.encoding import SEALED_AND_LOST, kept_metadata
from chassis.store.protocol import Answer, CommandKey, HistoryDiffers
from chassis.store.restoring import must_follow, versions
from chassis.store.sqlite.rows import INSERT, place_of, position_of
from contracts.event import converter

_LAST = "SELECT coalesce(max(place), ?) FROM events WHERE place > ? AND place < ?"
_ADVANCE = "INSERT INTO streams (id, version) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version"
_REMEMBER = "INSERT INTO commands (caller, key, answer, recorded_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"


def restore(
    db: sqlite3.Connection, service: str, events: Sequence[Recorded], done: Collection[CommandKey], now: int
) -> None:
    """As ``Store.restore``, within a transaction."""
    for stream, (before, version) in versions(events).items():
        (there,) = db.execute("SELECT version FROM streams WHERE id = ?", (stream,)).fetchone() or (0,)
        if there != before:
            raise HistoryDiffers(f"{stream} is at version {there}, not at {before}")
        db.execute(_ADVANCE, (stream, version))
    partition = events[0].partition
    begin, end = place_of(partition, 0), place_of(partition + 1, 0)
    ((last,),) = db.execute(_LAST, (begin, begin, end))
    must_follow(service, position_of(last), events)
    db.executemany(INSERT, map(_row, events))
    answer = converter.dumps(Answer())
    db.executemany(_REMEMBER, [(key.caller, key.key, answer, now) for key in done])


def _row(recorded: Recorded) -> tuple[object, ...]:
    occurred_at = None if recorded.occurred_at is None else to_micros(recorded.occurred_at)
    return (
        *(place_of(recorded.partition, recorded.position), recorded.id, recorded.stream, recorded.version),
        *(recorded.type, recorded.data, kept_metadata(recorded.metadata)),
        *(SEALED_AND_LOST if recorded.sealed else None, to_micros(recorded.recorded_at), occurred_at),
    )
