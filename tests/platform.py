"""A platform that really runs: `nyfiken up` with a data folder and ports of its own, processes that can be killed.

Its histories are files, or databases of a PostgreSQL that others use too; events travel by feeds, or by topics of a
Kafka that others use too: then their names begin with something of its own.
"""

from __future__ import annotations

import dataclasses
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from subprocess import PIPE, STDOUT

import psycopg
from kafka.admin import KafkaAdminClient

from chassis.keys import load_keys
from chassis.tokens import Tokens
from nyfiken.demo.client import Person, Platform
from nyfiken.layout import ROLES, SERVICES, Layout
from nyfiken.servers import Servers
from nyfiken.supervisor import Program, end_with
from tests.servers.process import is_free

ROOT = Path(__file__).parents[1]
START = 60.0
"""Seconds; a machine that runs other tests at the same time is slow."""
END = 20.0
"""Seconds from asking it to end until it is made to; it makes its own processes end after eight."""
NO_NEIGHBOURS = {f"feed_{service}": "http://127.0.0.1:9" for service in SERVICES}
"""Settings of a worker: where nobody answers."""
NAMES = tuple(f"{service} {role}" for service in SERVICES for role in ROLES)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A release as it lies in a folder: the interpreter that has what it needs, the module that is its command line."""

    folder: Path = ROOT
    python: str = sys.executable
    commands: str = "nyfiken"

    def importable(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The same, with which Python finds this code and no other of ours."""
        return {**environment, "PYTHONPATH": str(self.folder)}


TODAY = Code()


class RunningPlatform:
    """Start it, stop it, kill one of its processes; ``environment`` is added to that of the tests.

    ``postgres`` is the address of a server's database, for a role that may create databases; ``kafka`` its brokers.
    """

    def __init__(
        self,
        data: Path,
        environment: Mapping[str, str] | None = None,
        *,
        postgres: str | None = None,
        kafka: str | None = None,
    ) -> None:
        self.data = data
        own = f"test{secrets.token_hex(5)}"
        self.servers = Servers(postgres=postgres, kafka=kafka, database_prefix=own, topic_prefix=own)
        self._environment = dict(environment or {})
        self._up: subprocess.Popen[bytes] | None = None
        self._layout = Layout(data=data, port=three_free_ports(), servers=self.servers)
        self._tokens = Tokens(load_keys(data).signing, load_keys(data).secret)
        self._log = data.with_name(f"{data.name}-up.log")

    @property
    def urls(self) -> Mapping[str, str]:
        """Service → address."""
        return self._layout.urls

    @property
    def port(self) -> int:
        """Of ideas; the others have the next two."""
        return self._layout.port

    @property
    def pid(self) -> int | None:
        """Of `nyfiken up`, while it runs."""
        return self._up.pid if self._up else None

    @property
    def environment(self) -> dict[str, str]:
        """What a command is given that is to find this platform: ``nyfiken …``."""
        servers = {
            "NYFIKEN_POSTGRES": self.servers.postgres or "",
            "NYFIKEN_KAFKA": self.servers.kafka or "",
            "NYFIKEN_DATABASE_PREFIX": self.servers.database_prefix,
            "NYFIKEN_TOPIC_PREFIX": self.servers.topic_prefix,
        }
        said = {name: value for name, value in servers.items() if value}
        return os.environ | {"PYTHONPATH": str(ROOT)} | said | self._environment

    def nyfiken(self, *arguments: str, of: Code = TODAY) -> str:
        """What a command over this platform's data says; it must succeed."""
        code, said = self.tries(*arguments, of=of)
        assert code == 0, said
        return said

    def tries(self, *arguments: str, of: Code = TODAY) -> tuple[int, str]:
        """The exit code of a command over this platform's data, and all that it says."""
        command = [of.python, "-m", of.commands, *arguments, "--data", str(self.data)]
        environment = of.importable(self.environment)
        ran = subprocess.run(command, cwd=of.folder, env=environment, stdout=PIPE, stderr=STDOUT, text=True)
        return ran.returncode, ran.stdout

    def programs(self) -> list[Program]:
        """What `nyfiken up` runs: the six processes, with their environment."""
        return self._layout.programs()

    def start(self) -> RunningPlatform:
        """Start it and wait until it says that it is ready."""
        command = [sys.executable, "-m", "nyfiken", "up", "--data", str(self.data), "--port", str(self.port)]
        before = len(self.said())
        with self._log.open("ab") as log:
            self._up = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, preexec_fn=end_with(os.getpid())
            )
        try:
            self._await_ready(self._up, before)
        except AssertionError:
            self.stop()
            raise
        return self

    def _await_ready(self, up: subprocess.Popen[bytes], before: int) -> None:
        patience_ends = time.monotonic() + START
        while "\nready" not in f"\n{self.said()[before:]}":
            assert up.poll() is None, f"it did not start: {self.said()[before:]}"
            assert time.monotonic() < patience_ends, f"it is not ready: {self.said()[before:]}"
            time.sleep(0.05)

    def stop(self) -> float:
        """Ask it to end, as Ctrl-C does; the seconds that it took. Nothing where it does not run."""
        began, up = time.monotonic(), self._up
        if up is not None:
            self._up = None
            up.terminate()
            try:
                up.wait(END)
            finally:
                up.kill()  # where it has not ended: then its processes go with it
                up.wait()
        return time.monotonic() - began

    def remove(self) -> None:
        """Stop it, and remove its databases and topics from the servers, which others use."""
        self.stop()
        if self.servers.postgres:
            with psycopg.connect(self.servers.postgres, autocommit=True) as server:
                for service in SERVICES:
                    server.execute(f"DROP DATABASE IF EXISTS {self.servers.database_prefix}_{service} WITH (FORCE)")
        if brokers := self.servers.brokers():
            with KafkaAdminClient(**brokers.options()) as admin:
                admin.delete_topics([brokers.topic(service) for service in SERVICES])

    def processes(self) -> dict[str, int]:
        """Name → process id, of those of the six that live now."""
        found = {}
        for pid in _children(self._up.pid) if self._up else ():
            words = _command_line(pid)
            found |= {name: pid for name in NAMES if words[-2:] == [f"services.{name.split()[0]}", name.split()[1]]}
        return found

    def kill(self, name: str) -> bool:
        """``kill -9``; False if it is just not there. Returns when what it had started, which may still answer in its
        place, has been ended too."""
        pid = self.processes().get(name)
        if pid is None:
            return False
        try:
            orphans = _children(pid)
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):
            return False  # it went in between
        patience_ends = time.monotonic() + END
        while any(map(_lives, orphans)):
            assert time.monotonic() < patience_ends, f"{name} was killed, and what it had started lives on"
            time.sleep(0.01)
        return True

    def said(self) -> str:
        """What `nyfiken up` has printed."""
        return self._log.read_text() if self._log.exists() else ""

    def token(self, sub: str, *roles: str, unit: str | None = "vof", name: str | None = None) -> str:
        """A token as `nyfiken token` signs them."""
        return self._tokens.sign(sub, roles or ("employee",), unit=unit, name=name)

    def person_id(self, sub: str) -> str:
        """The opaque id of somebody with such a token."""
        return self._tokens.person_id(sub)

    def client(self) -> Platform:
        """An HTTP client for all three services, which remembers what was written through it."""
        return Platform(self.urls)

    def person(self, client: Platform, sub: str, *roles: str, unit: str | None = "vof") -> Person:
        """Somebody who uses it through this client."""
        return Person(client, sub.title(), self.token(sub, *roles, unit=unit, name=sub.title()))


def three_free_ports() -> int:
    """The first of three, below those that the system gives away by itself."""
    for _ in range(100):
        first = random.randrange(20_000, 32_000)
        if all(is_free(first + n) for n in range(3)):
            return first
    raise AssertionError("no three ports in a row are free")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _lives(pid: int) -> bool:
    return any(_command_line(pid))  # of one that has ended and is not taken away yet it is empty


def _command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().rstrip("\0").split("\0")
    except OSError:
        return []  # it went in between
