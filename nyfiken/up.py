"""``nyfiken up``: the whole platform on this machine, in the foreground."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click

from nyfiken.layout import HOST, Layout, data_option, port_option
from nyfiken.preparing import prepare
from nyfiken.servers import Servers, servers_options
from nyfiken.supervisor import Child, Supervisor

FUTILE = 3
"""Deaths before the platform was ever ready after which it is no use to go on."""
USAGE = 2
"""The exit code of a process that was set wrongly: starting it again would be no use."""


@click.command()
@data_option
@port_option
@servers_options
@click.option("--parent", type=int, help="The process that starts this, by its id; end, too, when it is gone.")
def command(data: Path, port: int, parent: int | None, servers: Servers) -> None:
    """Start the platform here and keep it running until Ctrl-C.

    Three services, each a web and a worker process. Their histories are SQLite files in the data folder, or, with
    --postgres, a database each; they read each other's over HTTP, and, with --kafka, from topics. What is missing
    there is made. Prints one line that begins with "ready" when all of them answer. A process that dies is started
    again. What they log is in DATA/logs.

    \b
    nyfiken up
    nyfiken up --data /srv/nyfiken --port 9000
    nyfiken up --kafka 127.0.0.1:9092 --postgres postgresql://nyfiken:...@127.0.0.1:5432/postgres
    """
    os.umask(0o077)
    layout = Layout(data=data.resolve(), port=port, servers=servers)
    _refuse_taken_ports(layout)
    with _alone(layout):
        prepare(layout.data, servers, _say)
        shutil.rmtree(layout.figures, ignore_errors=True)
        supervisor = Supervisor(layout.programs(), _say)
        readiness = Readiness(layout, supervisor)

        def look() -> None:
            readiness.look()
            if parent is not None and os.getppid() != parent:
                supervisor.stop()

        supervisor.run(look)
    if readiness.hopeless is not None:
        raise click.ClickException(_last_words(readiness.hopeless))


class Readiness:
    """Watches for the moment when every service is able to serve, and says so once."""

    def __init__(self, layout: Layout, supervisor: Supervisor) -> None:
        self.hopeless: Child | None = None
        self._layout = layout
        self._supervisor = supervisor
        self._waiting_for = list(layout.ports.values())
        self._began = time.monotonic()

    def look(self) -> None:
        """Ask those that have not answered yet; stop everything when a process cannot even start."""
        if not self._waiting_for:
            return
        self._waiting_for = [port for port in self._waiting_for if not _is_ready(port)]
        self.hopeless = next(filter(_is_hopeless, self._supervisor.children), None)
        if self.hopeless:
            self._supervisor.stop()
        elif not self._waiting_for:
            places = "  ".join(f"{name} {url}" for name, url in self._layout.urls.items())
            _say(f"ready  {places}  (in {time.monotonic() - self._began:.1f} s)")


def _is_hopeless(child: Child) -> bool:
    return child.deaths >= FUTILE or child.ending == USAGE


def _is_ready(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=1.0)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False  # not listening yet
    finally:
        connection.close()


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


@contextmanager
def _alone(layout: Layout) -> Iterator[None]:
    """Two platforms on one data folder would take each other's work away."""
    layout.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (layout.data / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(f"a platform runs on {layout.data} already; choose another: --data") from None
        yield


def _last_words(child: Child) -> str:
    lines = child.program.log.read_text(errors="replace").splitlines()
    return f"{child.program.name} cannot start. The end of {child.program.log}:\n" + "\n".join(lines[-15:])


def _say(line: str) -> None:
    click.echo(line)
