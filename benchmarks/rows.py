"""A row of the benchmark: what was measured, for us and for the peer, and whether the goal is met."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure. ``ratio`` is ours to the peer's; without a peer, to the goal's own unit."""

    name: str
    unit: str
    ours: float
    peer: float | None
    ratio: float | None
    goal: str
    met: bool

    @classmethod
    def faster(cls, name: str, unit: str, ours: float, peer: float, *, goal: float) -> Row:
        """A rate that should be at least ``goal`` times the peer's."""
        ratio = ours / peer
        return cls(name=name, unit=unit, ours=ours, peer=peer, ratio=ratio, goal=f"≥ {goal:g} ×", met=ratio >= goal)

    @classmethod
    def cheaper(cls, name: str, unit: str, ours: float, peer: float, *, goal: float) -> Row:
        """A cost that should be at most ``goal`` times what it is compared with."""
        ratio = ours / peer
        return cls(name=name, unit=unit, ours=ours, peer=peer, ratio=ratio, goal=f"≤ {goal:g} ×", met=ratio <= goal)

    @classmethod
    def at_most(cls, name: str, unit: str, ours: float, *, goal: float) -> Row:
        """A figure of ours alone, with a limit."""
        return cls(name=name, unit=unit, ours=ours, peer=None, ratio=None, goal=f"≤ {goal:g}", met=ours <= goal)
