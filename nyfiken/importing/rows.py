"""The rows of a csv file, one at a time, each with the line it begins at."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterator
from typing import TextIO

LONGEST_CELL = 16 * 2**20
"""Characters; more is not a cell but a quotation mark that was never closed."""


class NotATable(Exception):
    """The file cannot be read as csv; says why and where."""


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One row: its first line in the file, its cells by column, and what is wrong with it as a row."""

    line: int
    cells: dict[str, str]
    fault: str | None = None


class Table:
    """A csv file with a header. Iterate it once."""

    def __init__(self, text: TextIO, delimiter: str) -> None:
        csv.field_size_limit(LONGEST_CELL)
        self._reader = csv.reader(text, delimiter=delimiter, strict=True)
        self.columns = self._header()

    def __iter__(self) -> Iterator[Row]:
        """Every row that is not empty; NotATable where the file stops being csv."""
        while True:
            line = self._reader.line_num + 1
            cells = self._next()
            if cells is None:
                return
            if cells:
                yield self._row(line, cells)

    def _header(self) -> list[str]:
        columns = [name.strip() for name in self._next() or ()]
        if repeated := {name for name in columns if columns.count(name) > 1}:
            raise NotATable(f"line 1: the column {min(repeated)!r} is there more than once")
        if not any(columns):
            raise NotATable("line 1: there are no column names")
        return columns

    def _next(self) -> list[str] | None:
        line = self._reader.line_num + 1
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise NotATable(f"line {line}: {error}") from None
        except UnicodeError:
            raise NotATable(f"line {line} or soon after: this is not in the encoding that the map states") from None

    def _row(self, line: int, cells: list[str]) -> Row:
        fault = None
        if len(cells) != len(self.columns):
            fault = f"has {len(cells)} cells where the header has {len(self.columns)}"
        elif any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
            fault = "is not in the encoding that the map states"
        return Row(line, dict(zip(self.columns, cells, strict=False)), fault)
