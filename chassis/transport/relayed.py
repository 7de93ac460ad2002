"""How far the relay is: per partition the last event that it published, and where in which topic that lies."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from chassis.processing.databases import insert_new
from chassis.processing.leases import RELAY, holders
from chassis.processing.tables import LEASES, RELAYED
from chassis.recorded import Recorded
from chassis.store.protocol import Head, Store, Transaction
from chassis.transport.publisher import Published


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """The last event that was published: position 0 and offset -1 before the first, and no topic before the first."""

    position: int = 0
    event_id: str = ""
    topic_id: str = ""
    topic_offset: int = -1

    @property
    def last(self) -> Head:
        """The event."""
        return Head(position=self.position, id=self.event_id)


_MOVE = sa.update(RELAYED).where(
    RELAYED.c.partition == sa.bindparam("of"),
    *(RELAYED.c[field.name] == sa.bindparam(f"old_{field.name}") for field in dataclasses.fields(Relayed)),
)


def relayed(connection: sa.Connection) -> dict[int, Relayed]:
    """Of every partition that has begun."""
    return {
        row.partition: Relayed(
            position=row.position, event_id=row.event_id, topic_id=row.topic_id, topic_offset=row.topic_offset
        )
        for row in connection.execute(sa.select(RELAYED))
    }


def begin(connection: sa.Connection, partition: int) -> Relayed:
    """How far a partition is; one that has not begun begins. Within a transaction that may write."""
    first = {"partition": partition, **dataclasses.asdict(Relayed())}
    insert_new(connection, RELAYED, [first])
    return relayed(connection)[partition]


def move(connection: sa.Connection, partition: int, old: Relayed, new: Relayed) -> bool:
    """From ``old`` to ``new``; False if it is no longer at ``old``, for another relay has moved it."""
    there = {f"old_{name}": value for name, value in dataclasses.asdict(old).items()}
    done = connection.execute(_MOVE, {"of": partition, **there, **dataclasses.asdict(new)})
    return done.rowcount == 1


def give_up(transaction: Transaction) -> list[str]:
    """Forget how far it is, and its leases, for nobody publishes any more; but if somebody does, only say who."""
    held = holders(transaction, ())
    if publishing := sorted(owner for owner in held if owner is not None):
        return publishing
    transaction.connection.execute(sa.delete(RELAYED))
    transaction.connection.execute(sa.delete(LEASES).where(LEASES.c.processor == RELAY))
    return []


def behind(at: Relayed, events: Sequence[Recorded], done: Published) -> Relayed:
    """How far it is when of these events so many are done.

    No further than it was where they do not follow upon that; at the beginning again where they lie before what was
    published earlier, as only a topic that was cut short has room there.
    """
    if not done.count or events[0].position != at.position + 1:
        return at
    if 0 <= done.offset < at.topic_offset + done.count:
        return Relayed(topic_id=at.topic_id)
    last, offset = events[done.count - 1], max(done.offset, at.topic_offset)
    return Relayed(position=last.position, event_id=last.id, topic_id=at.topic_id, topic_offset=offset)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Unpublished:
    """How many events of a partition wait to be published, and since when the first of them was recorded."""

    partition: int
    events: int
    since: datetime


def unpublished(store: Store) -> list[Unpublished]:
    """What waits in a store that a relay has begun to publish."""
    with store.reading() as connection:
        reached = relayed(connection)
    heads = store.heads() if reached else {}
    found = []
    for partition, at in sorted(reached.items()):
        if waiting := store.read(partition, at.position, 1):
            events = heads[partition].position - at.position
            found.append(Unpublished(partition=partition, events=events, since=waiting[0].recorded_at))
    return found
