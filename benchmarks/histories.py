"""Histories that are there before anything is measured, and how long something takes over them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from benchmarks.ours import an_append
from chassis.store.protocol import Append, Store


def fill(store: Store, events: int) -> None:
    """So many events, 50 for each stream, as the peer's ``fill``."""
    for _ in range(events // 500):
        store.append(Append(changes=[change for _ in range(10) for change in an_append(50).changes]))


def read_all(store: Store) -> int:
    """Read the log from its beginning to its end and decode every event; how many."""
    count = 0
    for partition in range(store.partitions):
        position = 0
        while page := store.read(partition, position, 500):
            for recorded in page:
                recorded.event  # noqa: B018 - decodes it
            position, count = page[-1].position, count + len(page)
    return count


def seconds(call: Callable[[], Any]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
