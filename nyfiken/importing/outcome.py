"""What became of a row."""

from __future__ import annotations

import dataclasses
from typing import Literal

What = Literal["in", "already there", "refused"]


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """One row: the line it begins at, what became of it, and for a refused one (field, reason), one or more."""

    line: int
    what: What
    reasons: tuple[tuple[str, str], ...] = ()

    @classmethod
    def refused(cls, line: int, *reasons: tuple[str, str]) -> Outcome:
        """A row that did not come in, and why."""
        return cls(line, "refused", reasons)
