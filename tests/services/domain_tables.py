"""The command × state tables of docs/domain.md as data, and what each cell demands of the code.

A test of each service walks every cell: it folds events into the state and gives the command, so that a table and its
code cannot drift::

    @pytest.mark.parametrize("cell", cells("Challenge"), ids=str)
    def test_the_table_of_challenges_holds(cell):
        fulfil(cell, given(CHALLENGE, *EVENTS[cell.state]), COMMANDS[cell.command])
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

from chassis.errors import NotFound, Refused
from chassis.testing.gwt import Decide, Given

DOMAIN = Path(__file__).parents[2] / "docs" / "domain.md"
Mark = Literal["→", "=", "○", "·", "rule"]
_SECTION = re.compile(r"^## (\w+)")
_MOVES = re.compile(r"→(\w+)(.*)")
_OTHER = re.compile(r"(=|○|·|rule)(.*)")


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """What a command in a state does: ``→`` moves to ``to``, ``=`` stays, ``○`` already so, ``·`` refused.

    ``rule``: as the text below the table says. ``note`` is what else the cell says (``or →closed with a lesson``).
    """

    command: str
    state: str
    mark: Mark
    to: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.command}, {self.state}: {self.mark}{self.to} {self.note}".strip()


@cache
def cells(aggregate: str) -> tuple[Cell, ...]:
    """Every cell of the table in an aggregate's section (``Challenge``, ``Idea``, ``Experiment``, ``Lesson``)."""
    header, *lines = _table(aggregate)
    return tuple(cell for line in lines for cell in _row(header[1:], line))


def commands(aggregate: str) -> tuple[str, ...]:
    """The labels of the rows, as they are written."""
    return tuple(dict.fromkeys(cell.command for cell in cells(aggregate)))


def states(aggregate: str) -> tuple[str, ...]:
    """The labels of the columns."""
    return tuple(dict.fromkeys(cell.state for cell in cells(aggregate)))


def fulfil(cell: Cell, before: Given[Any], decide: Decide, *, field: str = "state") -> None:
    """Take the decision and demand what the cell says; ``field`` of the aggregate holds the state it is in."""
    was = getattr(before.state, field, None)
    assert was == cell.state, f"the events given lead to {was}"
    when = before.when(decide)
    if cell.mark == "·":
        assert isinstance(when.refusal, Refused | NotFound), f"{cell}: {when.refusal or when.events}"
        return
    after = getattr(when.and_then().state, field)
    assert bool(when.events) == (cell.mark != "○"), f"{cell}: {when.events}"
    assert after == (cell.to or cell.state), f"{cell}: leads to {after}"


def _table(aggregate: str) -> list[list[str]]:
    """The rows of the first table of this section whose first column is ``command``, its header first."""
    section, rows = "", []
    for line in DOMAIN.read_text(encoding="utf-8").splitlines():
        if found := _SECTION.match(line):
            section = found[1]
        if section == aggregate and (rows or line.startswith("| command |")):
            if not line.startswith("|"):
                break
            rows.append([part.strip() for part in line.strip("|").split("|")])
    assert rows, f"docs/domain.md has no table of commands under {aggregate}"
    return [rows[0], *rows[2:]]


def _row(names: list[str], row: list[str]) -> Iterator[Cell]:
    command, *written = row
    assert len(written) == len(names), f"{command}: {written}"
    meant = ""
    for state, text in zip(names, written, strict=True):
        meant = meant if text == "same" else text
        yield _cell(command, state, meant)


def _cell(command: str, state: str, text: str) -> Cell:
    if moves := _MOVES.fullmatch(text):
        return Cell(command, state, "→", moves[1], moves[2].strip(" ,"))
    other = _OTHER.fullmatch(text)
    assert other, f"{command} in {state}: {text!r} is no mark"
    return Cell(command, state, other[1], note=other[2].strip())  # type: ignore[arg-type]
