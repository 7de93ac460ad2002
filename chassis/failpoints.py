"""Failpoints: places where a test lets a process die, as if the power went. Nothing happens unless a test asks.

``NYFIKEN_FAILPOINTS=FILE:N`` makes every failpoint kill its process with SIGKILL when it is passed for the first time,
and then once in N times, after noting its name in FILE. A failpoint stands between two durable writes.
"""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

_ASKED = os.environ.get("NYFIKEN_FAILPOINTS", "")


def failpoint(name: str) -> None:
    """Perhaps die here."""
    if _ASKED:
        _perhaps_die(name)


def _perhaps_die(name: str) -> None:
    path, _, odds = _ASKED.rpartition(":")
    if name not in _noted(Path(path)) or random.randrange(int(odds)) == 0:  # noqa: S311 - a test's dice
        noted = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(noted, f"{name}\n".encode())
        os.close(noted)
        os.kill(os.getpid(), signal.SIGKILL)


def _noted(path: Path) -> set[str]:
    return set(path.read_text().split()) if path.exists() else set()
