"""The database's clock is set back and forward by an hour while it runs, really: libfaketime stands before PostgreSQL.

A machine without that library skips this; the rules are tried with a clock moved by hand as well, in the suite of
stores (``recorded_at``) and in ``tests/chassis/processing/test_work_sharing.py`` (leases).
"""

from __future__ import annotations

import itertools
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.adding import COUNTERS, Adding
from tests.faults.cluster import until
from tests.faults.lasting import longer
from tests.servers.found import absent

LIBRARIES = Path("/usr/lib")
HOUR = 3600
COMMANDS = 60
SHARED = 60.0
"""Seconds until two workers that are started share what there is to do."""
MOVED = 20.0
"""Seconds until others have what a dead worker held: until one of them looks, a lease long, until one looks again."""


class Clock:
    """What the server takes for the time of day: its machine's, and so many seconds more."""

    def __init__(self, file):
        self.file = file
        self.set(0)
        file.chmod(0o644)

    def set(self, seconds):
        self.file.write_text(f"{seconds:+d}\n")


@pytest.fixture
def clock(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clock")
    for each in (folder, *folder.parents):
        if not each.stat().st_mode & stat.S_IXOTH:
            each.chmod(each.stat().st_mode | 0o011)  # the server runs as somebody else
    return Clock(folder / "seconds")


@pytest.fixture
def server(own_postgres, clock, monkeypatch):
    """A PostgreSQL that goes by this clock."""
    library = next(LIBRARIES.glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        absent(FileNotFoundError("no libfaketime (Debian: apt-get install faketime)"))
    with monkeypatch.context() as before_it_starts:
        before_it_starts.setenv("LD_PRELOAD", str(library))
        before_it_starts.setenv("FAKETIME_TIMESTAMP_FILE", str(clock.file))
        before_it_starts.setenv("FAKETIME_NO_CACHE", "1")
        before_it_starts.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        return own_postgres()


@pytest.fixture
def adding(server, tmp_path):
    it = Adding(server.dsn, tmp_path)
    yield it
    it.close()


def told(adding):
    """The server's time of day."""
    with adding.store.transaction() as transaction:
        return transaction.now


def test_recorded_at_never_goes_back_within_a_partition(adding, clock):
    before = told(adding)
    for seconds in (0, -HOUR, HOUR, -HOUR, 0):
        clock.set(seconds)
        apart = abs(told(adding) - before - timedelta(seconds=seconds))
        assert apart < timedelta(minutes=5), "the clock was not set"
        adding.raise_some(COMMANDS)
    for number in range(adding.store.partitions):
        events = adding.store.read(number, 0, 10_000)
        assert [r.position for r in events] == list(range(1, len(events) + 1))
        assert all(one.recorded_at <= next_.recorded_at for one, next_ in itertools.pairwise(events))
        assert events[-1].recorded_at - before > timedelta(minutes=55), "it was recorded by the clock of that moment"


@longer
def test_work_goes_on_and_moves_whatever_hour_it_is(adding, clock, capsys):
    took = {}

    def moves(what, *owners, within):
        took[what] = until(lambda: adding.holders.are_shared_by(*owners), within, adding.holders.held)

    def goes_on(what):
        adding.raise_some(len(COUNTERS), of=COUNTERS)
        took[what] = until(adding.has_applied_everything, MOVED, lambda: f"{what}: not applied")

    adding.raise_some(COMMANDS)
    one, two = adding.start("one"), adding.start("two")
    until(lambda: adding.holders.are_shared_by("one", "two"), SHARED, adding.holders.held)
    two.kill()
    clock.set(-HOUR)
    moves("an hour back, and one of two is killed", "one", within=MOVED)
    goes_on("it goes on")
    adding.start("two")
    moves("another comes", "one", "two", within=SHARED)
    clock.set(HOUR)
    goes_on("two hours forward it goes on")
    moves("and is shared", "one", "two", within=MOVED)
    clock.set(0)
    goes_on("an hour back again it goes on")
    one.kill()
    moves("and one of two is killed", "two", within=MOVED)
    with capsys.disabled():
        print("\n" + ", ".join(f"{what}: {seconds:.1f} s" for what, seconds in took.items()))
    adding.everything_holds()
