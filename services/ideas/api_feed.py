"""What the feed tells of this service's history, and to whom: drafts, hidden names and who else it was to services."""

from __future__ import annotations

from chassis.command import Caller
from chassis.disclosure import HIDDEN, retold
from chassis.recorded import Recorded
from chassis.store.protocol import Store
from contracts.event import value
from contracts.ideas import IdeaSubmitted
from contracts.named import named
from contracts.values import PersonId
from services.ideas.idea import IDEA, Idea

_REMEMBERED = 2_000


@value
class _Told:
    """What today's rights to see an idea's history depend on."""

    idea: Idea | None = None
    version: int = 0
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
        self._known: dict[str, _Told] = {}

    def __call__(self, recorded: Recorded, caller: Caller, store: Store) -> Recorded | None:
        """All of it to a service; else nothing of a draft, and nobody named but the authors who want to be."""
        if caller.has("service"):
            return recorded
        told = _Told()
        if recorded.stream.startswith(f"{IDEA.category}-"):
            told = self._today(recorded, store)
            if not told.submitted or recorded.version < told.submitted:
                return None
        return retold(recorded, (person for _, person in named(recorded.event, PersonId)), told.called)

    def _today(self, recorded: Recorded, store: Store) -> _Told:
        told = self._known.pop(recorded.stream, None) or _Told()
        for news in store.read_stream(recorded.stream, after=told.version):
            told = _after(told, news)
        self._known[recorded.stream] = told
        if len(self._known) > _REMEMBERED:
            self._known.pop(next(iter(self._known)), None)
        return told


def _after(told: _Told, recorded: Recorded) -> _Told:
    submitted = recorded.version if isinstance(recorded.event, IdeaSubmitted) else told.submitted
    idea = IDEA.evolve(told.idea, recorded.event)
    return _Told(idea=idea, version=recorded.version, submitted=submitted)
