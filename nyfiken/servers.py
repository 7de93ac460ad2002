"""Which PostgreSQL and Kafka the platform runs on, if on any: the options that say so, and what a process is told."""

from __future__ import annotations

import dataclasses
import functools
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from chassis.settings import Brokers, Database, WrongSetting, load_brokers, load_database

F = TypeVar("F", bound=Callable[..., Any])
_NAMED = re.compile(r"(?P<server>[a-z]+://[^/?]*)/(?P<name>[^/?]+)(?P<options>\?.*)?\Z")
_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")


def servers_options(function: F) -> F:
    """The options that say which servers, and which names on them; they are given as one argument, ``servers``."""

    @click.option(
        "--postgres",
        envvar="NYFIKEN_POSTGRES",
        metavar="ADDRESS",
        help="A database of the server, postgresql://USER:PASSWORD@HOST:PORT/DATABASE; each service has its own beside "
        "it. In NYFIKEN_POSTGRES nobody else sees the password. Without it: files in the data folder.",
    )
    @click.option(
        "--kafka", envvar="NYFIKEN_KAFKA", metavar="HOST:PORT", help="Also NYFIKEN_KAFKA; several with commas."
    )
    @click.option(
        "--database-prefix",
        envvar="NYFIKEN_DATABASE_PREFIX",
        default="nyfiken",
        show_default=True,
        callback=_must_be_a_prefix,
        help="What the names of databases begin with.",
    )
    @click.option(
        "--topic-prefix",
        envvar="NYFIKEN_TOPIC_PREFIX",
        default="nyfiken",
        show_default=True,
        help="What the names of topics begin with.",
    )
    @functools.wraps(function)
    def with_servers(
        *args: Any, postgres: str | None, kafka: str | None, database_prefix: str, topic_prefix: str, **others: Any
    ) -> Any:
        servers = Servers(postgres=postgres, kafka=kafka, database_prefix=database_prefix, topic_prefix=topic_prefix)
        return function(*args, servers=servers, **others)

    return with_servers  # type: ignore[return-value]


database_option = click.option(
    "--database",
    envvar="NYFIKEN_DATABASE",
    metavar="ADDRESS",
    help="The address of that one service's own database; NYFIKEN_DATABASE, as its processes have it.",
)
"""The option that says where the history of one service is, whatever its database is called."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Servers:
    """A PostgreSQL, by the address of any database of it, and a Kafka; None: files and feeds take their place.

    Of a service alone the address of its ``own`` database will do.
    """

    postgres: str | None = None
    own: str | None = None
    kafka: str | None = None
    database_prefix: str = "nyfiken"
    topic_prefix: str = "nyfiken"

    def environment(self, service: str) -> dict[str, str]:
        """The settings by which a process of this service finds its database and its topics."""
        told = {"NYFIKEN_TOPIC_PREFIX": self.topic_prefix}
        if self.own or self.postgres:
            told["NYFIKEN_DATABASE"] = self.own or self._address(service, self.postgres or "")
        if self.kafka:
            told["NYFIKEN_KAFKA"] = self.kafka
        return told

    def database(self, service: str) -> Database | None:
        """The database of a service, if it is not a file. Raises ClickException for what is no address."""
        with environment(self.environment(service)):
            return load_database() if self.own or self.postgres else None

    def brokers(self) -> Brokers | None:
        """Kafka, if events travel by it, with what else is set of it. Raises ClickException."""
        with environment(self.environment("")):
            return load_brokers() if self.kafka else None

    def _address(self, service: str, server: str) -> str:
        found = _NAMED.match(server)
        return f"{found['server']}/{self.database_prefix}_{service}{found['options'] or ''}" if found else server


def _must_be_a_prefix(context: click.Context, parameter: click.Parameter, given: str) -> str:
    if not _PREFIX.match(given):
        raise click.BadParameter("expected: lower case letters, digits and underscores")
    return given


@contextmanager
def environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Inside, settings are read as a process would read them that was started with these. Raises ClickException."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    except WrongSetting as error:
        raise click.ClickException(str(error)) from None
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
