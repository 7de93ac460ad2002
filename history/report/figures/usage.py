"""The figure of where lessons are used: from the units that learned to those that use what they learned."""

from __future__ import annotations

from markupsafe import Markup

from history.report.drawing.matrix import Matrix, Place, draw
from history.report.drawing.svg import Frame
from history.report.figures.figure import Cell, Column, Figure, Table, count, pictures, text, written
from history.report.usage import ELSEWHERE, OTHERS, Usage, Used
from history.report.words import Words


def usage_figure(usage: Usage, words: Words) -> Figure:
    """In the words' language."""
    heading = words.say("usage.heading")
    if not usage.lessons:
        return Figure(id="usage", heading=heading, said=[words.say("usage.nothing")])
    if not usage.used:
        return Figure(id="usage", heading=heading, said=[words.say("usage.none_used", lessons=usage.lessons)])
    said = _said(usage, words)
    return Figure(
        id="usage",
        heading=heading,
        said=said,
        pictures=pictures("usage", words, heading, said, lambda frame: _picture(frame, usage, words)),
        tables=[_table(usage, words), _listed(usage, words)],
        notes=[words.say("usage.definition")],
    )


def _said(usage: Usage, words: Words) -> list[str]:
    numbers = {"lessons": usage.lessons, "used": usage.used, "abroad": usage.abroad, "at_home": usage.at_home}
    said = [words.say("usage.said", **numbers)]
    if usage.elsewhere:
        said.append(words.say("usage.elsewhere", elsewhere=usage.elsewhere))
    if unused := usage.lessons - usage.used:
        said.append(words.say("usage.unused", unused=unused))
    return said


def _picture(frame: Frame, usage: Usage, words: Words) -> Markup:
    across = words.say("usage.across_narrow" if frame.is_narrow else "usage.across")
    places = [Place(key=unit, mark=_mark(unit, usage), label=words.unit(unit)) for unit in usage.places]
    rows = [place for place in places if place.key != ELSEWHERE]
    apart = [place for place in places if place.key == ELSEWHERE]
    return draw(frame, Matrix(across=across, rows=rows, apart=apart, numbers=usage.uses))


def _mark(unit: str, usage: Usage) -> str:
    """A number; what is no one unit has a sign that none has."""
    return {OTHERS: "+", ELSEWHERE: "…"}.get(unit) or str(usage.places.index(unit) + 1)


def _table(usage: Usage, words: Words) -> Table:
    rows = [
        [text(f"{_mark(origin, usage)} {words.unit(origin)}"), count(words, usage.learned.get(origin, 0))]
        + [count(words, usage.uses.get((origin, place), 0)) for place in usage.places]
        for origin in usage.places
        if origin != ELSEWHERE
    ]
    places = [Column(name=words.unit(place), mark=_mark(place, usage)) for place in usage.places if place != ELSEWHERE]
    apart = [words.unit(place) for place in usage.places if place == ELSEWHERE]
    columns: list[str | Column] = [words.say("usage.learned_in"), words.say("usage.learned"), *places, *apart]
    return Table(caption=words.say("usage.caption"), columns=columns, rows=rows)


def _listed(usage: Usage, words: Words) -> Table:
    names = ("title", "learned_in", "standing", "cited", "applied", "where")
    return Table(
        caption=words.say("usage.listed"),
        columns=[words.say(f"usage.{name}") for name in names],
        rows=[_fields(one, words) for one in usage.listed],
        after=words.say("page.further", n=usage.further) if usage.further else "",
    )


def _fields(one: Used, words: Words) -> list[Cell]:
    standing = words.label("lesson_standing", one.lesson.standing)
    where = ", ".join(words.unit(unit) for unit in one.where)
    return [
        *(written(one.lesson.named), text(words.unit(one.lesson.unit)), text(standing)),
        *(count(words, one.cited), count(words, one.applied), text(where)),
    ]
