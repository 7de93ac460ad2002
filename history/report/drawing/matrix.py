"""From where to where: a field for each pair, darker the more goes between them, and the number."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from history.report.drawing.svg import LINE, Drawing, Frame

_LEFT = 330
_FIELD = 44
_TOP = 2 * LINE + 14
_LIGHTEST = 0.12
"""So that one is seen beside none."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A row or column: which, its mark in the picture, and what it is called."""

    key: str
    mark: str
    label: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """(row, column) → how much; ``across`` says what columns are, ``apart`` are columns that no row is of."""

    across: str
    rows: Sequence[Place]
    apart: Sequence[Place]
    numbers: Mapping[tuple[str, str], int]

    @property
    def columns(self) -> Sequence[Place]:
        """The rows once more, and those apart."""
        return [*self.rows, *self.apart]

    @property
    def largest(self) -> int:
        """What a field among rows and columns holds at most: what stands apart is not compared."""
        rows = {row.key for row in self.rows}
        return max((n for (_, column), n in self.numbers.items() if column in rows), default=1)


def draw(frame: Frame, matrix: Matrix) -> Markup:
    """Columns have the marks of their rows. A field where row and column are the same has a frame."""
    drawing = Drawing(frame)
    left = 0 if frame.is_narrow else _LEFT
    width = min((frame.width - left) / len(matrix.columns), _FIELD if frame.is_narrow else 64)
    high = width + LINE + 8 if frame.is_narrow else _FIELD
    drawing.text("quiet", left, LINE - 3, matrix.across)
    for n, column in enumerate(matrix.columns):
        drawing.text("middle strong", left + (n + 0.5) * width, 2 * LINE + 4, column.mark)
    for i, row in enumerate(matrix.rows):
        top = _TOP + i * high
        drawing.text("", 0, top + (LINE - 2 if frame.is_narrow else high / 2 + 4), f"{row.mark}  {row.label}")
        field = _Field(x=left, y=top + (LINE + 4 if frame.is_narrow else 0), width=width, height=min(high, width))
        _fields(drawing, matrix, row, field)
    bottom = _TOP + len(matrix.rows) * high
    for column in matrix.apart:
        bottom += LINE + 4
        drawing.text("quiet", left, bottom, f"{column.mark}  {column.label}")
    return drawing.markup(bottom + 8)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """The first field of a row."""

    x: float
    y: float
    width: float
    height: float


def _fields(drawing: Drawing, matrix: Matrix, row: Place, first: _Field) -> None:
    apart = {column.key for column in matrix.apart}
    for n, column in enumerate(matrix.columns):
        x, value = first.x + n * first.width, matrix.numbers.get((row.key, column.key), 0)
        box = (x + 1, first.y + 1, first.width - 2, first.height - 2)
        if value and column.key not in apart:
            drawing.rect("heat", *box, opacity=_LIGHTEST + (1 - _LIGHTEST) * value / matrix.largest)
        drawing.rect("field own" if row.key == column.key else "field", *box)
        if value:
            drawing.text("middle figure", x + first.width / 2, first.y + first.height / 2 + 5, str(value))
