"""Rows about the heart: append, command, fold; ours and the peer's in turns, on the same disk."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks import peer
from benchmarks.bench import Bench
from benchmarks.ours import an_append, raised, tallying
from benchmarks.rows import Row
from chassis.decider import States, change, handle
from chassis.store.sqlite import SqliteStore
from chassis.testing.happenings import COUNTER
from chassis.worker import Worker

_BLOCKS = 25
_PER_BLOCK = 40


def on_sqlite(bench: Bench) -> Iterator[Row]:
    """All rows about the heart."""
    yield from _heart(bench.folder)
    (bench.folder / "fold").mkdir()
    yield _folding(bench.folder / "fold")


def _heart(folder: Path) -> Iterator[Row]:
    store = SqliteStore(folder / "ours.sqlite", "bench", master_key=bytes(32))
    app = peer.counters(folder)
    for events in (1, 10):
        ours, theirs = _in_turns(_append(store, events), peer.append(app, events))
        yield Row.faster(f"append, {events} event{'s' * (events > 1)}", "commits/s", 1 / ours, 1 / theirs, goal=1.0)
    for length in (10, 40):
        ours, theirs = _in_turns(_command(store, length), peer.command(app, length), most=2_000 // length * 4)
        yield Row.faster(f"command on {length} events", "commands/s", 1 / ours, 1 / theirs, goal=1.0)
    at_hand = States()
    yield _growth(store, "at hand", lambda: at_hand)
    yield _growth(store, "read anew", States)
    store.close()
    app.close()


def _folding(folder: Path, events: int = 5_000) -> Row:
    """A read model over a history, from the beginning to its end."""
    store = SqliteStore(folder / "history.sqlite", "bench", master_key=bytes(32))
    append = _append(store, 50)
    for _ in range(events // 50):
        append()
    ours = _seconds(Worker(tallying(), store, {}, "bench").catch_up)
    store.close()
    theirs = peer.fold(folder, events)
    return Row.faster("fold a read model", "events/s", events / ours, events / theirs, goal=10.0)


def _append(store: SqliteStore, events: int) -> Callable[[], Any]:
    return lambda: store.append(an_append(events))


def _command(store: SqliteStore, length: int) -> Callable[[], Any]:
    subjects = iter([_grown(store, length) for _ in range(2_000 // length * 4)])
    return lambda: handle(store, change(COUNTER, next(subjects), raised))


def _grown(store: SqliteStore, length: int) -> str:
    subject = str(uuid4())
    handle(store, change(COUNTER, subject, lambda _: raised(None) * length))
    return subject


def _growth(store: SqliteStore, how: str, memory: Callable[[], States]) -> Row:
    """A command on a stream of 10,000 events against one on a stream of 10; ``memory`` gives the states at hand.

    ``States`` itself gives none, as in a process that has just started: then the snapshot bears it.
    """
    young, old = _grown(store, 10), _grown(store, 10_000)
    for subject in (young, old):
        handle(store, change(COUNTER, subject, raised), memory=memory())
    short, long = _in_turns(
        lambda: handle(store, change(COUNTER, young, raised), memory=memory()),
        lambda: handle(store, change(COUNTER, old, raised), memory=memory()),
    )
    return Row.cheaper(
        f"command on 10,000 events, of one on 10, state {how}",
        "ms",
        long * 1e3,
        short * 1e3,
        goal=1.5,
        beside="on 10 events",
    )


def _in_turns(
    ours: Callable[[], Any], theirs: Callable[[], Any], most: int = _PER_BLOCK * _BLOCKS
) -> tuple[float, float]:
    """Seconds per call of each, the median of blocks run in turns, so that a slow moment of the disk hits both."""
    count = min(_PER_BLOCK, most // _BLOCKS)
    blocks = [(_seconds(_times(ours, count)), _seconds(_times(theirs, count))) for _ in range(_BLOCKS)]
    return statistics.median(a for a, _ in blocks) / count, statistics.median(b for _, b in blocks) / count


def _times(call: Callable[[], Any], count: int) -> Callable[[], None]:
    def run() -> None:
        for _ in range(count):
            call()

    return run


def _seconds(call: Callable[[], Any]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
