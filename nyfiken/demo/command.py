"""``nyfiken demo``: tell the whole story on a running platform, or on one started for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
import httpx
from rich.console import Console

from nyfiken.demo.client import NotAsTold, Person, Platform
from nyfiken.demo.people import CAST, token_of
from nyfiken.demo.stage import Stage
from nyfiken.demo.story import tell

_SERVICES = ("ideas", "experiments", "notifications")
START = 60.0
"""Seconds in which the platform must be ready."""


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Data folder.")
@click.option(
    "--port", default=8081, show_default=True, help="Of ideas; experiments and notifications have the next two."
)
@click.option("--postgres", envvar="NYFIKEN_POSTGRES", metavar="ADDRESS", help="As nyfiken up has it.")
@click.option("--kafka", envvar="NYFIKEN_KAFKA", metavar="HOST:PORT", help="As nyfiken up has it.")
@click.option("--at", multiple=True, metavar="SERVICE=URL", help="Where each of the three is, if not at --port.")
@click.option("--exit", "leave", is_flag=True, help="End when the story is told, also the platform started for it.")
def command(data: Path, port: int, postgres: str | None, kafka: str | None, at: tuple[str, ...], leave: bool) -> None:
    """Tell the whole story, from a question to a lesson that somebody reuses.

    On the platform that answers at the port; where none does, one is started, and stays up afterwards until Ctrl-C
    unless you say --exit. With --at it is told elsewhere, as soon as everything there is ready. Every step is a request
    of the person it tells of, and checked; what is not as told ends the story with exit code 1. It can be told again
    and again.

    \b
    nyfiken demo
    nyfiken demo --port 9000 --data /tmp/nyfiken --exit
    nyfiken demo --at ideas=http://ideas --at experiments=http://experiments --at notifications=http://notifications
    nyfiken demo --kafka 127.0.0.1:9092 --postgres postgresql://nyfiken:...@127.0.0.1:5432/postgres
    """
    console = Console()
    if at:
        addresses = _elsewhere(at)
        _await_ready(addresses)
        _tell(addresses, data.resolve(), console)
        return
    addresses = {service: f"http://127.0.0.1:{port + n}" for n, service in enumerate(_SERVICES)}
    if all(_ready(url) for url in addresses.values()):
        _tell(addresses, data.resolve(), console)
        return
    servers = {"NYFIKEN_POSTGRES": postgres, "NYFIKEN_KAFKA": kafka}
    said = {name: value for name, value in servers.items() if value}
    with _platform(data.resolve(), port, addresses, said) as platform:
        _tell(addresses, data.resolve(), console)
        if not leave:
            _stay(platform, addresses, console)


def _tell(urls: Mapping[str, str], data: Path, console: Console) -> None:
    platform = Platform(urls)
    try:
        people = {part.first_name: Person(platform, part.name, token_of(part, data)) for part in CAST}
        stage = Stage(platform, people, console)
        tell(stage)
    except (NotAsTold, httpx.HTTPError) as error:
        raise click.ClickException(str(error)) from error
    except subprocess.CalledProcessError as error:
        raise click.ClickException(f"no token could be had: {error.stderr}") from error
    finally:
        platform.close()
    console.print(f"\n[bold]Berättelsen är slut: {stage.steps} steg, alla som de skulle.[/bold]")


@contextmanager
def _platform(
    data: Path, port: int, urls: Mapping[str, str], servers: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "nyfiken", "up", "--data", str(data), "--port", str(port)]
    command += ["--parent", str(os.getpid())]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])} | servers
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - our own
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _await_ready(urls, process)
        yield process
    finally:
        process.terminate()
        process.wait()


def _elsewhere(at: tuple[str, ...]) -> dict[str, str]:
    addresses = {service: url for service, _, url in (each.partition("=") for each in at)}
    if set(addresses) != set(_SERVICES) or not all(url.startswith("http") for url in addresses.values()):
        raise click.UsageError(f"--at is given once for each: {', '.join(f'{name}=http://…' for name in _SERVICES)}")
    return addresses


def _await_ready(urls: Mapping[str, str], process: subprocess.Popen[bytes] | None = None) -> None:
    """Of what was started here, and dies, nothing is to be waited for."""
    patience_ends = time.monotonic() + START
    while waiting := [name for name, url in urls.items() if not _ready(url)]:
        if (process and process.poll() is not None) or time.monotonic() > patience_ends:
            raise click.ClickException(f"not ready: {', '.join(waiting)}")
        time.sleep(0.1)


def _stay(process: subprocess.Popen[bytes], urls: Mapping[str, str], console: Console) -> None:
    console.print("\nPlattformen är uppe tills du trycker Ctrl-C:")
    for service, url in urls.items():
        console.print(f"  {service:<15} {url}/docs")
    console.print("  en token        bin/nyfiken token --sub karin --role employee --unit vof")
    try:
        process.wait()
    except KeyboardInterrupt:
        console.print("Avslutar …")


def _ready(url: str) -> bool:
    """Where it is not shown to people, whoever has started the platform knows."""
    try:
        status = httpx.get(f"{url}/readyz", timeout=1.0, trust_env=False).status_code
        return status in (httpx.codes.OK, httpx.codes.NOT_FOUND)
    except httpx.TransportError:
        return False  # not listening yet
