"""``python -m benchmarks.scaling``: print the plans; with --write, put them into docs/scaling.md."""

from __future__ import annotations

import click

from benchmarks.scaling.assumed import load_assumed
from benchmarks.scaling.costs import load_costs
from benchmarks.scaling.tables import DOCUMENT, filled, tables


@click.command
@click.option("--write", is_flag=True, help="Put them into docs/scaling.md, in place of those that are there.")
def main(write: bool) -> None:
    """Plan for a city, a country's municipalities and the internet, from what was measured and what is assumed."""
    found = tables(load_costs(), load_assumed())
    if write:
        DOCUMENT.write_text(filled(DOCUMENT.read_text(), found))
        click.echo(f"written: {DOCUMENT}")
        return
    for table in found.values():
        click.echo(f"{table}\n")


if __name__ == "__main__":
    main()
