"""Who holds what of a service's work."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from chassis.processing.tables import LEASES, WORKERS
from chassis.recorded import to_micros


class Holders:
    """Who holds what of the service's work, as its database says now."""

    def __init__(self, store):
        self._store = store

    def held(self):
        """Owner → processor → how many partitions; and how many nobody holds."""
        with self._store.transaction() as transaction:
            rows = transaction.connection.execute(sa.select(LEASES)).all()
            now = to_micros(transaction.now)
        held = {}
        for row in rows:
            owner = row.owner if not row.released and row.expires_at > now else None
            held.setdefault(owner, Counter())[row.processor] += 1
        return held

    def has(self, owner):
        """Whether a worker has given a sign of life."""
        with self._store.reading() as connection:
            return bool(connection.scalar(sa.select(WORKERS).where(WORKERS.c.owner == owner).limit(1)))

    def of(self, processor):
        """Who holds a part of this processor; None is there if a part is nobody's."""
        return {owner for owner, held in self.held().items() if held[processor]}

    def are_shared_by(self, *owners):
        """Whether these, and only these, hold everything, each of each processor at most its share."""
        held = self.held()
        totals = sum(held.values(), Counter())
        return held.keys() == set(owners) and all(
            of_one[processor] <= -(-total // len(owners))
            for processor, total in totals.items()
            for of_one in held.values()
        )
