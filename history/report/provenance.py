"""What a report is made of: the moment, and of each service how far it goes and how much is withheld."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence

from chassis.recorded import Position
from history.database import Database

_COUNTED = "SELECT service, count(*) FROM events GROUP BY service"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One service: the last position of each partition, how many positions that is, and how many of them are told."""

    service: str
    ends: tuple[Position, ...]
    events: int

    @property
    def positions(self) -> int:
        """All up to there: positions are gapless."""
        return sum(end.position for end in self.ends)

    @property
    def withheld(self) -> int:
        """Those that an analyst may not see."""
        return self.positions - self.events


def sources_of(database: Database) -> tuple[Source, ...]:
    """Every service of the folder. Raises as ``Database.ask``."""
    told: Mapping[str, int] = dict(database.ask(_COUNTED).fetchall())
    ends: dict[str, list[Position]] = defaultdict(list)
    for position in database.history.positions:
        ends[position.service].append(position)
    return tuple(_source(service, each, told.get(service, 0)) for service, each in sorted(ends.items()))


def _source(service: str, ends: Sequence[Position], events: int) -> Source:
    return Source(service=service, ends=tuple(ends), events=events)
