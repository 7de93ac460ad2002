"""The figures of how long it takes: to the conclusion, and from there to the lesson."""

from __future__ import annotations

from history.report.drawing.intervals import Interval, intervals
from history.report.figures.figure import Cell, Figure, Table, count, days, pictures, text
from history.report.times import FEW, Row, Spread, Times
from history.report.words import Words

_SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
_COLUMNS = ("tenth", "quarter", "median", "three_quarters", "nine_tenths", "longest")


def conclusion_figure(times: Times, overdue: int, words: Words) -> Figure:
    """From start to conclusion, in the words' language."""
    return _figure("conclusion", times, words, overdue=overdue)


def lesson_figure(times: Times, words: Words) -> Figure:
    """From conclusion to lesson, in the words' language."""
    return _figure("lesson", times, words)


def _figure(name: str, times: Times, words: Words, **more: int) -> Figure:
    heading = words.say(f"{name}.heading")
    rows = [row for row in times.rows if row.spread.days]
    if not rows:
        return Figure(id=name, heading=heading, said=[words.say(f"{name}.nothing")])
    said = _said(name, times, words, more)
    drawn = [_interval(name, row, words) for row in rows]
    axis = words.say(f"{name}.axis")
    return Figure(
        id=name,
        heading=heading,
        said=said,
        pictures=pictures(name, words, heading, said, lambda frame: intervals(frame, axis, drawn)),
        tables=[_table(name, rows, words)],
        notes=[words.say("times.how_to_read", few=FEW), words.say(f"{name}.definition")],
    )


def _said(name: str, times: Times, words: Words, more: dict[str, int]) -> list[str]:
    ongoing = len(times.row("ongoing"))
    said = [_done(name, times.row("all"), words)]
    if ongoing:
        half = {} if times.half is None else {"half": times.half}
        said.append(words.say(f"{name}.half" if half else f"{name}.no_half", **half))
        kind = "overdue" if any(more.values()) else "ongoing"
        said.append(words.say(f"{name}.{kind}", ongoing=ongoing, **more))
    return said


def _done(name: str, done: Spread, words: Words) -> str:
    if not done.days:
        return words.say(f"{name}.none_done")
    if len(done) < FEW:
        return words.say(f"{name}.few", n=len(done), low=done.days[0], high=done.days[-1])
    low, median, high = (done.at(share) for share in (0.25, 0.5, 0.75))
    return words.say(f"{name}.said", median=median, low=low, high=high)


def _interval(name: str, row: Row, words: Words) -> Interval:
    few = len(row.spread) < FEW
    return Interval(
        label=_label(name, row, words),
        note=words.say("times.note", n=len(row.spread), median=row.spread.at(0.5)),
        kind=row.name,
        at=() if few else tuple(row.spread.at(share) for share in _SHARES),
        each=row.spread.days if few else (),
        goes_on=row.goes_on,
    )


def _table(name: str, rows: list[Row], words: Words) -> Table:
    columns = [words.say(f"times.{column}") for column in ("whose", "number", *_COLUMNS)]
    return Table(
        caption=words.say(f"{name}.caption"), columns=columns, rows=[_fields(name, row, words) for row in rows]
    )


def _fields(name: str, row: Row, words: Words) -> list[Cell]:
    shares = [days(words, row.spread.at(share)) for share in _SHARES]
    longest = days(words, row.spread.days[-1])
    return [text(_label(name, row, words)), count(words, len(row.spread)), *shares, longest]


def _label(name: str, row: Row, words: Words) -> str:
    if row.name == "all":
        return words.say(f"{name}.all")
    return words.say(f"{name}.goes_on") if row.goes_on else words.label("outcome", row.name)
