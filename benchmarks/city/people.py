"""Who lives and works there: chance itself, and what it picks people, units and ids by."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from contracts.units import units

T = TypeVar("T")
_PEOPLE = 4_000


class City:
    """One, of one seed. The same seed gives the same city."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.people: Sequence[str] = [UUID(int=self.chance.getrandbits(128)).hex for _ in range(_PEOPLE)]
        self.units: Sequence[str] = [unit.id for unit in units().values() if unit.parent and not unit.successor]
        self.now = datetime(2023, 1, 1, tzinfo=UTC)
        self.ideas: list[str] = []
        """Those that were submitted, by whose number others come back to them."""
        self.lessons: list[tuple[str, str]] = []
        """(lesson, unit), of those that were recorded."""

    def id(self) -> str:
        """A new one."""
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def person(self) -> str:
        """Anybody; some do more than others."""
        return self.one_of(self.people)

    def unit(self) -> str:
        """Any; larger ones have more ideas."""
        return self.one_of(self.units)

    def one_of(self, things: Sequence[T]) -> T:
        """One of these, the first ones more often (Zipf's law, about)."""
        return things[int(len(things) ** self.chance.random()) - 1]

    def how_many(self, mostly: float) -> int:
        """A number that is small for most and large for few (Pareto), about ``mostly`` for the one in the middle."""
        return int(mostly * (self.chance.paretovariate(1.3) - 0.7))

    def happens(self, share: float) -> bool:
        """Whether it is one of this share."""
        return self.chance.random() < share

    def day(self, later: int = 0) -> date:
        """Today, or so many days later."""
        return (self.now + timedelta(days=later)).date()
