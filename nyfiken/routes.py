"""``nyfiken routes``: every HTTP route of the services, out of their OpenAPI documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

DOCUMENTS = Path(__file__).parents[1] / "contracts" / "openapi"
_METHODS = ("get", "post", "put", "patch", "delete")


@click.command()
@click.argument("containing", default="")
def command(containing: str) -> None:
    """List the HTTP routes, all of them or those CONTAINING a text.

    \b
    nyfiken routes
    nyfiken routes lessons
    """
    table = Table("service", "method", "path", "what")
    for document in sorted(DOCUMENTS.glob("*.json")):
        for method, path, summary in routes(json.loads(document.read_text())):
            if containing in f"{document.stem} {path}":
                table.add_row(document.stem, method, path, summary)
    if not table.row_count:
        raise click.ClickException(f"no route contains {containing!r}")
    Console().print(table)


def routes(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Method, path and summary of each operation of an OpenAPI document."""
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                yield method.upper(), path, operations[method].get("summary", "")
