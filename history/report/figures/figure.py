"""What a figure consists of. Where there is nothing to show it says so, and has no picture."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from markupsafe import Markup

from history.report.drawing.svg import Frame
from history.report.facts import Named
from history.report.words import Words


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A field of a table. ``value`` is its number, if it is one; ``language`` that of a text that people wrote."""

    text: str
    value: float | None = None
    language: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that is seen by its mark, for its name is long and a row has it."""

    name: str
    mark: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows below their columns' names; the first field of each is what the row is called. ``after`` stands below it."""

    caption: str
    columns: Sequence[str | Column]
    rows: Sequence[Sequence[Cell]]
    after: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One section of the page: sentences, pictures (for a wide and a narrow page), tables, how it is counted."""

    id: str
    heading: str
    said: Sequence[str]
    pictures: Sequence[Markup] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()


def pictures(
    name: str, words: Words, heading: str, said: Sequence[str], draw: Callable[[Frame], Markup]
) -> list[Markup]:
    """The same for a wide and a narrow page, each with its name and what it shows in words."""
    description = " ".join((*said, words.say("page.in_table")))
    frame = Frame(id=f"{name}-{words.language}", title=heading, description=description)
    return [draw(frame), draw(dataclasses.replace(frame, shape="narrow"))]


def text(shown: str) -> Cell:
    """A field of our own words."""
    return Cell(text=shown)


def count(words: Words, value: int) -> Cell:
    """A field with a whole number."""
    return Cell(text=words.number(value), value=value)


def days(words: Words, value: float) -> Cell:
    """A field with days, as exact as they are shown."""
    return Cell(text=words.days(value), value=round(value, 1))


def written(named: Named) -> Cell:
    """A field with what somebody wrote, cut where it is long."""
    return Cell(text=_shortened(named.text), language=named.language)


_LONGEST = 140


def _shortened(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1].rstrip() + "…"
