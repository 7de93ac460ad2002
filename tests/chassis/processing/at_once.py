"""Doing the same from several threads at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")


def at_once(do: Callable[[T], U], with_each: Iterable[T]) -> list[U]:
    """What ``do`` gives for each of these, all begun together; raises what one of them raises."""
    each = list(with_each)
    together = Barrier(len(each))

    def one(argument: T) -> U:
        together.wait()
        return do(argument)

    with ThreadPoolExecutor(len(each)) as threads:
        return list(threads.map(one, each))
