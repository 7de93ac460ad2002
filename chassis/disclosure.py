"""What of an event is told to somebody who may not know who it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Generic, TypeVar

from chassis.recorded import Position, Recorded
from chassis.store.protocol import Streams

S = TypeVar("S")
HIDDEN = "hidden"
"""Stands for anybody, so that nobody can count what somebody did."""
_EVERYTHING = ""
"""The fingerprint of no snapshot: what is folded here is not what a decision folds."""
_REMEMBERED = 20_000


def retold(recorded: Recorded, people: Iterable[str], called: Callable[[str], str]) -> Recorded:
    """With what each of these people is ``called`` wherever their id is a whole value, and in the envelope."""
    data, by = recorded.data, recorded.metadata.by
    for person in set(people):
        if (name := called(person)) != person:
            data = data.replace(f'"{person}"'.encode(), f'"{name}"'.encode())
    return recorded.told(data, by and called(by))


def or_withheld(events: Iterable[Recorded], told: Iterable[Recorded | None]) -> list[Recorded | Position]:
    """What a reader is told of these events; of those that are withheld, where they lie."""
    return [each or recorded.at for recorded, each in zip(events, told, strict=True)]


class Memory(Generic[S]):
    """What is remembered of each stream, so that of many only what is new is read, at once. Threads may share one.

    ``fold`` gets what is remembered, an event, and its version.
    """

    def __init__(self, fold: Callable[[S | None, object, int], S | None], most: int = _REMEMBERED) -> None:
        self._fold = fold
        self._most = most
        self._known: dict[str, tuple[S | None, int]] = {}
        self._lock = Lock()

    def today(self, streams: Iterable[str], store: Streams) -> Mapping[str, S | None]:
        """Of each of these streams, with all that it has now."""
        with self._lock:
            found = {stream: self._known.get(stream, (None, 0)) for stream in streams}
        news = store.histories({stream: version for stream, (_, version) in found.items()}, _EVERYTHING)
        for stream, (_, events) in news.items():
            state, version = found[stream]
            for number, happening in enumerate(events, start=version + 1):
                state = self._fold(state, happening, number)
            found[stream] = state, version + len(events)
        self._keep(found)
        return {stream: state for stream, (state, _) in found.items()}

    def _keep(self, found: Mapping[str, tuple[S | None, int]]) -> None:
        """Those that were asked for last are kept longest."""
        with self._lock:
            for stream, kept in found.items():
                self._known.pop(stream, None)
                self._known[stream] = kept
            while len(self._known) > self._most:
                del self._known[next(iter(self._known))]
