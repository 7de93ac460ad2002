"""What the platform consists of on one machine: three services, two processes each, a data folder, servers."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from nyfiken.servers import Servers
from nyfiken.supervisor import Program

SERVICES = ("ideas", "experiments", "notifications")
ROLES = ("web", "worker")
HOST = "127.0.0.1"
F = TypeVar("F", bound=Callable[..., Any])


def data_option(function: F) -> F:
    """The option that says which data folder."""
    kind = click.Path(path_type=Path)
    return click.option("--data", type=kind, default=Path("data"), show_default=True, help="Data folder.")(function)


def port_option(function: F) -> F:
    """The option that says where the platform listens."""
    told = "Of ideas; experiments and notifications have the next two."
    return click.option("--port", type=click.IntRange(1, 65533), default=8081, show_default=True, help=told)(function)


def importable(environment: Mapping[str, str]) -> dict[str, str]:
    """The same, with which Python finds the services from any folder."""
    root = str(Path(__file__).parents[1])
    paths = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH"))))
    return {**environment, "PYTHONPATH": paths}


def command_of(service: str, role: str) -> tuple[str, ...]:
    """What becomes a process of a service."""
    return (sys.executable, "-m", f"services.{service}", role)


def elsewhere(at: Iterable[str]) -> dict[str, str]:
    """Service → address, as SERVICE=URL says it once for each; {} where nothing is said. Raises UsageError."""
    found = {service: url.rstrip("/") for service, _, url in (each.partition("=") for each in at)}
    if found and set(found) != set(SERVICES):
        raise click.UsageError(f"--at is given once for each: {', '.join(f'{name}=http://…' for name in SERVICES)}")
    return found


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything is: the data folder, ``port`` for ideas, the next two for the others, and the servers."""

    data: Path
    port: int
    servers: Servers = dataclasses.field(default_factory=Servers)

    @property
    def figures(self) -> Path:
        """Where the processes count together, as long as they run."""
        return self.data / "figures"

    @property
    def ports(self) -> dict[str, int]:
        """Service → port."""
        return {service: self.port + n for n, service in enumerate(SERVICES)}

    @property
    def urls(self) -> dict[str, str]:
        """Service → address."""
        return {service: f"http://{HOST}:{port}" for service, port in self.ports.items()}

    def programs(self) -> list[Program]:
        """The six processes, web before worker."""
        return [self._program(service, role) for role in ROLES for service in SERVICES]

    def _program(self, service: str, role: str) -> Program:
        return Program(
            name=f"{service} {role}",
            command=command_of(service, role),
            environment=self.environment(service),
            log=self.data / "logs" / f"{service}-{role}.log",
        )

    def environment(self, service: str) -> dict[str, str]:
        """What both processes of a service are set by; six of them cannot show their health at one port."""
        around = {name: value for name, value in os.environ.items() if name != "NYFIKEN_HEALTH_PORT"}
        return importable(around) | {
            "NYFIKEN_DATA": str(self.data),
            "NYFIKEN_HOST": HOST,
            "NYFIKEN_PORT": str(self.ports[service]),
            **{f"NYFIKEN_FEED_{other.upper()}": url for other, url in self.urls.items()},
            **self.servers.environment(service),
        }
