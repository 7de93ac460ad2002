"""``nyfiken history verify``: a folder is proved."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import click

from nyfiken.history.telling import HISTORY, WRONG, told
from nyfiken.progress import bar

_MOST = 20
"""Lines that are told of what is wrong with a folder."""


@click.command()
@HISTORY
@told
def verify(path: Path) -> None:
    """Prove a folder: gapless positions, every file as it was written, every event as its contract has it.

    Exit code 0: all is well. 2: it is not, and a line tells of each fault.
    """
    from history.folder import Folder
    from history.verify import wrong

    folder = Folder(path)
    with bar("verified") as show:
        faults = list(islice(wrong(folder, show), _MOST))
    for fault in faults:
        click.echo(f"Error: {fault}", err=True)
    if faults:
        raise SystemExit(WRONG)
    manifest = folder.manifest()
    withheld = sum(part.withheld for part in manifest.parts)
    click.echo(f"{path}: {manifest.events:,} positions without a gap, {withheld:,} of them withheld")
