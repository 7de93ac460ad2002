"""Spreads below one another: a box around the middle half, its median, and whiskers around eight of ten."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from markupsafe import Markup

from history.report.drawing.svg import LINE, Drawing, Frame, steps

_LEFT = 280
_HIGH = 20
_ROW = 48


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A row: ``at`` are what a tenth, a quarter, a half, three quarters and nine tenths have at most.

    Of few there is no spread: ``each`` is shown. What goes on is drawn open, for it will be more.
    """

    label: str
    note: str
    kind: str
    at: tuple[float, ...] = ()
    each: tuple[float, ...] = ()
    goes_on: bool = False

    @property
    def end(self) -> float:
        """How far to the right it comes."""
        return max((*self.at, *self.each), default=0.0)


def intervals(frame: Frame, axis: str, rows: Sequence[Interval]) -> Markup:
    """All rows on one axis, which begins with 0 and is called so."""
    drawing = Drawing(frame)
    left = 8 if frame.is_narrow else _LEFT
    high = _ROW + (2 * LINE if frame.is_narrow else 0)
    marks = steps(max(row.end for row in rows), most=4 if frame.is_narrow else 8)
    scale, foot = (frame.width - left - 24) / marks[-1], 8 + high * len(rows)
    for mark in marks:
        drawing.line("grid" if mark else "axis", left + mark * scale, 0, left + mark * scale, foot)
        drawing.text("middle", left + mark * scale, foot + LINE, f"{mark:g}")
    for n, row in enumerate(rows):
        drawing.text("strong halo", 0, n * high + 22, row.label)
        drawing.text("quiet halo", 0, n * high + 22 + LINE, row.note)
        _spread(drawing, row, left, scale, n * high + (60 if frame.is_narrow else 26))
    drawing.text("end quiet", frame.width, foot + 2 * LINE + 3, axis)
    return drawing.markup(foot + 2 * LINE + 12)


def _spread(drawing: Drawing, row: Interval, left: float, scale: float, middle: float) -> None:
    kind = f"{row.kind} open" if row.goes_on else row.kind
    if row.at:
        _box(drawing, kind, [left + each * scale for each in row.at], middle)
    for each in row.each:
        drawing.circle(f"dot {kind}", left + each * scale, middle, 5)


def _box(drawing: Drawing, kind: str, at: Sequence[float], middle: float) -> None:
    tenth, quarter, half, three_quarters, nine_tenths = at
    for start, end in ((quarter, tenth), (three_quarters, nine_tenths)):
        drawing.line(f"whisker {kind}", start, middle, end, middle)
        drawing.line(f"whisker {kind}", end, middle - 5, end, middle + 5)
    drawing.rect(f"box {kind}", quarter, middle - _HIGH / 2, max(three_quarters - quarter, 2), _HIGH)
    drawing.line("median", half, middle - _HIGH / 2 - 4, half, middle + _HIGH / 2 + 4)
