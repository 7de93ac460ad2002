"""The units of the organisation: stable ids, what they are called, which belongs to which and which replaced which.

A unit that was dissolved stays in the file and names its successor. An id that the file does not know is a unit of
its own, with nothing above or below it: what another organisation's history names must not be refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

from contracts.event import about, converter, value
from contracts.named import named
from contracts.values import Title, UnitId

_PACKAGED = Path(__file__).with_name("units.json")


@value
class Unit:
    """One unit of the organisation."""

    id: UnitId = about("Stable for ever.")
    sv: Title = about("What it is called in Swedish.")
    en: Title = about("What it is called in English.")
    parent: UnitId | None = about("The unit it belongs to.", default=None)
    successor: UnitId | None = about("The unit that replaced it.", default=None)


def load(path: Path = _PACKAGED) -> Mapping[str, Unit]:
    """The units of a file by id.

    Raises ValueError when an id is there twice, names an unknown one, or is above or after itself.
    """
    listed: list[Unit] = converter.loads(path.read_bytes(), list[Unit])
    units = {unit.id: unit for unit in listed}
    if len(units) != len(listed):
        raise ValueError(f"{path.name} has an id twice")
    for unit in listed:
        _check(unit, units)
    return units


def _check(unit: Unit, units: Mapping[str, Unit]) -> None:
    for other in (unit.parent, unit.successor):
        if other is not None and other not in units:
            raise ValueError(f"{unit.id} names {other}, which is not there")
    if any(unit.id == other for other in _onwards(unit.id, units)):
        raise ValueError(f"{unit.id} is above or after itself")


@cache
def units() -> Mapping[str, Unit]:
    """The organisation's units by id."""
    return load()


def unknown(part: object) -> Iterator[tuple[str, str]]:
    """Where a command names a unit that the organisation does not have, and which: ``("units_concerned.0", "vfo")``."""
    return ((place, unit) for place, unit in named(part, UnitId) if unit not in units())


@lru_cache(maxsize=10_000)
def lineage(unit: str) -> tuple[str, ...]:
    """This unit and every one that answers for it: what replaced it, what it belongs to, nearest first."""
    return (unit, *dict.fromkeys(_onwards(unit, units())))


def descendants(unit: str) -> frozenset[str]:
    """This unit and every one that it answers for."""
    return frozenset({unit, *(other for other in units() if unit in lineage(other))})


def _onwards(unit: str, known: Mapping[str, Unit]) -> Iterator[str]:
    seen: set[str] = set()
    waiting = _next(unit, known)
    while waiting:
        seen.update(waiting)
        yield from waiting
        waiting = [further for one in waiting for further in _next(one, known) if further not in seen]


def _next(unit: str, known: Mapping[str, Unit]) -> list[str]:
    found = known.get(unit)
    above: Iterable[str | None] = (found.successor, found.parent) if found else ()
    return [other for other in above if other is not None]
