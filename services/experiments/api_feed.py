"""What the feed tells of this service's history: everything to services; to others which unit it was, and not who."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from chassis.command import Caller
from chassis.decider import States
from chassis.recorded import Recorded
from chassis.store.protocol import Store
from contracts.event import type_of
from contracts.values import PersonId
from services.experiments.experiment import EXPERIMENT
from services.experiments.lesson import LESSON

HIDDEN = "hidden"
"""Stands for anybody, so that nobody can count what somebody did."""


class Disclosure:
    """``chassis.service.Disclose`` for experiments and lessons; remembers what it has read. Threads may share one.

    Named are the owner and team of an experiment and the author of a lesson who want to be asked about it, as they
    have it today.
    """

    def __init__(self) -> None:
        self._memory = States()

    def __call__(self, recorded: Recorded, caller: Caller, store: Store) -> Recorded | None:
        """The event, with ``hidden`` for everybody who did not choose to be named."""
        if caller.has("service"):
            return recorded
        named = self._named(recorded.stream, store)
        others = {person for person in people_in(recorded.event) if person not in named}
        data = recorded.data
        for person in others:
            data = data.replace(f'"{person}"'.encode(), f'"{HIDDEN}"'.encode())
        by = recorded.metadata.by if recorded.metadata.by in named else HIDDEN
        metadata = dataclasses.replace(recorded.metadata, by=by)
        return dataclasses.replace(recorded, data=data, metadata=metadata, _event=None)

    def _named(self, stream: str, store: Store) -> frozenset[str]:
        decider = LESSON if stream.startswith(f"{LESSON.category}-") else EXPERIMENT
        state, version = self._memory.load(store, decider, stream)
        self._memory.keep(stream, state, version)
        named: frozenset[str] = state.contacts
        return named


def people_in(part: Any) -> Iterator[str]:
    """The ids of all people that an event or a part of it names."""
    kind: Any = type(part)
    for name in _fields(kind):
        value = getattr(part, name)
        if _holds_people(kind, name):
            yield from (value,) if isinstance(value, str) else value or ()
        elif isinstance(value, tuple):
            for item in value:
                yield from people_in(item)
        else:
            yield from people_in(value)


def _fields(kind: type[Any]) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


@cache
def _holds_people(kind: type[object], field: str) -> bool:
    return _is_of_people(type_of(kind, field))


def _is_of_people(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        return bool(hint == PersonId)
    return any(_is_of_people(arm) for arm in get_args(hint))
