"""What the tests of commands over servers share."""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from nyfiken.layout import SERVICES

ROOT = Path(__file__).parents[2]


@pytest.fixture
def prefix():
    """What names on a server begin with that are this test's alone."""
    return f"test{secrets.token_hex(5)}"


@pytest.fixture
def nyfiken(tmp_path, prefix):
    """Runs a command as a process: its exit code, and all that it said. ``settings`` are given in the environment."""

    def run(*arguments, data=tmp_path / "data", **settings):
        return started(*arguments, data=data, **settings).wait_and_hear()

    def started(*arguments, data=tmp_path / "data", **settings):
        named = {f"NYFIKEN_{name.upper()}": value for name, value in settings.items()}
        own = {"NYFIKEN_DATABASE_PREFIX": prefix, "NYFIKEN_TOPIC_PREFIX": prefix, "COLUMNS": "200"}
        where = ["--data", str(data)] if data else []
        return Running([sys.executable, "-m", "nyfiken", *arguments, *where], os.environ | own | named)

    run.started = started
    return run


class Running:
    """A command that runs."""

    def __init__(self, command, environment):
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def wait_and_hear(self):
        try:
            said, _ = self._process.communicate(timeout=90)
        finally:
            self._process.kill()  # nothing, where it has ended
            self._process.communicate()
        return self._process.returncode, said


@pytest.fixture
def postgres(postgres_server, prefix):
    """The address of a server; this test's databases on it are gone afterwards."""
    yield postgres_server.dsn
    with psycopg.connect(postgres_server.dsn, autocommit=True) as server:
        for service in SERVICES:
            server.execute(f"DROP DATABASE IF EXISTS {prefix}_{service} WITH (FORCE)")


@pytest.fixture
def kafka(kafka_server, prefix):
    """The address of brokers; this test's topics are gone afterwards."""
    from kafka.admin import KafkaAdminClient  # here: not before warnings of its import are filtered

    yield kafka_server.bootstrap_servers
    with KafkaAdminClient(**kafka_server.client) as admin:
        if own := [name for name in admin.list_topics() if name.startswith(prefix)]:
            admin.delete_topics(own)


@pytest.fixture
def stranger(postgres, prefix):
    """The server's address for a role that may enter, and nothing else."""
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"CREATE ROLE {prefix} LOGIN PASSWORD 'secret-word'")
        yield as_somebody(postgres, prefix, "secret-word")
        server.execute(f"DROP OWNED BY {prefix}")
        server.execute(f"DROP ROLE {prefix}")


def as_somebody(address, role, password):
    """The same address for another role."""
    parts = urlsplit(address)
    return parts._replace(netloc=f"{role}:{password}@{parts.hostname}:{parts.port}").geturl()
