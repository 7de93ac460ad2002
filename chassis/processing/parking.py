"""Parking: what could not be applied is set aside in order, key by key, and everything else goes on.

A key is what fails together: a row of a read model, a source stream of a reaction. Once a key is parked, all its later
events join it, until somebody retries or drops it. More than ``MOST_KEYS`` parked keys stop the processor.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from chassis.processing.tables import PARKED_EVENTS, PARKED_KEYS
from chassis.recorded import Recorded, from_micros, pack, to_micros, unpack

MOST_KEYS = 1_000


class TooManyParked(Exception):
    """So much fails that the fault is not in single events; the processor stops."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """One parked key, how many events wait under it, and since when."""

    processor: str
    key: str
    reason: str
    since: datetime
    events: int


def parked_among(connection: sa.Connection, processor: str, keys: Iterable[str]) -> frozenset[str]:
    """Those of these keys that are parked."""
    wanted = list(keys)
    if not wanted:
        return frozenset()
    query = sa.select(PARKED_KEYS.c.key).where(PARKED_KEYS.c.processor == processor, PARKED_KEYS.c.key.in_(wanted))
    return frozenset(connection.execute(query).scalars())


def park(connection: sa.Connection, processor: str, key: str, recorded: Recorded, reason: str, now: datetime) -> None:
    """Set an event of this key aside; TooManyParked if that is one key too many."""
    if not parked_among(connection, processor, [key]):
        count = sa.select(sa.func.count()).select_from(PARKED_KEYS).where(PARKED_KEYS.c.processor == processor)
        if connection.execute(count).scalar_one() >= MOST_KEYS:
            raise TooManyParked(processor)
        row = {"processor": processor, "key": key, "reason": reason, "since": to_micros(now)}
        connection.execute(sa.insert(PARKED_KEYS), row)
    connection.execute(sa.insert(PARKED_EVENTS), {"processor": processor, "key": key, "event": pack(recorded)})


def parked(connection: sa.Connection) -> list[Parked]:
    """Everything that is parked, oldest first."""
    events = (
        sa.select(sa.func.count())
        .where(PARKED_EVENTS.c.processor == PARKED_KEYS.c.processor, PARKED_EVENTS.c.key == PARKED_KEYS.c.key)
        .scalar_subquery()
    )
    query = sa.select(PARKED_KEYS, events.label("events")).order_by(PARKED_KEYS.c.since, PARKED_KEYS.c.key)
    return [
        Parked(processor=r.processor, key=r.key, reason=r.reason, since=from_micros(r.since), events=r.events)
        for r in connection.execute(query)
    ]


def waiting(connection: sa.Connection, processor: str, key: str) -> list[Recorded]:
    """The events parked under a key, oldest first; locks the key against the running processor."""
    held = sa.select(PARKED_KEYS.c.key).where(PARKED_KEYS.c.processor == processor, PARKED_KEYS.c.key == key)
    connection.execute(held.with_for_update())
    query = sa.select(PARKED_EVENTS.c.event).where(PARKED_EVENTS.c.processor == processor, PARKED_EVENTS.c.key == key)
    return [unpack(kept) for kept in connection.execute(query.order_by(PARKED_EVENTS.c.number)).scalars()]


def release(connection: sa.Connection, processor: str, key: str) -> int:
    """Forget what is parked under a key, because it was applied or is given up; how many events that were."""
    events = sa.delete(PARKED_EVENTS).where(PARKED_EVENTS.c.processor == processor, PARKED_EVENTS.c.key == key)
    gone = connection.execute(events).rowcount
    keys = sa.delete(PARKED_KEYS).where(PARKED_KEYS.c.processor == processor, PARKED_KEYS.c.key == key)
    connection.execute(keys)
    return gone
