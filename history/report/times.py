"""How long it takes: from the start of a test to its conclusion, and from the conclusion to the lesson.

What goes on has no such time yet. It is told apart, with how long it has gone on; and it counts where half of all is
looked for, for whoever leaves it out takes the quick for the usual.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import quantiles

from contracts.experiments import CONCLUSIONS
from history.report.facts import Experiment, Facts

FEW = 5
"""Fewer than these have no spread worth a name: each is shown."""
_DAY = 86_400
_ROUNDING = 1e-9
"""What products of fractions may be wrong by."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Days, sorted; of none there is nothing to ask."""

    days: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.days)

    def at(self, share: float) -> float:
        """The days that this share of them has at most, 0.5 being the median; between two, what lies between."""
        if len(self.days) == 1:
            return self.days[0]
        shares: list[float] = quantiles(self.days, n=100, method="inclusive")
        return shares[round(share * 100) - 1]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the picture: whose times, and whether these go on."""

    name: str
    spread: Spread
    goes_on: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What was reached after how long, and what is not reached yet. ``half`` as ``half_of`` says."""

    rows: tuple[Row, ...]
    half: float | None

    def row(self, name: str) -> Spread:
        """One of the rows; KeyError for another name."""
        return {each.name: each.spread for each in self.rows}[name]


def to_conclusion(facts: Facts) -> Times:
    """From the start to the conclusion that stands; pauses count."""
    done = [(one.outcome, _days(one.started_at, one.concluded_at)) for one in facts.concluded if one.concluded_at]
    ongoing = [_days(one.started_at, facts.as_of) for one in facts.ongoing if facts.as_of]
    return _times(done, ongoing)


def to_lesson(facts: Facts) -> Times:
    """From the conclusion that stands to the first lesson; one that was there already took no time."""
    pairs = [(one, one.concluded_at) for one in facts.concluded if one.concluded_at]
    done = [(one.outcome, _days(at, one.learned_at)) for one, at in pairs if one.learned_at]
    ongoing = [_days(at, facts.as_of) for one, at in pairs if not one.learned_at and facts.as_of]
    return _times(done, ongoing)


def overdue(facts: Facts) -> Sequence[Experiment]:
    """Tests that go on after the day that they were meant to end."""
    return [one for one in facts.ongoing if one.ends_on and one.ends_on < facts.today]


def half_of(done: Iterable[float], ongoing: Iterable[float]) -> float | None:
    """After how many days half of all is done, those that go on included; None where less than half is done yet.

    Kaplan and Meier's estimate (Journal of the American Statistical Association 53, 1958, p. 457–481).
    """
    ended, going_on = Counter(done), Counter(ongoing)
    left, share = ended.total() + going_on.total(), 1.0
    for days in sorted(ended | going_on):
        share *= 1 - ended[days] / left
        left -= ended[days] + going_on[days]
        if share <= 0.5 + _ROUNDING:
            return days
    return None


def _times(done: Sequence[tuple[str | None, float]], ongoing: Sequence[float]) -> Times:
    rows = [Row(name="all", spread=_spread(days for _, days in done))]
    for outcome in CONCLUSIONS:
        rows.append(Row(name=outcome, spread=_spread(days for named, days in done if named == outcome)))
    rows.append(Row(name="ongoing", spread=_spread(ongoing), goes_on=True))
    return Times(rows=tuple(rows), half=half_of((days for _, days in done), ongoing))


def _spread(days: Iterable[float]) -> Spread:
    return Spread(days=tuple(sorted(days)))


def _days(since: datetime, until: datetime | None) -> float:
    assert until is not None, "it is known when"  # noqa: S101 - whoever asks has looked
    return max((until - since).total_seconds() / _DAY, 0.0)
