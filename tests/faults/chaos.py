"""People go on while one disturbance follows another, chosen at random; after each of them everything must hold.

``python -m tests.faults.chaos --minutes 10 --seed 4711``: a seed chooses the same disturbances in the same order.
"""

from __future__ import annotations

import logging
import random
import secrets
import shutil
import tempfile
import time
import traceback
from pathlib import Path

import click
import structlog

from tests.faults.disturbances import DISTURBANCES, MOUNTING
from tests.faults.small_disk import may_mount
from tests.faults.stage import Stage

SECONDS = (5.0, 20.0)
"""How long each disturbance lasts."""
SEEDS = 1_000_000


@click.command()
@click.option("--minutes", type=click.FloatRange(min=0), default=10, show_default=True, help="How long, at least.")
@click.option("--seed", type=int, help="What is chosen; another each time, where it is not given.")
def chaos(minutes: float, seed: int | None) -> None:
    """Disturb a platform of its own again and again; ends with an error when something does not hold."""
    seed = secrets.randbelow(SEEDS) if seed is None else seed
    again = f"make chaos MINUTES={minutes:g} SEED={seed}"
    folder = Path(tempfile.mkdtemp(prefix="nyfiken-chaos-"))
    be_quiet()
    click.echo(again)
    try:
        with Stage.at(folder) as stage:
            disturb(stage, minutes * 60, random.Random(seed))
    except Exception as error:
        traceback.print_exc()
        raise click.ClickException(f"it does not hold. What was kept is in {folder}. Again: {again}") from error
    shutil.rmtree(folder)


def be_quiet() -> None:
    """What the check does, and what becomes of its connections, is no news; the platform has logs of its own."""
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def disturb(stage: Stage, seconds: float, chance: random.Random) -> None:
    """One disturbance after the other for so long, and what has happened, a line for each."""
    names = [name for name in DISTURBANCES if name != MOUNTING or may_mount()]
    if MOUNTING not in names:
        click.echo(f'without "{MOUNTING}", which takes the right to mount: a seed means other disturbances')
    began = time.monotonic()
    while (since := time.monotonic() - began) < seconds:
        name, lasting = chance.choice(names), chance.uniform(*SECONDS)
        click.echo(f"{since:5.0f} s  {name}, for {lasting:.0f} s …")
        its_own = random.Random(chance.getrandbits(32))  # how often it is asked depends on how fast the machine is
        done, retries = len(stage.clients.acknowledged), stage.clients.retries
        with stage.people.going_on():
            happened = DISTURBANCES[name](stage, lasting, its_own)
        commands, again = len(stage.clients.acknowledged) - done, stage.clients.retries - retries
        stage.everything_holds()
        click.echo(f"{time.monotonic() - began:5.0f} s  holds: {commands} commands, {again} retries; {happened}")
    click.echo(f"everything has held, with {len(stage.clients.acknowledged)} commands")


if __name__ == "__main__":
    chaos()
