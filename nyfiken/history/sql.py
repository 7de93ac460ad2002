"""``nyfiken history sql``: questions to a pulled history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nyfiken.history.telling import HISTORY, NEW_FILE, told


@click.command()
@HISTORY
@click.argument("question", metavar='["SELECT …"]', required=False)
@click.option("--as-of", metavar="TIME", help="What was known then: 2026-03-01 (to its end) or 2026-03-01T12:00Z.")
@click.option("--by", type=click.Choice(["recorded_at", "occurred_at"]), default="recorded_at", show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "parquet"]), default="table")
@click.option("--output", type=NEW_FILE, help="A new file; parquet needs one.")
@told
def sql(path: Path, question: str | None, as_of: str | None, by: Any, form: str, output: Path | None) -> None:
    """Ask a pulled history in SQL, one SELECT at a time; without a question, a shell.

    There is a view for each kind of event (experiment_failed), and events for all of them; ideas, experiments, lessons,
    failures and funnel are what the services make of them, by their own folds. SHOW TABLES lists them, DESCRIBE ideas
    what is in one. A history is only read: no other file is, and nothing is written.

    \b
    nyfiken history sql our-history "SELECT unit, count(*) FROM experiment_failed GROUP BY unit"
    nyfiken history sql our-history --as-of 2026-03-01 "FROM funnel"
    """
    from history.database import opened
    from nyfiken.history.answers import answer, shell

    if form == "parquet" and output is None:
        raise click.UsageError("--format parquet needs --output")
    with opened(path, as_of, by) as database:
        if question is None:
            shell(database)
        else:
            answer(database, question, form, output)
