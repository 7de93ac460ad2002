"""``nyfiken import``: the rows of a csv file become ideas or lessons."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
import httpx
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from chassis.tokens import Tokens
from nyfiken.importing.kinds import KINDS, Kind
from nyfiken.importing.mapping import Map, WrongMap, load_map
from nyfiken.importing.outcome import Outcome, What
from nyfiken.importing.passing import Make, outcomes, would_be
from nyfiken.importing.rows import NotATable
from nyfiken.importing.sending import PATIENCE, GaveUp, Sender
from nyfiken.key_files import platform_keys
from nyfiken.layout import Layout, data_option, port_option
from nyfiken.progress import progress_of

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
Counts = Counter[What]


@click.command()
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=FILE)
@click.option("--map", "map_file", type=FILE, required=True, help="Which column becomes which field.")
@click.option("--dry-run", is_flag=True, help="Only tell what would happen; sends nothing, needs no platform.")
@data_option
@port_option
def command(kind: str, file: Path, map_file: Path, dry_run: bool, data: Path, port: int) -> None:
    """Import the rows of a csv FILE as ideas or lessons.

    Through the services' own commands, so every row is checked as if somebody had typed it. Each refused row is told
    with its line and the reason. The same file again adds nothing; after a break it goes on where it was.
    docs/importing.md tells how to write a map; nyfiken/importing/maps holds three.

    Exit code 0: the file was read to its end, and at least one of its rows is in. 1: none is, the map is wrong (each
    wrong key is named), the file is not csv, or the platform does not answer.

    \b
    nyfiken import lessons lessons.csv --map nyfiken/importing/maps/nasa_lessons.yaml --dry-run
    nyfiken import ideas projects.csv --map nyfiken/importing/maps/viable_cities_projects.yaml
    """
    try:
        schema = KINDS[kind].schema()
        wanted = load_map(map_file, schema)
        if dry_run:
            counts = show(file, wanted, lambda line, body: would_be(schema, line, body))
        else:
            counts = _send(KINDS[kind], file, wanted, Layout(data=data.resolve(), port=port))
    except (WrongMap, NotATable, GaveUp) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{kind}{', if it were sent' if dry_run else ''}: {_summary(counts)}")
    if not counts["in"] and not counts["already there"]:
        raise SystemExit(1)


def show(file: Path, wanted: Map, make: Make) -> Counts:
    """Make a command of every row, with progress and refused rows on the screen; how many of each outcome."""
    counts: Counts = Counter()
    columns = (BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with progress_of(*columns) as progress, file.open("rb") as raw:
        task = progress.add_task("", total=file.stat().st_size)
        for outcome in outcomes(raw, wanted, make):
            counts[outcome.what] += 1
            for line in _told(outcome):
                click.echo(line)
            progress.update(task, completed=raw.tell(), description=_summary(counts))
    return counts


def _send(kind: Kind, file: Path, wanted: Map, platform: Layout) -> Counts:
    keys = platform_keys(platform.data)
    token = Tokens(keys.signing, keys.secret).sign("import", ["service"])
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    with httpx.Client(base_url=platform.urls[kind.service], headers=headers, timeout=30.0, trust_env=False) as client:
        return show(file, wanted, Sender(client, kind.path, PATIENCE).send)


def _told(outcome: Outcome) -> list[str]:
    return [f"line {outcome.line}: {field and f'{field}: '}{reason}" for field, reason in outcome.reasons]


def _summary(counts: Counts) -> str:
    return f"{counts['in']:,} in, {counts['already there']:,} already there, {counts['refused']:,} refused"
