"""``nyfiken web`` and ``nyfiken worker``: one process of one service, as a container runs it."""

from __future__ import annotations

import os
from typing import NoReturn

import click

from nyfiken.layout import SERVICES, command_of, importable

_service = click.argument("service", type=click.Choice(SERVICES), metavar="SERVICE")


@click.command()
@_service
def web(service: str) -> None:
    """Be the web process of the SERVICE: it answers requests until it is told to end.

    Everything about it is set by the environment, NYFIKEN_PORT and the rest: docs/servers.md. With NYFIKEN_HEALTH_PORT
    it shows there alone whether it lives and its figures. This process becomes it, with the same process id, so signals
    reach it.

    \b
    NYFIKEN_PORT=8081 nyfiken web ideas
    """
    _become(service, "web")


@click.command()
@_service
def worker(service: str) -> None:
    """Be a worker process of the SERVICE: it runs read models, reactions and the relay until it is told to end.

    Everything about it is set by the environment: docs/servers.md. With NYFIKEN_HEALTH_PORT it shows there that it
    lives (/healthz), whether it is able to work (/readyz), and its figures (/metrics).

    \b
    NYFIKEN_FEED_EXPERIMENTS=http://localhost:8082 ... nyfiken worker ideas
    """
    _become(service, "worker")


def _become(service: str, role: str) -> NoReturn:
    command = command_of(service, role)
    os.execve(command[0], command, importable(os.environ))  # noqa: S606 - the command is our own
