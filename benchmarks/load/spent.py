"""Who uses the processors meanwhile: the platform's processes, the servers, and the load itself."""

from __future__ import annotations

import dataclasses
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.neighbours import busy_seconds, family, pace, seconds_of

_LOOK = 1.0
_BACKEND = re.compile(r"postgres: \S+ \w*_(ideas|experiments|notifications) ")
LOAD, OTHERS = "load", "others"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Processor seconds that each had used by then, and that a fixed piece of work took."""

    at: float
    used: Mapping[str, float]
    pace: float


class Spent:
    """Looks once a second. ``roots``: name → process, which is looked at with all below it."""

    def __init__(self, roots: Mapping[str, int]) -> None:
        self._roots = {**roots, LOAD: os.getpid()}
        self._moments: list[Moment] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Spent:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def between(self, began: float, ended: float) -> Mapping[str, float]:
        """Processor seconds of each from one moment to another, by the looks that are nearest."""
        first, last = (min(self._moments, key=lambda each: abs(each.at - at)) for at in (began, ended))
        share = (ended - began) / (last.at - first.at) if last.at > first.at else 0.0
        return {
            name: (used - first.used.get(name, 0.0)) * share
            for name, used in sorted(last.used.items(), key=lambda each: each[0])
        }

    def paces(self, began: float, ended: float) -> Sequence[float]:
        """What a fixed piece of work took between two moments, in seconds; the shortest first."""
        return sorted(each.pace for each in self._moments if began <= each.at <= ended)

    def _look(self) -> None:
        while not self._ended.is_set():
            self._moments.append(self._moment())
            self._ended.wait(_LOOK)

    def _moment(self) -> Moment:
        used: dict[str, float] = {}
        taken: set[int] = set()
        for name, root in self._roots.items():  # the load is the last: what it started is of whom it was started for
            for pid, seconds in _of(root):
                if pid not in taken:
                    taken.add(pid)
                    whose = _name(name, pid)
                    used[whose] = used.get(whose, 0.0) + seconds
        used[OTHERS] = busy_seconds() - sum(used.values())
        return Moment(at=time.monotonic(), used=used, pace=pace())


def _of(root: int) -> Iterator[tuple[int, float]]:
    for pid in family(root):
        yield pid, seconds_of(pid)


def _name(name: str, pid: int) -> str:
    """Of PostgreSQL, the service that a process of it works for."""
    if name != "postgres":
        return name
    try:
        found = _BACKEND.match(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    except OSError:
        return name
    return f"{name} {found[1]}" if found else name


def by_kind(spent: Mapping[str, float]) -> Mapping[str, float]:
    """The same, of all services together: web, worker, postgres, kafka, load, others."""
    kinds: dict[str, float] = {}
    for name, seconds in spent.items():
        kind = next((word for word in name.split() if word in _KINDS), name)
        kinds[kind] = kinds.get(kind, 0.0) + seconds
    return kinds


_KINDS = ("web", "worker", "postgres", "kafka")


def shares(spent: Mapping[str, float], seconds: float, names: Sequence[str]) -> list[tuple[str, float]]:
    """Of one processor, 0 to 1, of each of these that is there."""
    return [(name, spent[name] / seconds) for name in names if name in spent]
