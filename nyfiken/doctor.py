"""``nyfiken doctor``: one line for each thing that a service needs, and for what is wrong with it, what to do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from nyfiken.examining import Examination
from nyfiken.layout import SERVICES, Layout, data_option, port_option
from nyfiken.servers import Servers, environment, servers_options


@click.command()
@click.argument("services", nargs=-1, type=click.Choice(SERVICES), metavar="[SERVICE]...")
@data_option
@port_option
@servers_options
def command(services: Sequence[str], data: Path, port: int, servers: Servers) -> None:
    """Say what is set wrongly or cannot be reached, and what to do about it.

    Of each SERVICE as the environment sets its processes, which is what to ask in a container; or of all as nyfiken up
    would set them. Settings, keys, database, clock, contracts, topic, the services that it reads, who issues tokens:
    a line each. Nothing is changed. Exit code 1: something is wrong.

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
            for finding in Examination(service).findings():
                wrong += finding.wrong
                mark = click.style("wrong", fg="red") if finding.wrong else click.style("ok   ", fg="green")
                click.echo(f"  {mark}  {finding.of:<10} {finding.told}")
    if wrong:
        raise click.exceptions.Exit(1)
