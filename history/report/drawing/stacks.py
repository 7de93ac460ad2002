"""Stacked bars: for each how much of it is of each kind; upright over time, lying where each has a name."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from history.report.drawing.svg import CHARACTER, LINE, Drawing, Frame, steps, wrapped

_PLOT = 260
_LEFT = 44
_SEAM = 1.5
"""Between two parts of a bar: their colours alone need not tell them apart."""
_BAR = 28


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a part of a bar is: its class, and what it is called."""

    name: str
    label: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar: what stands beside it, and kind → how many."""

    label: str
    parts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.parts.values())


def upright(frame: Frame, kinds: Sequence[Kind], bars: Sequence[Bar]) -> Markup:
    """Bars side by side over an axis that counts, with as many labels as there is room for, the last one always."""
    drawing = Drawing(frame)
    top = _legend(drawing, kinds) + 10
    marks = steps(max(bar.total for bar in bars), most=5)
    scale, foot = _PLOT / marks[-1], top + _PLOT
    for mark in marks:
        drawing.line("grid" if mark else "axis", _LEFT, foot - mark * scale, frame.width, foot - mark * scale)
        drawing.text("end", _LEFT - 8, foot - mark * scale + 4, f"{mark:g}")
    step = (frame.width - _LEFT) / len(bars)
    longest = max(len(bar.label) for bar in bars) * CHARACTER
    every = 1 if longest <= step else int(-(-1.5 * longest // step))
    for n, bar in enumerate(bars):
        left, width = _LEFT + n * step, min(step * 0.72, 64)
        _column(drawing, kinds, bar, (left + (step - width) / 2, foot), width, scale)
        if (len(bars) - 1 - n) % every == 0:
            middle = min(left + step / 2, frame.width - longest / 2)
            drawing.text("middle", middle, foot + LINE + 3, bar.label)
    return drawing.markup(foot + LINE + 10)


def _column(
    drawing: Drawing, kinds: Sequence[Kind], bar: Bar, foot: tuple[float, float], width: float, scale: float
) -> None:
    x, y = foot
    for kind in kinds:
        if value := bar.parts.get(kind.name, 0):
            height = value * scale
            drawing.patterned(kind.name, x, y - height, width, max(height - _SEAM, 1))
            y -= height


def lying(frame: Frame, kinds: Sequence[Kind], bars: Sequence[Bar]) -> Markup:
    """Bars below one another, each under its name; a part that has room says how many it is."""
    drawing = Drawing(frame)
    y = _legend(drawing, kinds)
    longest = max((bar.total for bar in bars), default=1) or 1
    for bar in bars:
        for line in wrapped(bar.label, frame.width):
            y += LINE
            drawing.text("strong", 0, y + 4, line)
        _row(drawing, kinds, bar, y + 14, frame.width / longest)
        y += _BAR + 26
    return drawing.markup(y)


def _row(drawing: Drawing, kinds: Sequence[Kind], bar: Bar, y: float, scale: float) -> None:
    x = 0.0
    for kind in kinds:
        if value := bar.parts.get(kind.name, 0):
            width, shown = value * scale, str(value)
            plate = len(shown) * CHARACTER + 9
            drawing.patterned(kind.name, x, y, max(width - _SEAM, 1), _BAR)
            if width > plate + 6:
                drawing.rect("plate", x + (width - plate) / 2, y + 5, plate, _BAR - 10)
                drawing.text("middle strong", x + width / 2, y + _BAR / 2 + 4.5, shown)
            x += width


def _legend(drawing: Drawing, kinds: Sequence[Kind]) -> float:
    """What colours and patterns are, in as many lines as it takes; how far down that is."""
    x, y = 0.0, 4.0
    for kind in kinds:
        width = 22 + len(kind.label) * CHARACTER
        if x and x + width > drawing.width:
            x, y = 0.0, y + 24
        drawing.patterned(kind.name, x, y, 14, 14)
        drawing.text("", x + 22, y + 12, kind.label)
        x += width + 16
    return y + 28
