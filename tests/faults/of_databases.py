"""Faults of PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from nyfiken.layout import SERVICES
from tests.faults.backups import dump
from tests.faults.small_disk import on_a_small_disk
from tests.faults.stage import Stage, turns, until

_LET_BE = (1.5, 3.0)
"""Seconds between two kills."""
_AWAY = 1.0
"""Seconds that the server is not there."""
_SETTLED = 1.0
"""Seconds in which what was begun before is at its end."""
_OF_THE_PLATFORM = "SELECT pid FROM pg_stat_activity WHERE application_name = 'nyfiken'"
Asked = psycopg.Connection[tuple[Any, ...]]


def database_is_restarted(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """Ended in order, or by a power cut, and started again; every process of the platform outlives it."""
    processes, restarts = stage.platform.processes(), 0
    for turn in turns(seconds, least=2):
        before = stage.postgres.pid
        (stage.postgres.stop, stage.postgres.kill)[turn % 2]()
        time.sleep(_AWAY)
        stage.postgres.start()
        assert stage.postgres.pid not in (before, None), "PostgreSQL is still the same process"
        restarts += 1
        time.sleep(chance.uniform(*_LET_BE))
    assert stage.platform.processes() == processes, "a process did not outlive a restart of PostgreSQL"
    return {"restarts of PostgreSQL": restarts}


def backend_is_killed(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """``kill -9`` of one that works for the platform; PostgreSQL then throws out all of them and recovers."""
    processes, kills = stage.platform.processes(), 0
    for _ in turns(seconds):
        victim = chance.choice(until(lambda: _backends(stage), "PostgreSQL works for nobody"))
        os.kill(victim, signal.SIGKILL)
        until(lambda gone=victim: (now := _backends(stage)) and gone not in now, "PostgreSQL did not recover")
        kills += 1
        time.sleep(chance.uniform(*_LET_BE))
    assert stage.platform.processes() == processes, "a process did not outlive the crash of a backend"
    return {"backends killed": kills}


def database_is_read_only(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """Nothing is acknowledged, everything is refused clearly, and reading goes on."""
    refused = len(stage.clients.refusals)
    with _set(stage, "default_transaction_read_only", "on"):
        until(lambda: len(stage.clients.refusals) > refused, "no command was refused")
        time.sleep(_SETTLED)
        before = {service: stage.recorded(service) for service in SERVICES}
        for _ in turns(seconds):
            assert stage.own_idea_is_read(as_of_now=False), "what was written before is not to be read"
            assert stage.is_refused() == "the database is read-only"
            time.sleep(0.5)
        after = {service: stage.recorded(service) for service in SERVICES}
    assert after == before, f"recorded in a read-only database: {before} became {after}"
    return {"commands refused": len(stage.clients.refusals) - refused}


def disk_is_full(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """A database lies on a small disk, which something else fills; then there is room again. Needs to mount."""
    # Without vacuum: it would make room, in what the database has, where others had failed before.
    with on_a_small_disk(stage, "ideas") as disk, _set(stage, "autovacuum", "off"):
        until(lambda: stage.own_idea_is_read(), "the database does not serve on its new disk")
        refused = len(stage.clients.refusals)
        with disk.filled():
            for _ in turns(seconds):
                assert stage.is_refused() == "the disk is full"
                time.sleep(0.5)
        before = stage.recorded("ideas")
        until(lambda: stage.recorded("ideas") > before, "with room again nothing is recorded")
    return {"commands refused": len(stage.clients.refusals) - refused}


def snapshot_is_held(stage: Stage, seconds: float, chance: random.Random) -> dict[str, int]:
    """Backups, one after the other, beside one transaction that sees the same moment all the time."""
    dumps = 0
    with contextlib.ExitStack() as held:
        snapshots = [held.enter_context(_snapshot(stage, service)) for service in SERVICES]
        before = [_count(snapshot) for snapshot in snapshots]
        for _ in turns(seconds):
            for service in SERVICES:
                dump(stage.database(service), Path("/dev/null"))
                dumps += 1
        assert [_count(snapshot) for snapshot in snapshots] == before, "it was no one moment"
        beside = sum(map(stage.recorded, SERVICES)) - sum(before)
        assert beside > 0, "nothing was recorded beside the snapshot"
    return {"dumps": dumps, "events recorded beside them": beside}


@contextlib.contextmanager
def _snapshot(stage: Stage, service: str) -> Iterator[Asked]:
    with psycopg.connect(stage.database(service)) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield connection


def _count(snapshot: Asked) -> int:
    ((count,),) = snapshot.execute("SELECT count(*) FROM events")
    return int(count)


@contextlib.contextmanager
def _set(stage: Stage, name: str, value: str) -> Iterator[None]:
    """A setting of the whole server."""
    with psycopg.connect(stage.postgres.dsn, autocommit=True) as server:
        server.execute(f"ALTER SYSTEM SET {name} = {value}")
        server.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            server.execute(f"ALTER SYSTEM RESET {name}")
            server.execute("SELECT pg_reload_conf()")


def _backends(stage: Stage) -> list[int]:
    """The processes of PostgreSQL that work for the platform; none while it does not answer."""
    try:
        with psycopg.connect(stage.postgres.dsn, connect_timeout=5) as server:
            return [pid for (pid,) in server.execute(_OF_THE_PLATFORM)]
    except psycopg.OperationalError:
        return []
