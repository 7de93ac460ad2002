"""One step of a life: after how long, in which history, what happens, and who does it."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator
from typing import Any

from chassis.recorded import Recorded


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """``days`` after the one before it."""

    days: float
    stream: str
    event: Any
    by: str
    because: Recorded | None = None
    """The event that a rule answered with this one."""


Life = Generator[Step, Recorded, None]
"""Tells its steps one by one; each is answered with the event as it was recorded."""
