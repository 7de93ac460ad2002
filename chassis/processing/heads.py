"""The heads of other services as this one's worker saw them last: what the web process tells the distance by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import sqlalchemy as sa

from chassis.processing.databases import upsert
from chassis.processing.tables import SOURCE_HEADS
from chassis.store.protocol import Head


def note(connection: sa.Connection, source: str, heads: Mapping[int, Head]) -> None:
    """Keep the heads of a source in place of those before; a partition once there stays."""
    rows = [
        {"source": source, "partition": partition, "position": head.position, "event_id": head.id}
        for partition, head in sorted(heads.items())
    ]
    if rows:
        connection.execute(upsert(connection, SOURCE_HEADS, "source", "partition"), rows)


def noted(connection: sa.Connection) -> dict[str, dict[int, Head]]:
    """Source → partition → head."""
    heads: dict[str, dict[int, Head]] = defaultdict(dict)
    for row in connection.execute(sa.select(SOURCE_HEADS)):
        heads[row.source][row.partition] = Head(position=row.position, id=row.event_id)
    return dict(heads)
