"""``results.json``: the last figures of every benchmark, whichever of them ran last, and the table of them."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.neighbours import MOST
from benchmarks.rows import Row

RESULTS = Path(__file__).with_name("results.json")
COSTS = Path(__file__).with_name("costs.json")
"""What a read, a command and an event cost: written by benchmarks.load, read by benchmarks.scaling."""
_BAR = 24


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A row, and the benchmark that it is of."""

    benchmark: str
    row: Row


def keep(measured: Sequence[Measured]) -> None:
    """Write down all rows of these benchmarks in place of the earlier ones.

    One that others disturbed does not take the place of one that they did not.
    """
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    again = {each.benchmark for each in measured}
    calm = {_which(row): row for row in before if not _is_disturbed(row)}
    commit = code()
    new = [{"benchmark": each.benchmark, "of": commit, **dataclasses.asdict(each.row)} for each in measured]
    new = [calm.get(_which(row), row) if _is_disturbed(row) else row for row in new]
    kept = [row for row in before if row["benchmark"] not in again]
    RESULTS.write_text(json.dumps([*kept, *new], indent=2, ensure_ascii=False) + "\n")


def code() -> str:
    """The day, and the commit that was measured; with a + where something of it was changed."""
    asked = ["git", "-C", str(RESULTS.parent), "describe", "--always", "--dirty=+"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    return f"{datetime.now(UTC):%Y-%m-%d} {commit}"


def _which(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["benchmark"], row["name"], row["beside"]


def _is_disturbed(row: Mapping[str, Any]) -> bool:
    return (row["others"] or 0) > MOST


def table(measured: Sequence[Measured]) -> Table:
    """All of it at one glance."""
    shown = Table(title="Nyfiken beside its peers")
    for column in ("what", "ours", "beside", "", "ratio", "", "goal", "met", "others"):
        shown.add_column(column, justify="right" if column in {"ours", "", "ratio", "others"} else "left")
    for each in measured:
        row = each.row
        peer = "" if row.peer is None else f"{row.peer:,.1f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        met = ("yes" if row.met else "[red]NO") if row.goal else ""
        what = f"{row.name} ({row.unit})"
        shown.add_row(what, f"{row.ours:,.1f}", row.beside, peer, ratio, _bar(row), row.goal, met, _told(row.others))
    return shown


def _told(others: float | None) -> str:
    if others is None:
        return ""
    return f"[red]{others:.0%}" if others > MOST else f"{others:.0%}"


def _bar(row: Row) -> str:
    """Ours above the other's: the longer of the two fills the width."""
    if row.peer is None:
        return ""
    longest = max(row.ours, row.peer)
    ours, theirs = (max(1, round(_BAR * value / longest)) for value in (row.ours, row.peer))
    return f"[green]{'█' * ours}[/]\n[dim]{'█' * theirs}[/]"
