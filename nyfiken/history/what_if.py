"""``nyfiken history what-if``: a history with something otherwise, beside the one that was."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from nyfiken.history.telling import HISTORY, told

_SCENARIO = click.Path(dir_okay=False, path_type=Path)


@click.command("what-if")
@HISTORY
@click.argument("file", metavar="SCENARIO.toml", type=_SCENARIO)
@click.argument("question", metavar='["SELECT …"]', required=False)
@click.option("--as-of", metavar="TIME", help="What was known then: 2026-03-01 (to its end) or 2026-03-01T12:00Z.")
@click.option("--by", type=click.Choice(["recorded_at", "occurred_at"]), default="recorded_at", show_default=True)
@click.option("--model", metavar="NAME", help="Each column of each row of this read model that is otherwise.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@told
def what_if(
    path: Path, file: Path, question: str | None, as_of: str | None, by: Any, model: str | None, form: str
) -> None:
    """Suppose that something had been otherwise, and see the difference side by side.

    A scenario says which events are left out, changed or added; docs/history.md shows one. With a question, what is
    answered as it was, and if; without, how many rows of each read model are otherwise. Nothing of it is written
    anywhere, and no service hears of it.

    \b
    nyfiken history what-if our-history weak.toml "SELECT unit, count(*) FROM experiment_failed GROUP BY unit"
    nyfiken history what-if our-history weak.toml --model failure_wall
    """
    from history.beside import MODELS_COLUMNS, ROWS_COLUMNS, answers, models, rows
    from history.database import opened
    from history.models import MODELS
    from history.replay import difference
    from history.supposing import read
    from nyfiken.history.answers import write

    if question and model:
        raise click.UsageError("a question or --model, not both")
    with opened(path, as_of, by) as database:
        scenario = read(file, database)
        was, supposed = database.history, database.history.what_if(scenario)
        if question:
            with opened(path, as_of, by, scenario) as otherwise:
                write(*answers(database.ask(question), otherwise.ask(question)), form, sys.stdout)
        elif model:
            write(ROWS_COLUMNS, rows(difference(was.read_model(model), supposed.read_model(model))), form, sys.stdout)
        else:
            write(MODELS_COLUMNS, models(was, supposed, MODELS), form, sys.stdout)
    click.echo(f"{scenario.name}: {len(scenario.left_out):,} events left out, {len(scenario.added):,} added", err=True)
