"""``nyfiken rebuild``: a new table of a read model, built from the beginning beside the one that serves."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click

from chassis.processing.lags import known_heads, lags
from chassis.processing.leases import living
from chassis.processing.read_model import ReadModel
from chassis.processing.registry import Generation, generations, start_generation
from chassis.service import Service
from chassis.store.protocol import Store
from nyfiken.progress import bar
from nyfiken.stores import Histories, Opened, histories_options

_LOOK = 0.25
"""Seconds between two looks at how far it is."""
_PATIENCE = 20.0
"""Seconds without any worker: one that starts again is back by then."""


@click.command()
@click.argument("model")
@click.option("--wait/--no-wait", default=True, help="Show how far it is until it serves; or only begin it.")
@histories_options
def command(model: str, wait: bool, histories: Histories) -> None:
    """Build the read model MODEL again from the first event.

    The running worker fills a new table while the old one goes on answering, and switches when the new one has caught
    up; nothing is sent to anybody again. This command only watches: ended early, the worker goes on; the same command
    again watches on.

    \b
    nyfiken rebuild idea_board
    nyfiken rebuild idea_board --no-wait
    """
    with histories.opened() as services:
        service, store, found = _found(services, model)
        built, is_new = rebuild(store, found)
        already = "" if is_new else "already "
        click.echo(f"{built.processor} is {already}being built by the worker of {service.name}; see nyfiken status")
        if wait:
            click.echo(_watched(service, store, found, built))


def rebuild(store: Store, model: ReadModel[object]) -> tuple[Generation, bool]:
    """Start a new generation, unless one is being built: which it is, and whether it is new."""
    with store.transaction() as transaction:
        before = generations(transaction.connection, model)
        start_generation(transaction.connection, model)
        built = generations(transaction.connection, model)[-1]
    return built, built not in before


def building(service: Service, store: Store, model: ReadModel[object], built: Generation) -> Iterator[tuple[int, int]]:
    """Until it serves, a few times a second: how many events a table has applied, of how many.

    Raises ClickException when it was given up instead, for a newer version of its read model has been deployed, and
    when nobody is there who builds it.
    """
    seen = time.monotonic()
    while True:
        with store.transaction() as transaction:
            now = [each for each in generations(transaction.connection, model) if each.processor == built.processor]
            seen = time.monotonic() if living(transaction) else seen
        if not now:
            raise click.ClickException(f"{built.processor} was given up: a newer one is there")
        if time.monotonic() - seen > _PATIENCE:
            raise click.ClickException(f"no worker of {service.name} runs; the next that starts builds it")
        found = [lag for lag in lags(service, store, known_heads(store)) if lag.name == built.processor]
        yield sum(lag.position or 0 for lag in found), sum(lag.head for lag in found)
        if now[0].serving:
            return
        time.sleep(_LOOK)


def _watched(service: Service, store: Store, model: ReadModel[object], built: Generation) -> str:
    began = time.monotonic()
    with bar(f"building {built.processor}") as show:
        for done, total in building(service, store, model, built):
            show(done, total)
    took = time.monotonic() - began
    return f"{built.processor} serves: {done:,} events, {took:.1f} s"


def _found(services: list[Opened], model: str) -> tuple[Service, Store, ReadModel[object]]:
    for service, store in services:
        for found in service.read_models:
            if found.name == model:
                return service, store, found
    names = sorted(model.name for service, _ in services for model in service.read_models)
    raise click.ClickException(f"no read model is called {model}; there are: {', '.join(names)}")
