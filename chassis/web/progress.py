"""How far processors are, as those who wait for them look it up: together, not each for himself."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chassis.processing.checkpoints import Checkpoint, Place, checkpoints
from chassis.recorded import Position
from chassis.store.protocol import Store

_A_MOMENT = 1.0
"""Seconds that what was seen counts: somebody may put a processor back."""
_NOTHING = float("-inf")


class _Look(NamedTuple):
    at: float
    found: Mapping[Place, Checkpoint]


class Progress:
    """What was seen lately, shared by all requests of a process.

    A checkpoint that was passed a moment ago is passed now: only who would have to wait looks again, and whoever
    comes while he does, or soon afterwards, sees what he has seen. Nobody waits for somebody else's look.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looks: dict[str, _Look] = {}

    def has_passed(self, processor: str, positions: Sequence[Position], since: float) -> bool:
        """Whether a processor has passed these positions; looked up no earlier than ``since`` (``time.monotonic``)."""
        look = self._looks.get(processor, _Look(_NOTHING, {}))
        if look.at > time.monotonic() - _A_MOMENT and _passed(look, positions):
            return True
        if look.at < since:
            look = self._look(processor)
        return _passed(look, positions)

    def _look(self, processor: str) -> _Look:
        began = time.monotonic()
        with self._store.reading() as connection:
            look = _Look(began, checkpoints(connection, processor))
        self._looks[processor] = look
        return look


def _passed(look: _Look, positions: Sequence[Position]) -> bool:
    found = ((at, look.found.get((at.service, at.partition))) for at in positions if at.position)
    return all(checkpoint is not None and checkpoint.position >= at.position for at, checkpoint in found)
