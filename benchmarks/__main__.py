"""``make bench``: measure, print the table with its bars, write results.json."""

from __future__ import annotations

import dataclasses
import logging
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
import structlog
from rich.console import Console

from benchmarks.analysts.rows import analysts
from benchmarks.bench import Bench, Benchmark
from benchmarks.freshness import freshness
from benchmarks.growth import growth
from benchmarks.heart import on_sqlite
from benchmarks.neighbours import MOST, Neighbours
from benchmarks.on_postgres import on_postgres
from benchmarks.over_http import over_http
from benchmarks.over_kafka import over_kafka
from benchmarks.platform import platform
from benchmarks.results import Measured, keep, table
from benchmarks.servers import Servers
from benchmarks.sizes import TINY, WHOLE

_WIDTH = 172
_INTERRUPTED = 130
BENCHMARKS: Mapping[str, Benchmark] = {
    "sqlite": on_sqlite,
    "platform": platform,
    "postgres": on_postgres,
    "kafka": over_kafka,
    "http": over_http,
    "freshness": freshness,
    "growth": growth,
    "history": analysts,
}
LONG = ("growth", "history")
"""Those that take so long that they run only when they are asked for."""


@click.command
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--long", is_flag=True, help="With those that take long.")
@click.option("--tiny", is_flag=True, help="Measure next to nothing and keep nothing: only to see that it works.")
@click.option("--patience", type=float, help="Seconds to wait, for each row, until others leave the machine alone.")
def main(names: Sequence[str], long: bool, tiny: bool, patience: float | None) -> None:
    """Run all benchmarks, or those named; ends with 1 when a goal is missed."""
    for number in (signal.SIGTERM, signal.SIGINT):  # then, too, nothing is left behind
        signal.signal(number, lambda *_: sys.exit(_INTERRUPTED))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    console = Console(width=max(_WIDTH, Console().width))
    wanted = names or [name for name in BENCHMARKS if long or name not in LONG]
    sizes = TINY if tiny else WHOLE
    sizes = sizes if patience is None else dataclasses.replace(sizes, patience=patience)
    measured: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="nyfiken-bench-") as folder, Servers(Path(folder)) as servers:
        for name in wanted:
            own = Path(folder) / name
            own.mkdir()
            bench = Bench(folder=own, servers=servers, sizes=sizes, say=console.print)
            found = list(_measured(name, bench))
            measured += found
            if not tiny:
                keep(found)
    console.print(table(measured))
    sys.exit(0 if all(each.row.met for each in measured) else 1)


def _measured(name: str, bench: Bench) -> Iterator[Measured]:
    """The rows of one benchmark, as they are measured."""
    neighbours = Neighbours()
    for row in BENCHMARKS[name](bench):
        meanwhile = neighbours.share()
        others = meanwhile if row.others is None else row.others
        loud = f"; others used {others:.0%} of this machine meanwhile" if others > MOST else ""
        beside = "" if row.ratio is None else f", {row.ratio:.2f} × {row.beside}"
        bench.say(f"measured: {row.name}: {row.ours:,.1f} {row.unit}{beside}{loud}")
        yield Measured(benchmark=name, row=dataclasses.replace(row, others=round(others, 3)))


if __name__ == "__main__":
    main()
