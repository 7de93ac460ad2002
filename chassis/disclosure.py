"""What of an event is told to somebody who may not know who it was."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from chassis.recorded import Recorded

HIDDEN = "hidden"
"""Stands for anybody, so that nobody can count what somebody did."""


def retold(recorded: Recorded, people: Iterable[str], called: Callable[[str], str]) -> Recorded:
    """With what each of these people is ``called`` wherever their id is a whole value, and in the envelope."""
    data, by = recorded.data, recorded.metadata.by
    for person in set(people):
        data = data.replace(f'"{person}"'.encode(), f'"{called(person)}"'.encode())
    metadata = dataclasses.replace(recorded.metadata, by=by and called(by))
    return dataclasses.replace(recorded, data=data, metadata=metadata, _event=None)
