"""Parking: what could not be applied is set aside in order, key by key, and everything else goes on.

A key is what fails together: a row of a read model, a source stream of a reaction. Once a key is parked, all its later
events join it, until somebody retries or drops it. More than ``MOST_KEYS`` parked keys stop the processor.

Whoever parks, joins, retries or drops holds the row of the key, always before it touches the key's events: so an event
cannot join a key that is being released at that moment.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from chassis.processing.databases import insert_new
from chassis.processing.tables import PARKED_EVENTS, PARKED_KEYS
from chassis.recorded import Position, Recorded, from_micros, pack, to_micros, unpack

MOST_KEYS = 1_000
_PARKED = sa.select(PARKED_KEYS.c.processor, PARKED_KEYS.c.key).where(
    PARKED_KEYS.c.processor.in_(sa.bindparam("processors", expanding=True))
)


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
    return frozenset(connection.scalars(_parked(processor, wanted))) if wanted else frozenset()


def hold_parked(connection: sa.Connection, processor: str, keys: Collection[str]) -> frozenset[str]:
    """Those of these keys that are parked, and stay so until the transaction ends."""
    if not keys:
        return frozenset()
    held = _parked(processor, list(keys)).order_by(PARKED_KEYS.c.key).with_for_update()
    return frozenset(connection.scalars(held))


def parked_keys(connection: sa.Connection, processors: Collection[str]) -> Mapping[str, Collection[str]]:
    """Processor → all its keys that are parked: ``MOST_KEYS`` at most, mostly none."""
    found: dict[str, list[str]] = {name: [] for name in processors}
    for processor, key in connection.execute(_PARKED, {"processors": list(processors)}):
        found[processor].append(key)
    return found


def park(connection: sa.Connection, processor: str, key: str, recorded: Recorded, reason: str, now: datetime) -> None:
    """Set an event of this key aside; TooManyParked if that is one key too many."""
    while not hold_parked(connection, processor, [key]):  # again if somebody parked and released it meanwhile
        count = sa.select(sa.func.count()).select_from(PARKED_KEYS).where(PARKED_KEYS.c.processor == processor)
        if connection.execute(count).scalar_one() >= MOST_KEYS:
            raise TooManyParked(processor)
        row = {"processor": processor, "key": key, "reason": reason, "since": to_micros(now)}
        insert_new(connection, PARKED_KEYS, [row])
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
    if not hold_parked(connection, processor, [key]):
        return []
    query = sa.select(PARKED_EVENTS.c.event).where(PARKED_EVENTS.c.processor == processor, PARKED_EVENTS.c.key == key)
    return [unpack(kept) for kept in connection.execute(query.order_by(PARKED_EVENTS.c.number)).scalars()]


def release(connection: sa.Connection, processor: str, key: str) -> int:
    """Forget what is parked under a key, because it was applied or is given up; how many events that were."""
    key_itself = sa.delete(PARKED_KEYS).where(PARKED_KEYS.c.processor == processor, PARKED_KEYS.c.key == key)
    if connection.execute(key_itself).rowcount == 0:
        return 0
    events = sa.delete(PARKED_EVENTS).where(PARKED_EVENTS.c.processor == processor, PARKED_EVENTS.c.key == key)
    return connection.execute(events).rowcount


def parked_of(connection: sa.Connection, processor: str) -> list[Position]:
    """Where the events are that a processor has parked."""
    query = sa.select(PARKED_EVENTS.c.event).where(PARKED_EVENTS.c.processor == processor)
    return sorted(unpack(event).at for event in connection.execute(query).scalars())


def forget_behind(connection: sa.Connection, processor: str, source: str, partition: int, position: int) -> int:
    """Forget what is parked of a partition behind this position, for it is read again; how many events that were.

    A key under which nothing waits any more is free.
    """
    forgotten = 0
    for key in sorted(parked_keys(connection, [processor])[processor]):
        hold_parked(connection, processor, [key])
        of_key = (PARKED_EVENTS.c.processor == processor, PARKED_EVENTS.c.key == key)
        kept = {row.number: unpack(row.event).at for row in connection.execute(sa.select(PARKED_EVENTS).where(*of_key))}
        behind = Position(source, partition, position)
        again = [n for n, at in kept.items() if at > behind and (at.service, at.partition) == (source, partition)]
        if len(again) == len(kept):
            release(connection, processor, key)
        elif again:
            connection.execute(sa.delete(PARKED_EVENTS).where(PARKED_EVENTS.c.number.in_(again)))
        forgotten += len(again)
    return forgotten


def _parked(processor: str, keys: list[str]) -> sa.Select[tuple[str]]:
    return sa.select(PARKED_KEYS.c.key).where(PARKED_KEYS.c.processor == processor, PARKED_KEYS.c.key.in_(keys))
