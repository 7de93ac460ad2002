"""How much is measured: enough for figures that stay as they are, or a little, to see that it works."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Of all benchmarks on servers."""

    seconds: float = 0.7
    """Of one block of one side."""
    rounds: int = 9
    """How many blocks each side has."""
    tries: int = 3
    """How many times as many at most, where others disturb them."""
    patience: float = 60.0
    """Seconds that are waited at most, for one row, until others are quiet."""
    history: int = 100_000
    """Events that are read and folded."""

    steady: float = 30.0
    """Seconds of commands at a steady pace."""
    stages: Sequence[int] = (10_000, 100_000, 1_000_000)
    """How many events a history has that grows."""


WHOLE = Sizes()
TINY = Sizes(seconds=0.1, rounds=1, tries=1, patience=0, history=8_000, steady=3, stages=(5_000, 10_000))
