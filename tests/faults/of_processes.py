"""Faults of the platform's own processes."""

from __future__ import annotations

import random
import time

from nyfiken.layout import SERVICES
from tests.faults.stage import Stage, turns, until
from tests.platform import NAMES

_LET_BE = (1.5, 3.0)
"""Seconds between two kills."""
_SUSPENDED = 11.0
"""Seconds: longer than leases last."""


def process_is_killed(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """``kill -9`` of any of the six; it is started again."""
    kills = 0
    for _ in turns(seconds):
        name = chance.choice(NAMES)
        before = until(lambda name=name: stage.platform.processes().get(name), f"{name} is not there")
        assert stage.platform.kill(name), f"{name} went by itself"
        until(lambda name=name, gone=before: stage.platform.processes().get(name, gone) != gone, f"{name} stays away")
        kills += 1
        time.sleep(chance.uniform(*_LET_BE))
    return {"processes killed": kills}


def worker_is_suspended(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """Stands still until its leases have run out, and wakes up in the middle of what it was doing."""
    wakings = 0
    for _ in turns(seconds):
        with stage.held(f"{chance.choice(SERVICES)} worker"):
            time.sleep(_SUSPENDED)
        wakings += 1
        time.sleep(chance.uniform(*_LET_BE))
    return {"wakings": wakings}
