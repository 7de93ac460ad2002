"""Faults of Kafka's brokers."""

from __future__ import annotations

import random
import time

from nyfiken.layout import SERVICES
from tests.faults.stage import Stage, turns, until

_LET_BE = (1.0, 3.0)
"""Seconds between two kills."""


def broker_is_killed(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """``kill -9``, and started again at once; again and again."""
    kills = 0
    for _ in turns(seconds):
        killed = stage.kafka.pid
        stage.kafka.kill()
        stage.kafka.start()
        assert stage.kafka.pid not in (killed, None), "the broker is still the same process"
        kills += 1
        time.sleep(chance.uniform(*_LET_BE))
    return {"kills": kills}


def broker_is_gone(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """Away for so long: nobody who uses the platform is refused anything, and /readyz says what does not work."""
    refused, done, reads = len(stage.clients.refusals), len(stage.clients.acknowledged), 0
    stage.kafka.kill()
    try:
        for _ in turns(seconds):
            assert until(stage.own_idea_is_read, "what was written is not to be read", within=5.0)
            reads += 1
            time.sleep(0.2)
        for service in SERVICES:
            until(lambda name=service: _says_so(stage, name), f"{service} does not say that Kafka is gone")
        told = stage.clients.refusals[refused:]
        assert not told, f"with the broker gone a command was refused: {told[0].text}"
    finally:
        stage.kafka.start()
    commands = len(stage.clients.acknowledged) - done
    assert commands, "with the broker gone no command was acknowledged"
    return {"commands without a broker": commands, "reads without a broker": reads}


def _says_so(stage: Stage, service: str) -> bool:
    status, found = stage.readiness(service)
    assert status == 200, f"{service} is not ready because Kafka is gone: {found}"
    return any("not published to Kafka" in line for line in found["degraded"])
