"""The data dictionary that lies beside the files: every view and column that can be asked, and what it means."""

from __future__ import annotations

from collections.abc import Iterator

from history import views
from history.columns import SCHEMA
from history.typed import Column

NAME = "dictionary.md"


def written() -> str:
    """All of it, as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# What is in this history"
    yield ""
    yield "`nyfiken history sql DIR` has a view for each of these; moments are in UTC. The Parquet files can be read by"
    yield "anything else, too: they hold the columns of *The files*, and service and month in their paths."
    yield from _table(
        "The files", "One row for each position; of what is withheld its position and nothing else.", _files()
    )
    for view in views.folded():
        yield from _table(view.name, view.description, view.columns)
    for view in views.of_events():
        yield from _table(view.name, view.description, view.columns[len(views.ENVELOPE) :])
    yield from _table("The envelope", "The first columns of the view of each kind of event.", views.ENVELOPE)


def _files() -> list[Column]:
    return [
        Column(name=field.name, structure=str(field.type), description=field.metadata[b"description"].decode())
        for field in SCHEMA
    ]


def _table(name: str, description: str, columns: tuple[Column, ...] | list[Column]) -> Iterator[str]:
    yield from ("", f"## {name}", "", description, "", "| column | type | |", "|---|---|---|")
    for column in columns:
        yield f"| {column.name} | {column.sql} | {column.description} |"
