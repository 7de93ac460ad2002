"""Failpoints: places where a test lets a process die, as if the power went. Nothing happens unless a test asks.

``NYFIKEN_FAILPOINTS=FILE:N`` makes every failpoint kill its process with SIGKILL when it is passed for the first time,
and then once in N times, after noting its name in FILE; as long as FILE is there. A failpoint stands between two
durable writes.
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
    try:
        noted = Path(path).read_text().split()
    except FileNotFoundError:
        return
    if name not in noted or random.randrange(int(odds)) == 0:  # noqa: S311 - a test's dice
        notes = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.write(notes, f"{name}\n".encode())
        os.close(notes)
        os.kill(os.getpid(), signal.SIGKILL)
