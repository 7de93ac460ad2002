"""Checkpoints: how far a processor is, moved by compare-and-set in the transaction of what it writes."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping

import sqlalchemy as sa

from chassis.processing.databases import alone, insert_new, upsert
from chassis.processing.tables import CHECKPOINTS
from chassis.store.protocol import Head

Place = tuple[str, int]
"""A partition of a source: (service, partition)."""


_ADVANCE = sa.update(CHECKPOINTS).where(
    CHECKPOINTS.c.processor.in_(sa.bindparam("processors", expanding=True)),
    CHECKPOINTS.c.source == sa.bindparam("of_source"),
    CHECKPOINTS.c.partition == sa.bindparam("of_partition"),
    CHECKPOINTS.c.position == sa.bindparam("old"),
)


class CheckpointMoved(Exception):
    """Another worker has applied these events: this one must let go."""


@dataclasses.dataclass(frozen=True, slots=True)
class Checkpoint:
    """The last event that a processor has applied of one partition; position 0 and no id before the first."""

    position: int = 0
    event_id: str = ""

    @property
    def last(self) -> Head:
        """The event."""
        return Head(position=self.position, id=self.event_id)


def checkpoints(connection: sa.Connection, processor: str) -> dict[Place, Checkpoint]:
    """All of a processor's checkpoints by place; a place where it was never registered is missing."""
    query = sa.select(CHECKPOINTS).where(CHECKPOINTS.c.processor == processor)
    return {(row.source, row.partition): Checkpoint(row.position, row.event_id) for row in connection.execute(query)}


def register(
    connection: sa.Connection, processor: str, source: str, heads: Mapping[int, Head], *, at_head: bool
) -> None:
    """Give a processor its first checkpoints on a source: its beginning or these heads. Again: nothing."""
    known = checkpoints(connection, processor)
    new = [
        {
            "processor": processor,
            "source": source,
            "partition": partition,
            "position": head.position if at_head else 0,
            "event_id": head.id if at_head else "",
        }
        for partition, head in heads.items()
        if (source, partition) not in known
    ]
    if new:
        alone(connection)
        insert_new(connection, CHECKPOINTS, new)


def put_back(connection: sa.Connection, processor: str, place: Place, to: Head) -> None:
    """Let a processor read a partition again from behind this event, wherever it is; it is registered there."""
    row = {"processor": processor, "source": place[0], "partition": place[1], "position": to.position}
    key = ("processor", "source", "partition")
    connection.execute(upsert(connection, CHECKPOINTS, *key), [{**row, "event_id": to.id}])


def advance(
    connection: sa.Connection, processors: Collection[str], place: Place, old: Checkpoint, new: Checkpoint
) -> None:
    """Move these processors from ``old`` to ``new``; CheckpointMoved if one is no longer at ``old``."""
    source, partition = place
    done = connection.execute(
        _ADVANCE,
        {
            "processors": list(processors),
            "of_source": source,
            "of_partition": partition,
            "old": old.position,
            "position": new.position,
            "event_id": new.event_id,
        },
    )
    if done.rowcount != len(processors):
        raise CheckpointMoved(f"{', '.join(processors)} {source}/{partition}:{old.position}")


def forget(connection: sa.Connection, processor: str) -> None:
    """Remove a processor's checkpoints, when its table goes."""
    connection.execute(sa.delete(CHECKPOINTS).where(CHECKPOINTS.c.processor == processor))
