"""The check at the end, by the release that can read all that there is: of a data folder and servers.

The acknowledged commands are its input, as JSON.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys

import click
import orjson

from nyfiken.layout import data_option
from nyfiken.servers import servers_options
from tests.faults.check import Platform
from tests.faults.releases.tomorrow.ideas.main import PROGRAM


@click.command()
@data_option
@servers_options
def check(data, servers):
    with contextlib.closing(Platform.at(data, servers)) as today:
        tomorrow = dataclasses.replace(today, services={**today.services, "ideas": PROGRAM.service})
        tomorrow.catches_up()
        tomorrow.everything_holds(orjson.loads(sys.stdin.buffer.read()))


if __name__ == "__main__":
    check()
