"""A PostgreSQL of our own, from the programs of this machine."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.servers.process import HOST, Process, free_port

OLDEST = 15
USER = "nyfiken"
_DEBIAN = Path("/usr/lib/postgresql")
_FAST = signal.SIGINT
"""Ends it without waiting for its clients to leave."""
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres:
    """A server to start, stop, kill and start again, on the same port with the same data; ``with`` removes it all."""

    def __init__(self, folder: Path | None = None, port: int | None = None) -> None:
        self._programs = programs()
        self._process = Process(
            "postgres", folder, ends_by=signal.SIGINT, user=_user()
        )  # SIGINT: do not wait for clients
        self.port = port or free_port()

    @property
    def dsn(self) -> str:
        """Where its database ``postgres`` is, with the name and password of a superuser."""
        return f"postgresql://{USER}:{self._password()}@{HOST}:{self.port}/postgres"

    @property
    def pid(self) -> int | None:
        """Of the process that started all its others, while it runs."""
        return self._process.pid

    @property
    def folder(self) -> Path:
        """Of all that it has."""
        return self._process.folder

    def start(self) -> Postgres:
        """Start it, with an empty database if it has none yet, and wait until it answers."""
        if not self._data.exists():
            self._initialise()
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-p", str(self.port), *settings]
        self._process.start(command, self._answers)
        return self

    def stop(self) -> None:
        """End it in order; what it has stays."""
        self._process.stop()

    def restart(self) -> Postgres:
        """Stop it and start it again."""
        self.stop()
        return self.start()

    def kill(self) -> None:
        """End all its processes at once, as a power cut does; what it has stays."""
        self._process.kill()

    def close(self) -> None:
        """End it and remove what it had, unless its folder was given."""
        self._process.close()

    def __enter__(self) -> Postgres:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _kept_password(self) -> Path:
        return self.folder / "password"

    def _password(self) -> str:
        if not self._kept_password.exists():
            self._kept_password.touch(mode=0o600)
            self._kept_password.write_text(secrets.token_hex(16))
        return self._kept_password.read_text()

    def _initialise(self) -> None:
        self._password()
        self._process.give_away(self._kept_password)
        how = ["--auth=scram-sha-256", f"--pwfile={self._kept_password}", "--encoding=UTF8", "--locale=C", "--no-sync"]
        self._process.run([str(self._programs / "initdb"), "-D", str(self._data), "-U", USER, *how])

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.dsn, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


@contextlib.contextmanager
def new_database(server: str) -> Iterator[str]:
    """The address of a new empty database on the server with this address; dropped at the end, whoever uses it."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def programs() -> Path:
    """The folder of initdb and postgres; FileNotFoundError if none of version 15 or later is here."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(_DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists() and _version(folder) >= OLDEST:
            return folder
    raise FileNotFoundError(f"no initdb and postgres of version {OLDEST} or later (Debian: apt-get install postgresql)")


def _version(folder: Path) -> int:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+", said)
    return int(found[0]) if found else 0


def _user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
