"""``nyfiken openapi``: the OpenAPI document of each service, made from its routes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import click

from chassis.program import Program
from chassis.store.sqlite import SqliteStore
from chassis.tokens import Tokens
from chassis.web import create_app
from chassis.web.documents import document_of
from contracts.event import Json
from contracts.generate.files import text, write
from nyfiken.layout import SERVICES
from nyfiken.routes import DOCUMENTS


@click.command()
@click.argument("service", required=False, type=click.Choice(SERVICES))
@click.option("--write", "writes", is_flag=True, help="Write contracts/openapi/*.json again where it is outdated.")
def command(service: str | None, writes: bool) -> None:
    """Show the OpenAPI document of a SERVICE, or write down those of all.

    \b
    nyfiken openapi ideas
    nyfiken openapi --write
    """
    if writes:
        for path in write(files()):
            click.echo(f"written: {path.relative_to(DOCUMENTS.parents[1])}")
    elif service:
        click.echo(text(document(service)), nl=False)
    else:
        raise click.UsageError("name a service, or say --write")


def document(service: str) -> Json:
    """The OpenAPI document of a service, as it answers it itself."""
    program: Program = import_module(f"services.{service}.main").PROGRAM
    key = os.urandom(32)
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "empty.sqlite", service, master_key=key)
        try:
            app = create_app(program.service, program.routes, store, tokens=Tokens(key, key))
            found = document_of(app)
        finally:
            store.close()
    return found


def files() -> Mapping[Path, str]:
    """Every document by where it is kept."""
    return {DOCUMENTS / f"{service}.json": text(document(service)) for service in SERVICES}
