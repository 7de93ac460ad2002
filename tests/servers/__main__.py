"""A Kafka and a PostgreSQL for development: ``python -m tests.servers``, or ``make stack``."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import signal
import threading
from pathlib import Path

import click

from tests.servers.kafka import KEPT, Kafka
from tests.servers.postgres import Postgres
from tests.servers.process import NotStarted, is_free


@click.command
@click.option("--data", type=click.Path(path_type=Path), default=KEPT / "data", help="The folder of what they keep.")
@click.option("--fresh", is_flag=True, help="Start with nothing: what they kept there is removed.")
@click.option("--kafka-port", type=int, default=9092, show_default=True, help="The next free one, if it is taken.")
@click.option("--postgres-port", type=int, default=5432, show_default=True, help="The next free one, if it is taken.")
def stack(data: Path, fresh: bool, kafka_port: int, postgres_port: int) -> None:
    """Start a Kafka and a PostgreSQL, print the settings that say where they are, and stay until Ctrl-C."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopped.set())
    folders = [data.resolve() / name for name in ("kafka", "postgres")]
    if fresh:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
    try:
        _run(*folders, kafka_port, postgres_port, stopped)
    except (NotStarted, FileNotFoundError) as reason:
        raise click.ClickException(str(reason)) from reason


def _run(kafka: Path, postgres: Path, kafka_port: int, postgres_port: int, stopped: threading.Event) -> None:
    with contextlib.ExitStack() as running:
        database = running.enter_context(Postgres(postgres, _free_from(postgres_port)))
        brokers = running.enter_context(Kafka(kafka, _free_from(kafka_port)))
        click.echo(f"export NYFIKEN_KAFKA={brokers.bootstrap_servers}")
        click.echo(f"export NYFIKEN_POSTGRES={database.dsn}")
        click.echo("ready")
        stopped.wait()


def _free_from(first: int) -> int:
    return next(port for port in itertools.count(first) if is_free(port))


stack()
