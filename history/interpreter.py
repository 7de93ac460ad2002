"""What the interpreter does beside the work, less of it while many events are worked on."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_RARELY = (50_000, 10, 1_000)
"""``gc.set_threshold``: objects until the youngest are looked at; those looks until the next, and until all are."""
_TURN = 0.0005
"""Seconds that a thread may compute while another one could go on."""


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """All objects are hardly ever looked at for cycles: events and rows have none, and a third of the time would go."""
    before = gc.get_threshold()
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def taking_short_turns() -> Iterator[None]:
    """Threads change ten times as often as usual.

    What a service answers comes in pieces. For each of them its reader would wait for a whole turn of who computes.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
