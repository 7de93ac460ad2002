"""Whoever is erased is forgotten here: name and address, and whatever else was sealed under their keys."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.processing.erasure import Erasure, Forget
from chassis.recorded import Recorded
from contracts.notifications import ERASED, PersonErased


def forget_whom_it_names(recorded: Recorded) -> Iterable[Forget]:
    """The keys that an erasure of this scope destroys."""
    erased: PersonErased = recorded.event
    return [Forget(person=erased.person_id, scopes=ERASED[erased.scope])]


FORGET_PEOPLE = Erasure(
    name="forget-people", sources=("notifications",), on=(PersonErased,), forget=forget_whom_it_names
)
