"""A flow from left to right: columns of nodes, and bands between them that are as thick as what goes there.

Where there is no room for that, the nodes of each column are bars below one another.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from history.report.drawing.svg import LINE, Drawing, Frame, wrapped

_NODE = 12
_GAP = 12
_HEIGHT = 340
"""Of what comes in at the left."""
_TOP = 44
_BESIDE = 8
"""Between a node and its label."""
_BEND = 0.75
"""Where a band bends: late, for labels stand where it begins."""
_LEAST = 1.5
"""A node or band is never thinner: one idea of thousands is still there."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node: which, its classes, what it is called, how much comes to it, and that in words."""

    key: str
    kind: str
    label: str
    value: int
    shown: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Nodes above one another, under a heading."""

    heading: str
    nodes: Sequence[Node]


Bands = Mapping[tuple[str, str], int]
"""(node, node) → how much goes from one to the other."""


def sankey(frame: Frame, columns: Sequence[Column], bands: Bands) -> Markup:
    """The flow; where the frame is narrow, bars."""
    return _bars(frame, columns) if frame.is_narrow else _Flow(frame, columns, bands).markup()


class _Flow:
    def __init__(self, frame: Frame, columns: Sequence[Column], bands: Bands) -> None:
        self._drawing = Drawing(frame)
        self._columns = columns
        self._bands = bands
        self._step = frame.width / len(columns)
        self._scale = _HEIGHT / max(sum(node.value for node in columns[0].nodes), 1)
        self._tops: dict[str, float] = {}
        self._bottom = 0.0

    def markup(self) -> Markup:
        for column in self._columns:
            self._place(column)
        for n in range(len(self._columns) - 1):
            self._flow(n)
        for n, column in enumerate(self._columns):
            self._label(n, column)
        return self._drawing.markup(self._bottom)

    def _place(self, column: Column) -> None:
        y = float(_TOP)
        for node in column.nodes:
            self._tops[node.key] = y
            y += max(self._thick(node.value), LINE * (len(self._lines(node)) + 1)) + _GAP
        self._bottom = max(self._bottom, y)

    def _flow(self, n: int) -> None:
        """The bands from one column to the next: of two that leave the same node none crosses the other."""
        starts, ends = dict(self._tops), dict(self._tops)
        for before in self._columns[n].nodes:
            for after in self._columns[n + 1].nodes:
                if value := self._bands.get((before.key, after.key)):
                    thick = self._thick(value)
                    self._band(after.kind, n, starts[before.key], ends[after.key], thick)
                    starts[before.key] += thick
                    ends[after.key] += thick

    def _band(self, kind: str, n: int, start: float, end: float, thick: float) -> None:
        x1, x2 = n * self._step + _NODE, (n + 1) * self._step
        bend = f"{x1 + _BEND * (x2 - x1):.1f}"
        self._drawing.path(
            f"band {kind}",
            f"M{x1:.1f} {start:.1f} C{bend} {start:.1f} {bend} {end:.1f} {x2:.1f} {end:.1f} v{thick:.1f} "
            f"C{bend} {end + thick:.1f} {bend} {start + thick:.1f} {x1:.1f} {start + thick:.1f} Z",
        )

    def _label(self, n: int, column: Column) -> None:
        x = n * self._step
        self._drawing.text("heading", x, LINE, column.heading)
        for node in column.nodes:
            top = self._tops[node.key]
            self._drawing.rect(f"fill {node.kind}", x, top, _NODE, self._thick(node.value))
            self._drawing.text("figure halo", x + _NODE + _BESIDE, top + 13, node.shown)
            for i, line in enumerate(self._lines(node), start=1):
                self._drawing.text("halo", x + _NODE + _BESIDE, top + 13 + LINE * i, line)

    def _lines(self, node: Node) -> Sequence[str]:
        return wrapped(node.label, self._step - _NODE - _BESIDE - 12)

    def _thick(self, value: int) -> float:
        return max(value * self._scale, _LEAST)


def _bars(frame: Frame, columns: Sequence[Column]) -> Markup:
    drawing = Drawing(frame)
    longest = max((node.value for column in columns for node in column.nodes), default=1)
    y = 0.0
    for column in columns:
        y += LINE
        drawing.text("heading", 0, y, column.heading)
        for node in column.nodes:
            y += LINE + 8
            drawing.text("", 0, y, node.label)
            drawing.text("figure end", frame.width, y, node.shown)
            drawing.rect("track", 0, y + 6, frame.width, 8)
            drawing.rect(f"fill {node.kind}", 0, y + 6, max(frame.width * node.value / longest, _LEAST), 8)
            y += 14
        y += 26
    return drawing.markup(y - 10)
