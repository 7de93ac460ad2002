"""What else this machine did meanwhile: a figure that was taken beside somebody else's work says little."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

MOST = 0.1
"""The share of the machine beyond which what others do makes a figure worthless."""
_LOOK = 1.0
_WORK = 100_000
"""Numbers that are written, a few milliseconds."""
_BUSY = (0, 1, 2, 5, 6, 7)
"""Of the first line of /proc/stat (proc(5)): user, nice, system, irq, softirq, steal."""
_A_SECOND = os.sysconf("SC_CLK_TCK")
_MOMENT = 4
"""Ticks, of a hundredth of a second, that tell too little."""
_SPENT = slice(11, 15)
"""Of /proc/PID/stat after its name: utime, stime, cutime, cstime, the last two of children that have ended."""


class Neighbours:
    """Asked again and again, tells how much of the machine everybody but this program has used since the last time."""

    def __init__(self) -> None:
        self._before = _moment()
        self._last = 0.0

    def share(self) -> float:
        """Of the time of all processors, 0 to 1; as the last time where that is a moment ago."""
        now = _moment()
        busy, idle, own = (after - before for after, before in zip(now, self._before, strict=True))
        if busy + idle >= _MOMENT:
            self._before, self._last = now, max(0.0, busy - own) / (busy + idle)
        return self._last

    def wait(self, seconds: float) -> float:
        """Until the others are quiet, for so many seconds at most; how many are left of these."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.share()
            time.sleep(_LOOK)
            if self.share() <= MOST:
                break
        self.share()
        return max(0.0, ends - time.monotonic())


def pace() -> float:
    """Processor seconds that a fixed piece of work takes now: a machine that is shared is not always as fast."""
    began = time.thread_time()
    for number in range(_WORK):
        str(number)
    return time.thread_time() - began


def family(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(children).split():
            yield from family(int(child))


def busy_seconds() -> float:
    """Processor seconds that the machine has been busy since it started."""
    return sum(_ticks()[n] for n in _BUSY) / _A_SECOND


def seconds_of(pid: int) -> float:
    """Processor seconds that a process has used, and its children that have ended."""
    return _spent(pid) / _A_SECOND


def _ticks() -> list[int]:
    return [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]


def _moment() -> tuple[int, int, int]:
    """Ticks that the machine was busy, that it was idle, and that this program and all below it have used."""
    ticks = _ticks()
    busy = sum(ticks[n] for n in _BUSY)
    return busy, ticks[3] + ticks[4], sum(_spent(pid) for pid in family(os.getpid()))


def _spent(pid: int) -> int:
    after_name = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(int(each) for each in after_name[_SPENT])  # 0 where it has ended


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""  # it has ended meanwhile
