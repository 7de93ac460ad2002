"""What the feed tells of this service's history, and to whom: drafts, hidden names and who else it was to services."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.command import Caller
from chassis.disclosure import HIDDEN, Memory, retold
from chassis.recorded import Recorded
from chassis.store.protocol import Store
from contracts.event import value
from contracts.ideas import (
    AuthorNamed,
    AuthorshipTransferred,
    IdeaDrafted,
    IdeaSubmitted,
    JoinAccepted,
    ParticipantLeft,
)
from contracts.named import people_in
from services.ideas.idea import IDEA, Idea

OF_AUTHORS = (IdeaDrafted, IdeaSubmitted, AuthorshipTransferred, AuthorNamed, JoinAccepted, ParticipantLeft)
"""The events after which other people are its authors, or are named otherwise."""


@value
class _Told:
    """What today's rights to see an idea's history depend on."""

    idea: Idea | None = None
    """As far as it is about its authors."""
    submitted: int = 0
    """The version of IdeaSubmitted; 0 while it is a draft."""

    def called(self, person: str) -> str:
        """An author by their id or pseudonym; whoever else had to do with it is nobody's to count."""
        if self.idea is None or person not in self.idea.involved:
            return HIDDEN
        return self.idea.names.told(person)


class Disclosure:
    """``chassis.service.Disclose`` for ideas and challenges; remembers what it has read. Threads may share one."""

    def __init__(self) -> None:
        self._memory = Memory(_after)

    def __call__(self, events: Sequence[Recorded], caller: Caller, store: Store) -> Sequence[Recorded | None]:
        """All of it to a service; else nothing of a draft, and nobody named but the authors who want to be."""
        if caller.has("service"):
            return events
        ideas = {recorded.stream for recorded in events if recorded.stream.startswith(f"{IDEA.category}-")}
        today = self._memory.today(ideas, store)
        return [_told(recorded, today.get(recorded.stream)) for recorded in events]


def _told(recorded: Recorded, today: _Told | None) -> Recorded | None:
    """Of a challenge nothing is a draft, and nobody is named."""
    if today and (not today.submitted or recorded.version < today.submitted):
        return None
    return retold(recorded, people_in(recorded.type, recorded.data), (today or _Told()).called)


def _after(told: _Told | None, happening: object, version: int) -> _Told:
    told = told or _Told()
    if not isinstance(happening, OF_AUTHORS):
        return told
    submitted = version if isinstance(happening, IdeaSubmitted) else told.submitted
    return _Told(idea=IDEA.evolve(told.idea, happening), submitted=submitted)
