"""Which servers the tests run against: those named in the environment, else of Docker, else of this machine's programs.

| variable | what it is |
|---|---|
| NYFIKEN_TEST_POSTGRES | the address of a PostgreSQL, for a role that may create databases |
| NYFIKEN_TEST_KAFKA | a Kafka, ``HOST:PORT,HOST:PORT`` |
| NYFIKEN_TEST_SERVERS | ``docker`` or ``local``: take these, whatever else there is |
| CI | ``true``: a server that cannot be had is a failure; a test is skipped otherwise |
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NoReturn

import pytest

from tests.servers.process import NotStarted

FORCED = "NYFIKEN_TEST_SERVERS"
WAYS = ("docker", "local")
VARIABLES = {"PostgreSQL": "NYFIKEN_TEST_POSTGRES", "Kafka": "NYFIKEN_TEST_KAFKA"}


class NoServer(Exception):
    """No server of a kind can be had; says why not, for each way that was tried."""


@dataclasses.dataclass(frozen=True, slots=True)
class GivenPostgres:
    """A server that somebody else runs."""

    dsn: str


@dataclasses.dataclass(frozen=True, slots=True)
class GivenKafka:
    """A broker that somebody else runs."""

    bootstrap_servers: str

    @property
    def client(self) -> Mapping[str, str]:
        """What any client of kafka-python needs to reach it."""
        return {"bootstrap_servers": self.bootstrap_servers}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of server: its name, what stands for a given one, and what makes one in each way."""

    name: str
    given: Callable[[str], Any]
    made: Mapping[str, Callable[[], AbstractContextManager[Any]]]


def ways(kind: str, environment: Mapping[str, str]) -> Sequence[str]:
    """The ways to try, in order: ``settings`` alone, or ``docker`` and ``local``, or the one that is forced.

    Raises pytest.UsageError where that is neither.
    """
    forced = environment.get(FORCED)
    if forced:
        if forced not in WAYS:
            raise pytest.UsageError(f"{FORCED} is {forced!r}; it can be {' or '.join(WAYS)}")
        return (forced,)
    return ("settings",) if environment.get(VARIABLES[kind]) else WAYS


def described(environment: Mapping[str, str]) -> str:
    """The ways to try, in words."""
    return ", ".join(f"{kind} from {' or else '.join(ways(kind, environment))}" for kind in VARIABLES)


@contextlib.contextmanager
def found(kind: Kind, environment: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """The first way that a server is to be had, and the server; NoServer if there is none."""
    reasons = []
    with contextlib.ExitStack() as running:
        for way in ways(kind.name, environment):
            try:
                server = running.enter_context(_made(kind, way, environment))
            except (NoServer, NotStarted, FileNotFoundError) as reason:
                reasons.append(f"{way}: {reason}")
            else:
                yield way, server
                return
    raise NoServer(f"no {kind.name} — {'; '.join(reasons)}")


def absent(reason: Exception, environment: Mapping[str, str] = os.environ) -> NoReturn:
    """What becomes of a test whose server cannot be had."""
    if environment.get("CI") == "true":
        pytest.fail(str(reason), pytrace=False)
    pytest.skip(str(reason))


def _made(kind: Kind, way: str, environment: Mapping[str, str]) -> AbstractContextManager[Any]:
    if way == "settings":
        return contextlib.nullcontext(kind.given(environment[VARIABLES[kind.name]]))
    return kind.made[way]()


def postgres() -> Kind:
    """How a PostgreSQL is found."""
    from tests.servers.docker import DockerPostgres
    from tests.servers.postgres import Postgres

    made = {"docker": DockerPostgres, "local": Postgres}
    return Kind(name="PostgreSQL", given=GivenPostgres, made=made)


def kafka() -> Kind:
    """How a Kafka is found."""
    from tests.servers.docker import DockerKafka
    from tests.servers.kafka import Kafka

    made = {"docker": DockerKafka, "local": Kafka}
    return Kind(name="Kafka", given=GivenKafka, made=made)
