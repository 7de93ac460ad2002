"""``nyfiken routes``: every HTTP route of the services, out of their OpenAPI documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

DOCUMENTS = Path(__file__).parents[1] / "contracts" / "openapi"
_METHODS = ("get", "post", "put", "patch", "delete")


@click.command()
@click.argument("containing", default="")
def command(containing: str) -> None:
    """List the HTTP routes, all of them or those CONTAINING a text: one a line, however narrow the screen.

    \b
    nyfiken routes
    nyfiken routes lessons
    """
    found = [
        (document.stem, *route)
        for document in sorted(DOCUMENTS.glob("*.json"))
        for route in routes(json.loads(document.read_text()))
        if containing in f"{document.stem} {route[1]}"
    ]
    if not found:
        raise click.ClickException(f"no route contains {containing!r}")
    longest = max(len(path) for _, _, path, _ in found)
    for service, method, path, summary in found:
        click.echo(f"{service:13} {method:6} {path:{longest}}  {summary}")


def routes(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Method, path and summary of each operation of an OpenAPI document."""
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                yield method.upper(), path, operations[method].get("summary", "")
