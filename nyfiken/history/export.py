"""``nyfiken history export``: a pulled history as other tools read it."""

from __future__ import annotations

from pathlib import Path

import click

from nyfiken.history.telling import HISTORY, NEW_FILE, new_file, told
from nyfiken.progress import bar

_SHOWN = 10_000
"""Events from one look at the progress to the next."""


@click.command()
@HISTORY
@click.option("--to", "output", type=NEW_FILE, required=True, help="A new file.")
@click.option("--format", "form", type=click.Choice(["cloudevents", "ocel"]), default="cloudevents", show_default=True)
@told
def export(path: Path, output: Path, form: str) -> None:
    """Write a pulled history as other tools read it. People have the pseudonyms of the folder, or of a whole history
    the ids of the platform: then nobody else may read the file.

    \b
    cloudevents   CloudEvents 1.0, a JSON object a line; each partition in its order, what is withheld as marks
    ocel          OCEL 2.0 as JSON, for process mining: ideas, experiments, lessons, challenges, units as objects
    """
    from history.exporting import lines
    from history.folder import Folder
    from history.ocel import written as event_log
    from history.replay import History

    history = History.open(path)
    pieces = lines(Folder(path)) if form == "cloudevents" else iter([event_log(history.events())])
    with new_file(output, private=history.manifest.whole) as beside, bar("exported") as show, beside.open("wb") as file:
        for number, piece in enumerate(pieces, start=1):
            file.write(piece)
            if number % _SHOWN == 0:
                show(number, history.manifest.events)
    click.echo(f"{output}: written")
