"""Which lessons are used in which units: cited by their ideas, or applied so that something is done in another way.

Units are counted with the department that they belong to, and stand in the order of the organisation, never in that
of their numbers.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from contracts.units import lineage, units
from history.report.facts import Facts, Lesson

K = TypeVar("K", bound=Hashable)
ELSEWHERE = ""
"""Where the place is in words of somebody's own, and no unit's name."""
OTHERS = "*"
"""All units that are not shown by themselves."""
_MOST = 12
"""Units that one picture holds."""
_LISTED = 10
"""Lessons that are named."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """One lesson, where it is used, and how often in each way."""

    lesson: Lesson
    cited: int
    applied: int
    where: tuple[str, ...]

    @property
    def uses(self) -> int:
        """Both together."""
        return self.cited + self.applied


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """(unit that learned, unit that uses) → uses; ``learned`` are lessons by the unit that learned them.

    ``at_home`` counts uses in the unit that learned, ``abroad`` those in another one, ``elsewhere`` those of which
    words of somebody's own say where. ``further`` are lessons that are used and are not listed.
    """

    places: tuple[str, ...]
    uses: Mapping[tuple[str, str], int]
    learned: Mapping[str, int]
    lessons: int
    used: int
    at_home: int
    abroad: int
    elsewhere: int
    listed: tuple[Used, ...]
    further: int


def usage_of(facts: Facts) -> Usage:
    """Every use of every lesson; an idea that builds on a lesson is one use."""
    pairs = _pairs(facts.lessons)
    learned = Counter(department(lesson.unit) for lesson in facts.lessons)
    shown = _largest(learned + Counter({place: n for _, place, n in _flat(pairs) if place != ELSEWHERE}))
    used = sorted((_used(one) for one in facts.lessons if one.uses), key=lambda one: (-one.uses, one.lesson.lesson_id))
    kept = _merged(pairs, shown)
    return Usage(
        places=_in_order({_or_others(unit, shown) for unit in learned} | {place for _, place in kept}),
        uses=kept,
        learned=_together((_or_others(unit, shown), n) for unit, n in learned.items()),
        lessons=len(facts.lessons),
        used=len(used),
        at_home=sum(n for origin, place, n in _flat(pairs) if place == origin),
        abroad=sum(n for origin, place, n in _flat(pairs) if place not in (origin, ELSEWHERE)),
        elsewhere=sum(n for _, place, n in _flat(pairs) if place == ELSEWHERE),
        listed=tuple(used[:_LISTED]),
        further=max(len(used) - _LISTED, 0),
    )


def _pairs(lessons: Iterable[Lesson]) -> Counter[tuple[str, str]]:
    return Counter(
        (department(lesson.unit), ELSEWHERE if use.unit is None else department(use.unit))
        for lesson in lessons
        for use in lesson.uses
    )


def _flat(pairs: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, str, int]]:
    return ((origin, place, n) for (origin, place), n in pairs.items())


def _largest(sizes: Mapping[str, int]) -> frozenset[str]:
    """Those with a row of their own: all, or where there are many those with the most lessons and uses."""
    in_order = sorted(sizes, key=lambda unit: (-sizes[unit], unit))
    return frozenset(in_order if len(in_order) <= _MOST else in_order[: _MOST - 1])


def _or_others(unit: str, shown: frozenset[str]) -> str:
    return unit if unit in shown or unit == ELSEWHERE else OTHERS


def _merged(pairs: Mapping[tuple[str, str], int], shown: frozenset[str]) -> Mapping[tuple[str, str], int]:
    return _together(((_or_others(origin, shown), _or_others(place, shown)), n) for origin, place, n in _flat(pairs))


def _together(numbers: Iterable[tuple[K, int]]) -> Mapping[K, int]:
    added: Counter[K] = Counter()
    for key, n in numbers:
        added[key] += n
    return added


def department(unit: str) -> str:
    """The unit directly below the whole organisation that this one belongs to; the unit itself where there is none."""
    known = units()
    for each in lineage(unit):
        parent = known[each].parent if each in known else None
        if parent is not None and known[parent].parent is None:
            return each
    return unit


def _used(lesson: Lesson) -> Used:
    cited = sum(use.cited for use in lesson.uses)
    where = {use.unit or ELSEWHERE for use in lesson.uses}
    return Used(lesson=lesson, cited=cited, applied=len(lesson.uses) - cited, where=_in_order(where))


def _in_order(found: Iterable[str]) -> tuple[str, ...]:
    """As the organisation lists them, then those that it does not know, all others, and last what is no unit."""
    listed = list(units())
    last = (OTHERS, ELSEWHERE)

    def rank(unit: str) -> tuple[int, int, str]:
        at = listed.index(unit) if unit in listed else len(listed)
        return (last.index(unit) + 1 if unit in last else 0, at, unit)

    return tuple(sorted(found, key=rank))
