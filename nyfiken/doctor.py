"""``nyfiken doctor``: one line for each thing that a service needs, and for what is wrong with it, what to do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from nyfiken.examining import Examination
from nyfiken.layout import ROLES, SERVICES, Layout, data_option, port_option
from nyfiken.servers import Servers, environment, servers_options

_MARKS = {
    "right": click.style("ok   ", fg="green"),
    "wrong": click.style("wrong", fg="red"),
    "elsewhere": click.style("-    ", fg="yellow"),
}


@click.command()
@click.argument("services", nargs=-1, type=click.Choice(SERVICES), metavar="[SERVICE]...")
@data_option
@port_option
@servers_options
@click.option("--role", type=click.Choice(ROLES), help="Only what this process needs; else what is set tells which.")
def command(services: Sequence[str], data: Path, port: int, servers: Servers, role: str | None) -> None:
    """Say what is set wrongly or cannot be reached, and what to do about it.

    Of each SERVICE as the environment sets its processes, which is what to ask in a container; or of all as nyfiken up
    would set them. Settings, disk, keys, database, clock, contracts, topic, the services that it reads, who issues
    tokens, where traces go: a line each. Of what only the other process needs, and is not set here, it says so. Nothing
    is changed. Exit code 1: something is wrong.

    \b
    nyfiken doctor
    nyfiken doctor --data /srv/nyfiken --port 9000
    kubectl exec deploy/ideas-worker -- python -m nyfiken doctor ideas
    """
    layout = Layout(data=data.resolve(), port=port, servers=servers)
    wrong = 0
    for service in services or SERVICES:
        click.echo(service)
        with environment(os.environ if services else layout.environment(service)):
            for finding in Examination(service, role).findings():
                wrong += finding.wrong
                click.echo(f"  {_MARKS[finding.state]}  {finding.of:<10} {finding.told}")
    if wrong:
        raise click.exceptions.Exit(1)
