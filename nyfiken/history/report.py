"""``nyfiken history report``: one page for a board."""

from __future__ import annotations

from pathlib import Path

import click

from nyfiken.history.telling import HISTORY, NEW_FILE, new_file, told


@click.command()
@HISTORY
@click.option("--to", "output", type=NEW_FILE, required=True, help="A new file, report.html.")
@click.option("--as-of", metavar="TIME", help="What was known then: 2026-03-01 (to its end) or 2026-03-01T12:00Z.")
@told
def report(path: Path, output: Path, as_of: str | None) -> None:
    """Write a page for a board: from idea to lesson, in pictures, words and tables, in Swedish and English.

    How ideas flow to lessons, what came of tests over time, how long it takes to a conclusion and to a lesson, which
    lessons are used in which units, and what failed although about the same had failed before.

    The page is one file: it fetches nothing, runs nothing, and nobody is in it. The same history and moment give the
    same page.
    """
    from history.report.page import report as page_of

    with new_file(output) as beside:
        beside.write_text(page_of(path, as_of), encoding="utf-8")
    click.echo(f"{output}: written")
