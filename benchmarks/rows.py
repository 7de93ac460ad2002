"""A row of the benchmark: what was measured, for us and for what it is compared with, and whether the goal is met."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure. ``ratio`` is ours to that of ``beside``, which is empty where a figure stands for itself."""

    name: str
    unit: str
    ours: float
    beside: str = ""
    peer: float | None = None
    ratio: float | None = None
    goal: str = ""
    met: bool = True
    others: float | None = None
    """The share of the machine that others used meanwhile."""

    @classmethod
    def faster(
        cls,
        name: str,
        unit: str,
        ours: float,
        peer: float,
        *,
        goal: float,
        beside: str = "eventsourcing",
        others: float | None = None,
    ) -> Row:
        """A rate that should be at least ``goal`` times the other's."""
        ratio = ours / peer
        return cls(
            name=name,
            unit=unit,
            ours=ours,
            beside=beside,
            peer=peer,
            ratio=ratio,
            goal=f"≥ {goal:g} ×",
            met=ratio >= goal,
            others=others,
        )

    @classmethod
    def cheaper(
        cls,
        name: str,
        unit: str,
        ours: float,
        peer: float,
        *,
        goal: float,
        beside: str = "",
        others: float | None = None,
    ) -> Row:
        """A cost that should be at most ``goal`` times what it is compared with."""
        ratio = ours / peer
        return cls(
            name=name,
            unit=unit,
            ours=ours,
            beside=beside,
            peer=peer,
            ratio=ratio,
            goal=f"≤ {goal:g} ×",
            met=ratio <= goal,
            others=others,
        )

    @classmethod
    def at_most(cls, name: str, unit: str, ours: float, *, goal: float, others: float | None = None) -> Row:
        """A figure of ours alone, with a limit."""
        return cls(name=name, unit=unit, ours=ours, goal=f"≤ {goal:g}", met=ours <= goal, others=others)

    @classmethod
    def at_least(cls, name: str, unit: str, ours: float, *, goal: float, others: float | None = None) -> Row:
        """A figure of ours alone, with a limit from below."""
        return cls(name=name, unit=unit, ours=ours, goal=f"≥ {goal:g}", met=ours >= goal, others=others)

    @classmethod
    def shown(
        cls,
        name: str,
        unit: str,
        ours: float,
        peer: float | None = None,
        *,
        beside: str = "",
        others: float | None = None,
    ) -> Row:
        """A figure without a goal of its own, to understand the others by."""
        ratio = None if peer is None else ours / peer
        return cls(name=name, unit=unit, ours=ours, beside=beside, peer=peer, ratio=ratio, others=others)
