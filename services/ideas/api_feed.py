"""What the feed tells of this service's history, and to whom: drafts and hidden names to services alone."""

from __future__ import annotations

import dataclasses

from chassis.command import Caller
from chassis.recorded import Recorded
from chassis.store.protocol import Store
from contracts.event import value
from contracts.ideas import IdeaSubmitted
from services.ideas.idea import IDEA, Names, names_after

_REMEMBERED = 2_000


@value
class _Told:
    """What today's rights to see an idea's history depend on."""

    names: Names
    version: int = 0
    submitted: int = 0
    """The version of IdeaSubmitted; 0 while it is a draft."""


class Disclosure:
    """``chassis.service.Disclose`` for ideas; remembers what it has read. Threads may share one."""

    def __init__(self) -> None:
        self._known: dict[str, _Told] = {}

    def __call__(self, recorded: Recorded, caller: Caller, store: Store) -> Recorded | None:
        """All of it to a service; else nothing of a draft, and a pseudonym for whoever has hidden their name."""
        if caller.has("service") or not recorded.stream.startswith(f"{IDEA.category}-"):
            return recorded
        told = self._today(recorded, store)
        if not told.submitted or recorded.version < told.submitted:
            return None
        return _masked(recorded, told.names)

    def _today(self, recorded: Recorded, store: Store) -> _Told:
        told = self._known.pop(recorded.stream, None) or _Told(names=Names(idea_id=recorded.subject))
        for news in store.read_stream(recorded.stream, after=told.version):
            told = _after(told, news)
        self._known[recorded.stream] = told
        if len(self._known) > _REMEMBERED:
            self._known.pop(next(iter(self._known)), None)
        return told


def _after(told: _Told, recorded: Recorded) -> _Told:
    submitted = recorded.version if isinstance(recorded.event, IdeaSubmitted) else told.submitted
    return _Told(names=names_after(told.names, recorded.event), version=recorded.version, submitted=submitted)


def _masked(recorded: Recorded, idea: Names) -> Recorded:
    """With a pseudonym wherever a hidden author's id is a value, in the envelope too."""
    hidden = [person for person in idea.hidden if idea.hides(person)]
    if not hidden:
        return recorded
    data = recorded.data
    for person in hidden:
        data = data.replace(f'"{person}"'.encode(), f'"{idea.told(person)}"'.encode())
    by = recorded.metadata.by
    metadata = dataclasses.replace(recorded.metadata, by=by and idea.told(by))
    return dataclasses.replace(recorded, data=data, metadata=metadata, _event=None)
