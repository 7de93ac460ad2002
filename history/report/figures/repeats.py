"""The figure of second attempts: what came of tests after one that did not hold, and which did not hold again."""

from __future__ import annotations

from contracts.calendar import day_of
from history.report.drawing.stacks import Bar, Kind, lying
from history.report.figures.figure import Cell, Figure, Table, count, pictures, text, written
from history.report.figures.outcomes import outcome_kinds
from history.report.repeats import WAYS, Again, Repeats
from history.report.words import Words

_LISTED = 10


def repeats_figure(repeats: Repeats, words: Words) -> Figure:
    """In the words' language."""
    heading = words.say("repeats.heading")
    if not (repeats.first or repeats.after):
        return Figure(id="repeats", heading=heading, said=[words.say("repeats.nothing")])
    said = _said(repeats, words)
    kinds = [*outcome_kinds(words), Kind(name="ongoing", label=words.label("experiment", "running"))]
    bars = [Bar(label=words.say(f"repeats.{name}"), parts=parts) for name, parts in _attempts(repeats) if parts]
    return Figure(
        id="repeats",
        heading=heading,
        said=said,
        pictures=pictures("repeats", words, heading, said, lambda frame: lying(frame, kinds, bars)),
        tables=[_table(repeats, kinds, words), *_of_failed(repeats, words)],
        notes=[words.say("repeats.definition")],
    )


def _said(repeats: Repeats, words: Words) -> list[str]:
    after, failed = repeats.after, len(repeats.failed)
    said = [words.say("repeats.none_after")]
    if after:
        said = [words.say("repeats.said", after=sum(after.values()), succeeded=after.get("succeeded", 0))]
    if failed:
        said.append(words.say("repeats.failed", failed=failed))
    if repeats.spared:
        said.append(words.say("repeats.spared", spared=repeats.spared))
    return said


def _attempts(repeats: Repeats) -> list[tuple[str, dict[str, int]]]:
    return [("first", dict(repeats.first)), ("again", dict(repeats.after))]


def _table(repeats: Repeats, kinds: list[Kind], words: Words) -> Table:
    rows = [
        [text(words.say(f"repeats.{name}"))]
        + [count(words, parts.get(kind.name, 0)) for kind in kinds]
        + [count(words, sum(parts.values()))]
        for name, parts in _attempts(repeats)
    ]
    columns = [words.say("repeats.attempts"), *(kind.label for kind in kinds), words.say("page.total")]
    return Table(caption=words.say("repeats.caption"), columns=columns, rows=rows)


def _of_failed(repeats: Repeats, words: Words) -> list[Table]:
    if not repeats.failed:
        return []
    ways = repeats.by_way()
    bonds = Table(
        caption=words.say("repeats.ways"),
        columns=[words.say("repeats.way"), words.say("repeats.tests")],
        rows=[[text(words.say(f"way.{way}")), count(words, ways[way])] for way in WAYS],
    )
    further = len(repeats.failed) - _LISTED
    listed = Table(
        caption=words.say("repeats.listed"),
        columns=[words.say(f"repeats.{name}") for name in ("test", "unit", "concluded", "earlier", "way", "lesson")],
        rows=[_fields(again, words) for again in repeats.failed[:_LISTED]],
        after=words.say("page.further", n=further) if further > 0 else "",
    )
    return [bonds, listed]


def _fields(again: Again, words: Words) -> list[Cell]:
    one, earlier = again.experiment, again.earlier[0]
    concluded = "" if one.concluded_at is None else words.day(day_of(one.concluded_at))
    lesson = "no_lesson" if one.learned_at is None else "has_lesson"
    return [
        *(written(one.named), text(words.unit(one.unit)), text(concluded)),
        *(written(earlier.experiment.named), text(words.say(f"way.{earlier.way}"))),
        text(words.say(f"repeats.{lesson}")),
    ]
