"""What the feed tells of this service's history: everything to services; to others which unit it was, and not who."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.command import Caller
from chassis.disclosure import HIDDEN, Memory, retold
from chassis.recorded import Recorded
from chassis.store.protocol import Store
from contracts.experiments import ExperimentDrafted, ExperimentRevised, OwnerChanged
from contracts.lessons import LessonRecorded, LessonRevised
from contracts.named import people_in
from services.experiments.experiment import EXPERIMENT, Experiment
from services.experiments.lesson import LESSON, Lesson

OF_CONTACTS = (ExperimentDrafted, ExperimentRevised, OwnerChanged)
OF_CONTACTS_OF_LESSONS = (LessonRecorded, LessonRevised)
"""The events after which somebody else is named, or nobody."""


class Disclosure:
    """``chassis.service.Disclose`` for experiments and lessons; remembers what it has read. Threads may share one.

    Named are the owner of an experiment and the author of a lesson who want to be asked about it, as it is today.
    """

    def __init__(self) -> None:
        self._experiments, self._lessons = Memory(_after), Memory(_after_of_lesson)

    def __call__(self, events: Sequence[Recorded], caller: Caller, store: Store) -> Sequence[Recorded | None]:
        """The events, with ``hidden`` for everybody who did not choose to be named."""
        if caller.has("service"):
            return events
        streams = {recorded.stream for recorded in events}
        lessons = {stream for stream in streams if stream.startswith(f"{LESSON.category}-")}
        today = {**self._experiments.today(streams - lessons, store), **self._lessons.today(lessons, store)}
        return [_told(recorded, today[recorded.stream]) for recorded in events]


def _told(recorded: Recorded, today: Experiment | Lesson | None) -> Recorded:
    shown: frozenset[str] = today.contacts if today else frozenset()
    people = people_in(recorded.type, recorded.data)
    return retold(recorded, people, lambda person: person if person in shown else HIDDEN)


def _after(known: Experiment | None, happening: object, version: int) -> Experiment | None:
    """As far as it is about who wants to be asked."""
    return EXPERIMENT.evolve(known, happening) if isinstance(happening, OF_CONTACTS) else known


def _after_of_lesson(known: Lesson | None, happening: object, version: int) -> Lesson | None:
    return LESSON.evolve(known, happening) if isinstance(happening, OF_CONTACTS_OF_LESSONS) else known
