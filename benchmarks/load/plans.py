"""What the process that gives load is told, and what it tells afterwards; each a file of JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
from cattrs import structure, unstructure

from benchmarks.load.samples import Sample
from benchmarks.load.visitor import Part, World


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """So many seconds of load after some to warm up: requests a second, or as many users as take part.

    ``only``: nothing but these actions, if there are any. ``calm``: seconds afterwards in which nothing is asked.
    """

    seconds: float
    warm_up: float
    rate: float | None = None
    users: int | None = None
    only: Sequence[str] = ()
    calm: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that the process needs to know."""

    urls: Mapping[str, str]
    personas: str
    parts: Sequence[Part]
    world: World
    phases: Sequence[Phase]
    seed: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a phase: when what counts began and ended, and when all was calm, by the monotonic clock."""

    began: float
    ended: float
    calmed: float
    samples: Sequence[Sample]


def write_plan(plan: Plan, file: Path) -> None:
    """Write it down; it holds tokens."""
    file.touch(mode=0o600)
    file.write_bytes(orjson.dumps(unstructure(plan)))


def read_plan(file: Path) -> Plan:
    """As it was written down."""
    return structure(orjson.loads(file.read_bytes()), Plan)


def write_came(came: Sequence[Came], file: Path) -> None:
    """Write it down."""
    file.write_bytes(orjson.dumps(unstructure(list(came))))


def read_came(file: Path) -> list[Came]:
    """As it was written down."""
    return structure(orjson.loads(file.read_bytes()), list[Came])
