"""What the feed tells of this service's history: everything to services; to others which unit it was, and not who."""

from __future__ import annotations

from chassis.command import Caller
from chassis.decider import States
from chassis.disclosure import HIDDEN, retold
from chassis.recorded import Recorded
from chassis.store.protocol import Store
from contracts.named import named
from contracts.values import PersonId
from services.experiments.experiment import EXPERIMENT
from services.experiments.lesson import LESSON


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
        shown = self._shown(recorded.stream, store)
        people = (person for _, person in named(recorded.event, PersonId))
        return retold(recorded, people, lambda person: person if person in shown else HIDDEN)

    def _shown(self, stream: str, store: Store) -> frozenset[str]:
        decider = LESSON if stream.startswith(f"{LESSON.category}-") else EXPERIMENT
        state, version = self._memory.load(store, decider, stream)
        self._memory.keep(stream, state, version)
        shown: frozenset[str] = state.contacts
        return shown
