"""Outcomes over time: what came of the tests that were concluded in each month, quarter or year."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from datetime import date

from contracts.calendar import day_of
from contracts.experiments import CONCLUSIONS
from history.report.facts import Facts

OUTCOMES: tuple[str, ...] = tuple(CONCLUSIONS)
_MOST = 18
"""Periods that one picture holds."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Period:
    """A month, quarter or year: its year, its number within it, and how many months it has."""

    year: int
    number: int
    months: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Period → outcome → tests, and period → lessons written down. Every period is there, the empty ones too."""

    tests: Mapping[Period, Mapping[str, int]]
    lessons: Mapping[Period, int]

    def total(self, outcome: str) -> int:
        """Tests with this outcome, of any time."""
        return sum(counted.get(outcome, 0) for counted in self.tests.values())


def outcomes_of(facts: Facts) -> Outcomes:
    """By the day of the conclusion that stands, as the calendar is in Sweden."""
    concluded = [(day_of(one.concluded_at), one.outcome) for one in facts.concluded if one.concluded_at and one.outcome]
    learned = [day_of(lesson.recorded_at) for lesson in facts.lessons]
    if not concluded:
        return Outcomes(tests={}, lessons={})
    first = min(day for day, _ in concluded)
    months = _months_each(first, facts.today)
    tests: dict[Period, Counter[str]] = {each: Counter() for each in _periods(first, facts.today, months)}
    for day, outcome in concluded:
        tests[_period(day, months)][outcome] += 1
    lessons = Counter(_period(day, months) for day in learned)
    return Outcomes(tests=tests, lessons={each: lessons[each] for each in tests})


def _months_each(first: date, last: date) -> int:
    for months in (1, 3):
        if len(_periods(first, last, months)) <= _MOST:
            return months
    return 12


def _periods(first: date, last: date, months: int) -> list[Period]:
    start, end = (_index(day, months) for day in (first, last))
    a_year = 12 // months
    return [Period(year=n // a_year, number=n % a_year + 1, months=months) for n in range(start, end + 1)]


def _period(day: date, months: int) -> Period:
    return Period(year=day.year, number=(day.month - 1) // months + 1, months=months)


def _index(day: date, months: int) -> int:
    return day.year * (12 // months) + (day.month - 1) // months
