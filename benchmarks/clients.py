"""Clients as processes: each prepares by itself, then all of one side work at the same time for a while.

The sides take turns in short blocks, and the median block of each counts, so that a slow moment of the machine or its
disk hits all of them. A round in which others used the machine does not count, if there are others that do.
"""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Protocol

from benchmarks.neighbours import MOST, Neighbours
from benchmarks.sizes import Sizes

_STARTS_IN = 0.05
"""Seconds from telling the processes of a side to begin until they do, so that all do so together."""
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["benchmarks.ours", "benchmarks.bare_append", "benchmarks.postgres_peer"])


class Client(Protocol):
    """Somebody who does one thing again and again, over connections of its own."""

    def refill(self) -> None:
        """Make what the next block uses up; not measured."""

    def once(self) -> None:
        """Do it; measured."""


Make = Callable[[], Client]
"""Makes a client, in the process that it is for; picklable."""


class Clients:
    """One side: so many processes with a client each."""

    def __init__(self, make: Make, number: int) -> None:
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(number):
            ours, theirs = _CONTEXT.Pipe()
            process = _CONTEXT.Process(target=_serve, args=(make, theirs), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        self._answers()

    def rate(self, seconds: float) -> float:
        """How often a second all of them together did it, in one block of so many seconds."""
        self._tell("refill")
        self._answers()
        self._tell((time.monotonic() + _STARTS_IN, seconds))
        return sum(count / took for count, took in self._answers())

    def close(self) -> None:
        """End the processes."""
        for process, pipe in zip(self._processes, self._pipes, strict=True):
            pipe.close()
            process.join(5)
            process.terminate()

    def _tell(self, what: object) -> None:
        for pipe in self._pipes:
            pipe.send(what)

    def _answers(self) -> list[tuple[int, float]]:
        answers = [pipe.recv() for pipe in self._pipes]
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return answers


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How often a second each side did it, and the share of the machine that others used meanwhile."""

    rates: Mapping[str, float]
    others: float

    def __getitem__(self, side: str) -> float:
        """Of one side."""
        return self.rates[side]


def in_turns(makes: Mapping[str, Make], number: int, sizes: Sizes) -> Found:
    """How often a second each side does it, with so many clients; the median of blocks run in turns."""
    with contextlib.ExitStack() as running:
        sides = {name: running.enter_context(clients(make, number)) for name, make in makes.items()}
        for side in sides.values():
            side.rate(sizes.seconds / 2)  # plans, caches and connections are made now
        rounds = quietest(lambda: {name: side.rate(sizes.seconds) for name, side in sides.items()}, sizes)
    return median_of(rounds)


def median_of(rounds: Sequence[Found]) -> Found:
    """The median of each side."""
    rates = {side: statistics.median(each[side] for each in rounds) for side in rounds[0].rates}
    return Found(rates=rates, others=statistics.mean(each.others for each in rounds))


def quietest(one: Callable[[], Mapping[str, float]], sizes: Sizes) -> list[Found]:
    """So many rounds as are wanted: the first that others leave alone, or those that they disturb the least."""
    neighbours, rounds, patience = Neighbours(), list[Found](), sizes.patience
    while sum(each.others <= MOST for each in rounds) < sizes.rounds and len(rounds) < sizes.rounds * sizes.tries:
        patience = neighbours.wait(patience)
        rates = one()
        rounds.append(Found(rates=rates, others=neighbours.share()))
    return sorted(rounds, key=lambda each: each.others)[: sizes.rounds]


@contextlib.contextmanager
def clients(make: Make, number: int) -> Iterator[Clients]:
    """One side, for the block."""
    side = Clients(make, number)
    try:
        yield side
    finally:
        side.close()


def _serve(make: Make, pipe: Connection) -> None:
    """What a process does: what it is told, until nobody is there to tell it."""
    with contextlib.suppress(EOFError, BrokenPipeError):
        try:
            client = make()
            pipe.send(None)
            while True:
                told = pipe.recv()
                pipe.send(client.refill() if told == "refill" else _block(client, *told))
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent raises it
            pipe.send(RuntimeError(f"{type(error).__name__}: {error}"))


def _block(client: Client, start: float, seconds: float) -> tuple[int, float]:
    """How often it was done, and the seconds that it took; begins at ``start``."""
    time.sleep(max(0.0, start - time.monotonic()))
    began, count = time.monotonic(), 0
    while time.monotonic() < began + seconds:
        client.once()
        count += 1
    return count, time.monotonic() - began
