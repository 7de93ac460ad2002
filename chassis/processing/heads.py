"""The heads of other services as this one's worker saw them last: what the web process tells the distance by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import sqlalchemy as sa

from chassis.processing.tables import SOURCE_HEADS
from chassis.store.protocol import Head


def note(connection: sa.Connection, source: str, heads: Mapping[int, Head]) -> None:
    """Keep the heads of a source in place of those before."""
    connection.execute(sa.delete(SOURCE_HEADS).where(SOURCE_HEADS.c.source == source))
    rows = [
        {"source": source, "partition": partition, "position": head.position, "event_id": head.id}
        for partition, head in heads.items()
    ]
    if rows:
        connection.execute(sa.insert(SOURCE_HEADS), rows)


def noted(connection: sa.Connection) -> dict[str, dict[int, Head]]:
    """Source → partition → head."""
    heads: dict[str, dict[int, Head]] = defaultdict(dict)
    for row in connection.execute(sa.select(SOURCE_HEADS)):
        heads[row.source][row.partition] = Head(position=row.position, id=row.event_id)
    return dict(heads)
