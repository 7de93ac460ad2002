"""``make load``: give load, print how soon everything was answered, draw it; ends with 1 when a goal is missed."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import httpx
import structlog
from rich.console import Console

from benchmarks.load import picture, report
from benchmarks.load.actions import ACTIONS
from benchmarks.load.ground import Ground, ground_at, own_ground
from benchmarks.load.personas import FILE, Persona, WrongPersonas, load_personas
from benchmarks.load.plans import Came, Phase, Plan, read_came, write_plan
from benchmarks.load.samples import Goals, missed
from benchmarks.load.spent import Spent
from benchmarks.load.world import Maker
from benchmarks.neighbours import Neighbours
from nyfiken.demo.client import NotAsTold, Platform
from nyfiken.layout import SERVICES, elsewhere
from nyfiken.supervisor import end_with

_ROOT = Path(__file__).parents[2]
_INTERRUPTED = 130
_WIDTH = 120


@click.command
@click.option("--rate", type=float, help="Open loop: requests a second, whatever becomes of them. 150 unless --users.")
@click.option("--users", type=int, help="Closed loop: so many people, who think between two actions.")
@click.option("--seconds", default=60.0, show_default=True, help="How long it counts.")
@click.option("--warm-up", default=10.0, show_default=True, help="Seconds before it counts.")
@click.option("--people", default=300, show_default=True, help="How many people there are.")
@click.option("--ideas", default=300, show_default=True, help="How many ideas there are before anybody comes.")
@click.option(
    "--personas", "file", type=click.Path(path_type=Path), default=FILE, help="Who they are, and what they do."
)
@click.option("--host", help="A platform that runs, http://HOST:PORT of ideas; the others have the next two ports.")
@click.option("--at", multiple=True, metavar="SERVICE=URL", help="Or where each of its three services is.")
@click.option(
    "--data", type=click.Path(path_type=Path), default=Path("data"), help="The data folder whose keys it has."
)
@click.option("--p99", type=float, default=300.0, show_default=True, help="The goal: milliseconds. 0: none.")
@click.option("--pictures", type=click.Path(path_type=Path), default=Path("data/load"), help="Where it is drawn to.")
@click.option("--costs", is_flag=True, help="Measure what a read, a command and an event cost; writes costs.json.")
@click.option(
    "--patience", default=60.0, show_default=True, help="Seconds to wait until others leave the machine alone."
)
@click.option("--seed", default=1, show_default=True, help="Of all that happens by chance.")
def main(
    rate: float | None,
    users: int | None,
    seconds: float,
    warm_up: float,
    people: int,
    ideas: int,
    file: Path,
    host: str | None,
    at: tuple[str, ...],
    data: Path,
    p99: float,
    pictures: Path,
    costs: bool,
    patience: float,
    seed: int,
) -> None:
    """Let people of several kinds use the platform, and measure how soon they are answered.

    It writes: ideas, comments, experiments, as people do. Where no platform is named, one is started for it on a
    PostgreSQL and a Kafka of its own, and removed afterwards.
    """
    if rate is not None and users is not None:
        raise click.UsageError("either --rate or --users")
    if costs and (host or at):
        raise click.UsageError("--costs are measured on a platform of its own")
    rate = 150.0 if rate is None and users is None else rate
    phase = Phase(seconds=seconds, warm_up=warm_up, rate=rate, users=users)
    urls = _addresses(host, at)
    try:
        personas = load_personas(file, ACTIONS)
        _end_in_order()
        console = Console(width=max(_WIDTH, Console().width), soft_wrap=True)
        with _ground(urls, data, console) as ground, tempfile.TemporaryDirectory() as folder:
            plan = planned(ground, personas, file, [phase], people, ideas, seed, console)
            if costs:
                _measure_costs(ground, plan, Path(folder), console)
                return
            Neighbours().wait(patience)
            with ground.watched() as spent:
                (came,) = given(plan, Path(folder))
            concluded(came, phase, spent, Goals(p99=p99 or None, rate=rate), pictures, console)
    except (WrongPersonas, NotAsTold, httpx.HTTPError) as error:
        raise click.ClickException(str(error)) from error


def _end_in_order() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):  # then, too, nothing is left behind
        signal.signal(number, lambda *_: sys.exit(_INTERRUPTED))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def _addresses(host: str | None, at: tuple[str, ...]) -> Mapping[str, str]:
    if host:
        before, _, port = host.rstrip("/").rpartition(":")
        if not port.isdecimal():
            raise click.UsageError("--host is http://HOST:PORT")
        return {service: f"{before}:{int(port) + n}" for n, service in enumerate(SERVICES)}
    return elsewhere(at)


@contextlib.contextmanager
def _ground(urls: Mapping[str, str], data: Path, console: Console) -> Iterator[Ground]:
    if urls:
        yield ground_at(urls, data)
        return
    with own_ground(console.print) as ground:
        yield ground


def planned(
    ground: Ground,
    personas: tuple[Persona, ...],
    file: Path,
    phases: list[Phase],
    people: int,
    ideas: int,
    seed: int,
    console: Console,
) -> Plan:
    """Make the world, and a plan for those who come to it."""
    platform = Platform(ground.urls)
    try:
        world, parts = Maker(platform, ground.tokens, personas, people, seed).made(ideas, console.print)
    finally:
        platform.close()
    return Plan(urls=ground.urls, personas=str(file.resolve()), parts=parts, world=world, phases=phases, seed=seed)


def given(plan: Plan, folder: Path) -> list[Came]:
    """Give the load, in a process of its own. Raises ClickException where that ends badly."""
    told, came = folder / "plan.json", folder / "came.json"
    write_plan(plan, told)
    command = [sys.executable, "-m", "benchmarks.load.drive", str(told), str(came)]
    process = subprocess.Popen(command, cwd=_ROOT, preexec_fn=end_with(os.getpid()))
    try:
        if process.wait():
            raise click.ClickException(f"the process that gives load ended with {process.returncode}")
    finally:
        process.kill()
    return read_came(came)


def _measure_costs(ground: Ground, plan: Plan, folder: Path, console: Console) -> None:
    from benchmarks.load.costs import COSTS, measure, write

    write(measure(ground, plan, lambda phased: given(phased, folder), console.print))
    console.print(f"written: {COSTS}")


def concluded(came: Came, phase: Phase, spent: Spent, goals: Goals, pictures: Path, console: Console) -> None:
    """Print everything and draw it; ends with 1 where a goal is missed."""
    lasted = came.ended - came.began
    title = (
        f"{phase.rate:g} requests/s, an open loop" if phase.rate else f"{phase.users} people, a closed loop"
    ) + f", {lasted:.0f} s"
    console.print(report.table(came.samples, title))
    between = (came.began, came.ended)
    for line in report.lines(came.samples, lasted, spent.between(*between), spent.paces(*between)):
        console.print(line)
    for line in picture.told(came.samples, came.began, max(1, round(lasted))):
        console.print(line)
    pictures.mkdir(parents=True, exist_ok=True)
    drawn = pictures / f"{time.strftime('%Y%m%d-%H%M%S')}.svg"
    picture.draw(came.samples, came.began, max(1, round(lasted)), title, drawn)
    console.print(f"drawn: {drawn}")
    for sentence in (bad := missed(came.samples, lasted, goals)):
        console.print(f"[red]{sentence}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
