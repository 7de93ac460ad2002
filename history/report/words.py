"""What the report says, in one of its languages: sentences of ``texts.toml``, and what units and codes are called."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from contracts.labels import unit_names, words_of
from history.report.outcomes import Period
from history.report.usage import ELSEWHERE, OTHERS

Language = Literal["sv", "en"]
LANGUAGES: tuple[Language, ...] = ("sv", "en")
_FILE = Path(__file__).with_name("texts.toml")
_GROUPING: Mapping[str, tuple[str, str]] = {"sv": ("\N{NO-BREAK SPACE}", ","), "en": (",", ".")}
"""What stands between thousands, and before decimals."""
_EXACT_BELOW = 10
"""Days: below this a tenth of one is told."""


@cache
def texts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Group → name → language → text."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


class Words:
    """One language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def say(self, name: str, **values: Any) -> str:
        """A text by its name, ``flow.heading``, with these values in it. Raises KeyError for another name."""
        group, _, key = name.partition(".")
        return texts()[group][key][self.language].format(**{name: self._put(value) for name, value in values.items()})

    def number(self, value: float) -> str:
        """Whole numbers with their thousands apart; others with one decimal."""
        thousands, decimal = _GROUPING[self.language]
        plain = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
        return plain.replace(".", "D").replace(",", thousands).replace("D", decimal)

    def days(self, value: float) -> str:
        """Days, to a tenth where they are few."""
        rounded = round(value, 1)
        return self.number(rounded if rounded < _EXACT_BELOW and rounded % 1 else round(value))

    def day(self, day: date) -> str:
        """``1 mars 2026``."""
        return self.say("calendar.day", day=str(day.day), month=self._month(day.month), year=str(day.year))

    def moment(self, at: datetime) -> str:
        """Day and time, in UTC."""
        return self.say(
            "calendar.moment",
            day=str(at.day),
            month=self._month(at.month),
            year=str(at.year),
            hour=f"{at:%H}",
            minute=f"{at:%M}",
        )

    def period(self, period: Period) -> str:
        """``mars 2026``, ``kv 1 2026``, ``2026``."""
        name = {1: "month", 3: "quarter", 12: "year"}[period.months]
        month = self.say("calendar.short_months").split()[period.number - 1]
        return self.say(f"outcomes.{name}", month=month, number=str(period.number), year=str(period.year))

    def label(self, group: str, code: str) -> str:
        """A code of the contract in words."""
        return words_of(group)[code][self.language]

    def unit(self, unit: str) -> str:
        """What a unit is called; of one that the organisation does not know its id."""
        if unit in (ELSEWHERE, OTHERS):
            return self.say("page.place_of_own_words" if unit == ELSEWHERE else "page.other_units")
        known = unit_names().get(unit)
        return known[self.language] if known else self.say("page.unknown_unit", unit=unit)

    def _month(self, number: int) -> str:
        return self.say("calendar.months").split()[number - 1]

    def _put(self, value: Any) -> Any:
        return _Number(self.number(value) if isinstance(value, int) else self.days(value)) if _counts(value) else value


class _Number(str):
    """A number as it is shown, which chooses between the words for one and for several."""

    __slots__ = ()

    def __format__(self, choice: str) -> str:
        one, either, several = choice.partition("|")
        return (one if self == "1" else several) if either else str(self)


def _counts(value: Any) -> bool:
    return isinstance(value, int | float)
