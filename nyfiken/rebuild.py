"""``nyfiken rebuild``: a new table of a read model, built from the beginning beside the one that serves."""

from __future__ import annotations

from pathlib import Path

import click

from chassis.processing.read_model import ReadModel
from chassis.processing.registry import generations, start_generation
from chassis.service import Service
from chassis.store.protocol import Store
from nyfiken.layout import data_option
from nyfiken.servers import Servers, servers_options
from nyfiken.stores import Opened, opened


@click.command()
@click.argument("model")
@data_option
@servers_options
def command(model: str, data: Path, servers: Servers) -> None:
    """Build the read model MODEL again from the first event.

    The running worker fills a new table while the old one goes on answering, and switches when the new one has caught
    up; nothing is sent to anybody again. "nyfiken status" shows how far it is.

    \b
    nyfiken rebuild idea_board
    """
    with opened(data, servers) as services:
        for service, store in services:
            for found in service.read_models:
                if found.name == model:
                    click.echo(rebuild(service, store, found))
                    return
        raise click.ClickException(f"no read model is called {model}; there are: {', '.join(_names(services))}")


def rebuild(service: Service, store: Store, model: ReadModel[object]) -> str:
    """Start a new generation, unless one is being built; says which table it is."""
    with store.transaction() as transaction:
        newest = generations(transaction.connection, model)[-1:]
        if newest and not newest[0].serving:
            return f"{newest[0].processor} is being built already"
        start_generation(transaction.connection, model)
        built = generations(transaction.connection, model)[-1]
    return f"{built.processor} is being built by the worker of {service.name}; see nyfiken status"


def _names(services: list[Opened]) -> list[str]:
    return sorted(model.name for service, _ in services for model in service.read_models)
