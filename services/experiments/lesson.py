"""A lesson: what is known of it, what changes that, and what may be done with it in which standing.

Its commands and decisions stand beside it: ``lesson_writing``, ``lesson_standing`` (does it hold?) and ``lesson_use``
(has something changed because of it?); who may, in ``lesson_rights``.
"""

from __future__ import annotations

from typing import TypedDict, cast

from chassis.decider import Decider
from chassis.errors import NotFound
from chassis.states import StateTable
from contracts.event import about, replace, value
from contracts.lessons import (
    LessonCited,
    LessonContradicted,
    LessonEndorsed,
    LessonRecorded,
    LessonReinstated,
    LessonRevised,
    LessonStanding,
    LessonSupported,
    StandingOfLesson,
)
from contracts.values import Author, ExperimentId, IdeaId, LessonId, PersonId, Text, UnitId


class Bearings(TypedDict):
    """What every event of a lesson repeats."""

    lesson_id: LessonId
    experiment_ids: tuple[ExperimentId, ...]
    idea_ids: tuple[IdeaId, ...]
    unit: UnitId


@value
class Lesson:
    """What a rule needs to know of a lesson. Its standing says whether it holds; how it is used stands beside that."""

    lesson_id: LessonId = about("The lesson.")
    experiment_ids: tuple[ExperimentId, ...] = about("What it was learned from.", default=())
    idea_ids: tuple[IdeaId, ...] = about("What it is about.", default=())
    unit: UnitId = about("Who learned it.")
    author: Author = about("Whose it is.")
    recorded_by: PersonId = about("Who wrote it down.")
    statement: Text = about("What was learned.")
    contact_shown: bool = about("Whether its author wants to be asked about it.", default=False)
    standing: LessonStanding = about("Whether it holds.", default="emerging")
    supporting: tuple[ExperimentId, ...] = about("The experiments that say the same.", default=())
    contradicting: tuple[ExperimentId, ...] = about("The experiments that say something else.", default=())
    cited_by: tuple[IdeaId, ...] = about("The ideas that build on it.", default=())
    endorsed_by: tuple[PersonId, ...] = about("Who recommends it.", default=())

    @property
    def bearings(self) -> Bearings:
        """What every event of it repeats."""
        return Bearings(
            lesson_id=self.lesson_id, experiment_ids=self.experiment_ids, idea_ids=self.idea_ids, unit=self.unit
        )

    @property
    def contacts(self) -> frozenset[PersonId]:
        """Who may be named to others."""
        author = self.author.person_id
        return frozenset({author} if author is not None and self.contact_shown else ())


def evolve(lesson: Lesson | None, happening: object) -> Lesson:
    """The lesson after an event."""
    if lesson is None:
        return _recorded(happening)
    if isinstance(happening, StandingOfLesson):
        lesson = replace(lesson, standing=happening.leads_to)
    if isinstance(happening, LessonRevised) and happening.contact_shown is not None:
        lesson = replace(lesson, contact_shown=happening.contact_shown)
    match happening:
        case LessonRevised(statement=str(statement)):
            return replace(lesson, statement=statement, supporting=(), contradicting=())
        case LessonReinstated():
            return replace(lesson, supporting=(), contradicting=())
        case LessonSupported(experiment_id=one):
            return replace(
                lesson, supporting=(*lesson.supporting, one), contradicting=_without(one, lesson.contradicting)
            )
        case LessonContradicted(experiment_id=one):
            return replace(
                lesson, supporting=_without(one, lesson.supporting), contradicting=(*lesson.contradicting, one)
            )
        case LessonCited(by=idea):
            return replace(lesson, cited_by=(*lesson.cited_by, idea))
        case LessonEndorsed(endorsed_by=person):
            return replace(lesson, endorsed_by=(*lesson.endorsed_by, person))
        case _:
            return lesson


def _recorded(happening: object) -> Lesson:
    match happening:
        case LessonRecorded() as first:
            return Lesson(
                lesson_id=first.lesson_id,
                experiment_ids=first.experiment_ids,
                idea_ids=first.idea_ids,
                unit=first.unit,
                author=first.author,
                recorded_by=first.recorded_by,
                statement=first.statement,
                contact_shown=first.contact_shown,
            )
        case _:
            raise TypeError(f"a lesson begins with LessonRecorded, not {type(happening).__name__}")


def _without(one: str, several: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(other for other in several if other != one)


LESSON = Decider("lesson", Lesson, evolve)

TABLE = StateTable(
    "                  emerging     supported    contested    confirmed    rejected     superseded  withdrawn ",
    support="          →supported   =            =            =            →contested   ·           ·         ",
    contradict="       →contested   →contested   =            →contested   =            ·           ·         ",
    confirm="          ·            →confirmed   →confirmed   ○            ·            ·           ·         ",
    reject="           →rejected    →rejected    →rejected    →rejected    ○            ·           ·         ",
    revise_statement=" =            →emerging    →emerging    →emerging    →emerging    ·           ·         ",
    revise="           =            =            =            =            =            ·           ·         ",
    review="           =            =            =            =            =            ·           ·         ",
    endorse="          =            =            =            =            ·            ·           ·         ",
    apply="            =            =            =            =            ·            ·           ·         ",
    validate="         =            =            =            =            ·            ·           ·         ",
    cite="             =            =            =            =            =            =           ·         ",
    supersede="        →superseded  →superseded  →superseded  →superseded  →superseded  ○           ·         ",
    withdraw="         →withdrawn   →withdrawn   →withdrawn   →withdrawn   →withdrawn   →withdrawn  ○         ",
    reinstate="        ·            ·            ·            ·            ·            →emerging   →emerging ",
)


def leads_to(command: str, lesson: Lesson) -> LessonStanding | None:
    """The standing that a command leads to; None where it is already so. Refused with not-in-this-state."""
    return cast("LessonStanding | None", TABLE.lead(command, lesson.standing))


def known(lesson: Lesson | None, *, field: str | None = None) -> Lesson:
    """The lesson; NotFound if there is none, naming the field that named it."""
    if lesson is None:
        raise NotFound("no-such-lesson", field=field)
    return lesson
