"""The group of the analysts' commands."""

from __future__ import annotations

import click

from nyfiken.history.export import export
from nyfiken.history.load import load
from nyfiken.history.pull import pull
from nyfiken.history.report import report
from nyfiken.history.sql import sql
from nyfiken.history.verify import verify
from nyfiken.history.what_if import what_if


@click.group()
def command() -> None:
    """Pull the whole history into files of your own, prove them, ask them; load it into an empty platform.

    \b
    export NYFIKEN_TOKEN=$(nyfiken token --sub analys --role analyst)
    nyfiken history pull --to our-history
    nyfiken history verify our-history
    nyfiken history sql our-history "FROM funnel"
    nyfiken history report our-history --to report.html
    """


for each in (pull, verify, sql, report, what_if, export, load):
    command.add_command(each)
