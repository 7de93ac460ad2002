"""``make bench``: measure everything, print the table with its bars, write results.json."""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from benchmarks.heart import folding, heart
from benchmarks.platform import platform
from benchmarks.rows import Row

RESULTS = Path(__file__).with_name("results.json")
_BAR = 24
_WIDTH = 132


def measured(folder: Path) -> Iterator[Row]:
    """Every row, as it is measured."""
    yield from heart(folder)
    (folder / "fold").mkdir()
    yield folding(folder / "fold")
    yield from platform(folder / "platform")


def main() -> int:
    """Run all of it; 1 when a goal is missed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    console = Console(width=max(_WIDTH, Console().width))
    rows = []
    with tempfile.TemporaryDirectory(prefix="nyfiken-bench-") as folder:
        for row in measured(Path(folder)):
            console.print(f"measured: {row.name}", style="dim")
            rows.append(row)
    console.print(_table(rows))
    RESULTS.write_text(json.dumps([dataclasses.asdict(row) for row in rows], indent=2, ensure_ascii=False) + "\n")
    return 0 if all(row.met for row in rows) else 1


def _table(rows: list[Row]) -> Table:
    table = Table(title="Nyfiken beside its peer (eventsourcing on SQLite, synchronous=FULL)")
    for column in ("what", "ours", "peer", "ratio", "", "goal", "met"):
        table.add_column(column, justify="right" if column in {"ours", "peer", "ratio"} else "left")
    for row in rows:
        peer = "" if row.peer is None else f"{row.peer:,.1f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        shown = "yes" if row.met else "[red]NO"
        table.add_row(f"{row.name} ({row.unit})", f"{row.ours:,.1f}", peer, ratio, _bar(row), row.goal, shown)
    return table


def _bar(row: Row) -> str:
    """Ours beside the peer's: the longer of the two fills the width."""
    if row.peer is None:
        return ""
    longest = max(row.ours, row.peer)
    ours, theirs = (max(1, round(_BAR * value / longest)) for value in (row.ours, row.peer))
    return f"[green]{'█' * ours}[/]\n[dim]{'█' * theirs}[/]"


if __name__ == "__main__":
    sys.exit(main())
