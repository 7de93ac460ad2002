"""``nyfiken up``: the whole platform on this machine, in the foreground."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import click
import httpx

from nyfiken.layout import HOST, Layout
from nyfiken.supervisor import Child, Supervisor

FUTILE = 3
"""Deaths before the platform was ever ready after which it is no use to go on."""


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Data folder.")
@click.option(
    "--port", default=8081, show_default=True, help="Of ideas; experiments and notifications get the next two."
)
def command(data: Path, port: int) -> None:
    """Start the platform here and keep it running until Ctrl-C.

    Three services, each a web and a worker process, on SQLite files in the data folder. Prints one line that begins
    with "ready" when all of them answer. A process that dies is started again. What they log is in DATA/logs.

    \b
    nyfiken up
    nyfiken up --data /srv/nyfiken --port 9000
    """
    layout = Layout(data=data.resolve(), port=port)
    _refuse_taken_ports(layout)
    supervisor = Supervisor(layout.programs(), _say)
    readiness = Readiness(layout, supervisor)
    supervisor.run(readiness.look)
    if readiness.hopeless is not None:
        raise click.ClickException(_last_words(readiness.hopeless))


class Readiness:
    """Watches for the moment when every service is able to serve, and says so once."""

    def __init__(self, layout: Layout, supervisor: Supervisor) -> None:
        self.hopeless: Child | None = None
        self._layout = layout
        self._supervisor = supervisor
        self._waiting_for = dict(layout.urls)
        self._began = time.monotonic()

    def look(self) -> None:
        """Ask those that have not answered yet; stop everything when a process cannot even start."""
        if not self._waiting_for:
            return
        self._waiting_for = {name: url for name, url in self._waiting_for.items() if not _is_ready(url)}
        self.hopeless = next((child for child in self._supervisor.children if child.deaths >= FUTILE), None)
        if self.hopeless:
            self._supervisor.stop()
        elif not self._waiting_for:
            places = "  ".join(f"{name} {url}" for name, url in self._layout.urls.items())
            _say(f"ready  {places}  (in {time.monotonic() - self._began:.1f} s)")


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=1.0).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False  # not listening yet


def _refuse_taken_ports(layout: Layout) -> None:
    for service, port in layout.ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                raise click.ClickException(
                    f"port {port}, for {service}: {error.strerror}; choose others: --port"
                ) from None


def _last_words(child: Child) -> str:
    lines = child.program.log.read_text(errors="replace").splitlines()
    return f"{child.program.name} cannot start. The end of {child.program.log}:\n" + "\n".join(lines[-15:])


def _say(line: str) -> None:
    click.echo(line)
