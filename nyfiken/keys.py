"""``nyfiken keys``: make the platform's keys in a folder, and let others take their place."""

from __future__ import annotations

from pathlib import Path

import click

from chassis.keys import ROTATED, WrongKeys, make_keys
from chassis.keys import rotate as rotate_key
from nyfiken.progress import bar
from nyfiken.stores import Histories, histories_options


@click.group()
def command() -> None:
    """Look after the keys that personal values are sealed and tokens are signed with.

    On one machine they are made in the data folder at the first start. Elsewhere they are made once, kept where
    nobody loses them, and mounted into every process: NYFIKEN_KEYS names the folder.

    \b
    nyfiken keys make secrets
    kubectl create secret generic nyfiken-keys --from-file=secrets
    """


@command.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def make(folder: Path) -> None:
    """Make the keys in the FOLDER, unless all of them are there.

    \b
    nyfiken keys make secrets
    """
    try:
        made = make_keys(folder)
    except WrongKeys as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"keys in {folder}: {'made; without them personal values are lost for ever' if made else 'there'}")


_NEXT = {
    "made": "{name}.next is good beside it. Give it to every process (start each again), then do this again",
    "swapped": "the new key makes all that is new, and {name}.previous is still good. Give both to every process",
    "ended": "{name}.previous is gone. Give that to every process",
}
_BEFORE_THE_END = {
    "master": "then: nyfiken keys rewrap, until nothing is left to do, then do this again",
    "signing": "then wait until the tokens of the one before have expired (12 hours), then do this again",
}


@command.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("name", type=click.Choice(ROTATED))
@click.option("--yes", is_flag=True, help="Do not ask before the last step.")
def rotate(folder: Path, name: str, yes: bool) -> None:
    """Let another key take the place of NAME in the FOLDER: one of three steps, and what is to be done before the next.

    Between two steps every process must be started again, one after the other: all of them run on meanwhile. Keep the
    old master key as long as there are backups of its time: they are opened with it beside, as NAME.previous.

    \b
    nyfiken keys rotate data/keys signing
    nyfiken keys rotate secrets master
    """
    if not (folder / f"{name}.next").exists() and (folder / f"{name}.previous").exists() and not yes:
        click.confirm(f"What only {name}.previous is good for is lost then. Delete it?", abort=True)
    try:
        step = rotate_key(folder, name)
    except WrongKeys as error:
        raise click.ClickException(str(error)) from None
    told = _NEXT[step].format(name=name)
    click.echo(f"{step}: {told}{'; ' + _BEFORE_THE_END[name] if step == 'swapped' else ''}")


@command.command()
@histories_options
def rewrap(histories: Histories) -> None:
    """Wrap the keys of persons by the master key, where the one before it has wrapped them.

    The second step of its rotation: everything runs on. When it says 0 for every service, the key before may go.

    \b
    nyfiken keys rewrap
    NYFIKEN_DATABASE=postgresql://ideas:...@db/ideas nyfiken keys rewrap --service ideas
    """
    with histories.opened() as services:
        for service, store in services:
            counts = (0, 0, 0)
            with bar(f"{service.name}: keys of persons") as show:
                for counts in store.rewrap():
                    show(*counts[1:])
            click.echo(f"{service.name}: {counts[0]:,} keys of persons wrapped anew")
