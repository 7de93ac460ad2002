"""What a question to a pulled history is answered with: a table, csv, JSON, Parquet; and a shell for many questions."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
import orjson
from rich.console import Console
from rich.table import Table

from history.errors import HistoryError
from nyfiken.history.telling import new_file

if TYPE_CHECKING:
    from history.database import Database

_SHOWN = 1_000
"""Rows of a table; more of them nobody reads."""


def answer(database: Database, question: str, form: str, output: Path | None) -> None:
    """Ask, and write the answer to the screen or a new file. Raises HistoryError."""
    if output is None:
        _write(database.ask(question), form, sys.stdout)
        return
    with new_file(output) as beside:
        if form == "parquet":
            import pyarrow.parquet as pq

            pq.write_table(database.table(question), beside)
        else:
            cursor = database.ask(question)
            with beside.open("w", encoding="utf-8", newline="") as file:
                _write(cursor, form, file)


def write(columns: Sequence[str], rows: Iterable[Sequence[Any]], form: str, file: TextIO) -> None:
    """Rows as a table, csv or JSON."""
    _TEXTS[form](columns, iter(rows), file)


def shell(database: Database) -> None:
    """Answer one question after the other, each ended by a semicolon, until there is nothing more."""
    if sys.stdin.isatty():
        click.echo("One SELECT at a time, ended by ; — SHOW TABLES; lists what there is. Ctrl-D ends it.")
    asked: list[str] = []
    while (line := _line("   ...> " if asked else "nyfiken> ")) is not None:
        asked.append(line)
        if line.rstrip().endswith(";"):
            try:
                answer(database, "\n".join(asked), "table", None)
            except HistoryError as error:
                click.echo(f"Error: {error}", err=True)
            asked.clear()


def _line(prompt: str) -> str | None:
    try:
        return input(prompt if sys.stdin.isatty() else "")
    except EOFError:
        return None


def _write(cursor: Any, form: str, file: TextIO) -> None:
    write([each[0] for each in cursor.description], iter(cursor.fetchone, None), form, file)


def _table(columns: Sequence[str], rows: Iterator[Sequence[Any]], file: TextIO) -> None:
    console = Console(file=file, soft_wrap=not file.isatty(), width=None if file.isatty() else 10_000)
    shown = Table(*columns)
    for row in islice(rows, _SHOWN):
        shown.add_row(*("" if value is None else str(value) for value in row))
    console.print(shown)
    if next(rows, None) is not None:
        console.print(f"… and more than {_SHOWN:,} rows: --format csv has all of them")


def _csv(columns: Sequence[str], rows: Iterator[Sequence[Any]], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def _json(columns: Sequence[str], rows: Iterator[Sequence[Any]], file: TextIO) -> None:
    for row in rows:
        file.write(orjson.dumps(dict(zip(columns, row, strict=True)), default=str).decode() + "\n")


_TEXTS: Mapping[str, Callable[[Sequence[str], Iterator[Sequence[Any]], TextIO], None]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
}
