"""Many who write and read one store at the same time, each a process."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from chassis.decider import change, handle
from chassis.store.protocol import Store
from chassis.testing.happenings import COUNTER, CounterRaised
from chassis.testing.store_suite import Opener, raised

_SPAWN = multiprocessing.get_context("spawn")
STALLED = 5.0
"""Seconds without an event, while eight write, after which a reader counts as stalled."""


class Crowd:
    """Writers and readers of the store that ``opener`` opens; ``finish`` gives what they have counted."""

    def __init__(self, opener: Opener, writers: int, readers: int, seconds: float) -> None:
        self._pool = _SPAWN.Pool(writers + readers)
        self._written = self._pool.map_async(partial(write, opener, seconds), range(writers), chunksize=1)
        self._done = _SPAWN.Manager().Event()
        self._read = [self._pool.apply_async(follow, (opener, self._done)) for _ in range(readers)]

    def finish(self) -> tuple[int, list[dict[int, int]]]:
        """How many events were acknowledged, and how far each reader has come per partition."""
        written = sum(self._written.get())
        self._done.set()
        read = [reader.get() for reader in self._read]
        self._pool.close()
        self._pool.join()
        return written, read


def write(opener: Opener, seconds: float, seed: int) -> int:
    """Transactions of random length on shared streams, one in ten rolled back; how many events were acknowledged."""
    chance, store, written = random.Random(seed), opener(), 0
    ends = time.monotonic() + seconds
    ways: list[Callable[[random.Random, Store], int]] = [_command, _command, _long, _rolled_back]
    while time.monotonic() < ends:
        written += chance.choice(ways)(chance, store)
    store.close()
    return written


def _command(chance: random.Random, store: Store) -> int:
    events: list[object] = [CounterRaised()] * chance.randint(1, 5)
    handle(store, change(COUNTER, str(chance.randrange(20)), lambda _: events))
    return len(events)


def _long(chance: random.Random, store: Store) -> int:
    """A transaction that goes on for a while after its append, as one that folds a batch does."""
    name = chance.getrandbits(64)
    with store.transaction() as transaction:
        transaction.append(raised(f"counter-long-{name}", 0, 1, 1))
        time.sleep(chance.random() * 0.02)
    return 2


def _rolled_back(chance: random.Random, store: Store) -> int:
    with contextlib.suppress(_ChangedItsMind), store.transaction() as transaction:
        transaction.append(raised(f"counter-never-{chance.getrandbits(64)}", 0, 1))
        time.sleep(chance.random() * 0.02)
        raise _ChangedItsMind
    return 0


class _ChangedItsMind(Exception):
    """Whoever began the transaction does not want it any more."""


def follow(opener: Opener, done: Any) -> dict[int, int]:
    """Read on as a processor does until nothing comes any more; how far that was. Nothing may be missing or twice."""
    store = opener()
    reached = dict.fromkeys(range(store.partitions), 0)
    heard = dict.fromkeys(reached, time.monotonic())
    while True:
        was_done = done.is_set()
        news = {partition for partition in reached if _read_on(store, partition, reached)}
        heard |= dict.fromkeys(news, time.monotonic())
        if was_done and not news:
            break
        stalled = [partition for partition, moment in heard.items() if time.monotonic() - moment > STALLED]
        assert was_done or not stalled, f"no event has come of {stalled} for a while"
    store.close()
    return reached


def _read_on(store: Store, partition: int, reached: dict[int, int]) -> int:
    news = store.read(partition, reached[partition])
    expected = list(range(reached[partition] + 1, reached[partition] + 1 + len(news)))
    assert [recorded.position for recorded in news] == expected
    reached[partition] += len(news)
    return len(news)
