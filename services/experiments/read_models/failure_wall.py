"""failure_wall (Prövat och lärt): what failed, what did we expect, what did we see, what did we learn?

One row per experiment. Its lessons are streams of their own and may be heard of before or after it: a row waits,
unshown, until the experiment has failed, and is taken down while a reopened one has no conclusion. It says which unit
tried, never who, unless they want to be asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

import sqlalchemy as sa

from chassis.processing.read_model import ReadModel, indexed, key, row
from chassis.processing.rows import Page, Rows
from chassis.processing.words import words_of
from chassis.recorded import Recorded
from contracts.event import about, replace, value
from contracts.experiments import (
    Afterthoughts,
    ConclusionCorrected,
    ConclusionSupplemented,
    CriteriaAmended,
    Criterion,
    CriterionResult,
    DecisionTaken,
    Effort,
    ExperimentFailed,
    ExperimentReopened,
    ExperimentRevised,
    ObservationCorrected,
    ObservationRecorded,
    ObservationWithdrawn,
    OfExperiment,
    OwnerChanged,
    TeamChanged,
)
from contracts.lessons import (
    LessonConfirmed,
    LessonContradicted,
    LessonRecorded,
    LessonReinstated,
    LessonRejected,
    LessonRevised,
    LessonStanding,
    LessonSuperseded,
    LessonSupported,
    LessonWithdrawn,
    OfLesson,
    StandingOfLesson,
)
from contracts.units import descendants
from contracts.values import EvidenceLevel, TestDecision

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


@value
class Learned:
    """A lesson from the experiment."""

    lesson_id: str = about("The lesson.")
    recorded_at: datetime = about("When it was first heard of.")
    statement: str = about("What was learned.", default="")
    title: str | None = about("The lesson in one line.", default=None)
    recommendation: str | None = about("What to do about it.", default=None)
    standing: LessonStanding = about("Whether it holds.", default="emerging")


@value
class Amended:
    """A change, while the test ran, of what it was to be judged by."""

    at: datetime = about("When.")
    reason: str = about("Why.")
    before: tuple[Criterion, ...] = about("What it would have been judged by.")
    after: tuple[Criterion, ...] = about("What it was judged by from then on.")


@value
class SeenLate:
    """Something seen after the conclusion: it stands beside it, and never changes it."""

    observation_id: str = about("The observation.")
    criterion_id: str = about("The criterion that it is of.")
    value: str = about("What was seen, in the criterion's unit of measure.")
    observed_on: date = about("The day it was seen.")


@row
class Failure:
    """A failed experiment, and what is known of it today."""

    experiment_id: str = key()
    shown: bool = indexed(default=False)
    failed_at: datetime = indexed(default=_BEFORE_ALL)
    unit: str = indexed(default="")
    title: str = ""
    hypothesis: str = ""
    test_method: str | None = None
    per_criterion: tuple[CriterionResult, ...] = ()
    evidence_level: EvidenceLevel = "none"
    amendments: tuple[Amended, ...] = ()
    late: tuple[SeenLate, ...] = ()
    surprise: str | None = None
    deviations: str | None = None
    explanation: str | None = None
    cost: Effort | None = None
    decision: TestDecision | None = None
    lessons: tuple[Learned, ...] = ()
    """Oldest first."""
    idea_ids: tuple[str, ...] = ()
    challenge_id: str | None = None
    owner: str = ""
    contact_shown: bool = False
    heading: str = ""
    words: str = ""

    @property
    def contact(self) -> str | None:
        """Whom to ask about it."""
        return self.owner if self.contact_shown else None


def onto_failure_wall(failure: Failure | None, recorded: Recorded, key: str) -> Failure:
    """The row after an event of the experiment, or of a lesson learned from it."""
    failure = failure or Failure(experiment_id=key)
    happening = recorded.event
    if isinstance(happening, OfLesson):
        return _with_words(_learned(failure, happening, recorded.happened_at))
    failure = replace(failure, title=happening.title, unit=happening.unit, idea_ids=happening.idea_ids)
    return _with_words(_concluded(_seen(failure, happening, recorded.happened_at), happening, recorded.happened_at))


def _concluded(failure: Failure, happening: OfExperiment, at: datetime) -> Failure:
    match happening:
        case ExperimentFailed():
            return _failed(failure, happening, at)
        case ExperimentReopened():
            return replace(
                failure, shown=False, surprise=None, deviations=None, explanation=None, cost=None, decision=None
            )
        case ConclusionSupplemented() | ConclusionCorrected():
            return _thought_again(failure, happening)
        case DecisionTaken(decision=decision):
            return replace(failure, decision=decision)
        case OwnerChanged(to=owner):
            return replace(failure, owner=owner, contact_shown=False)
        case TeamChanged(owner=owner):
            return replace(failure, owner=owner)
        case ExperimentRevised(contact_shown=bool(shown)):
            return replace(failure, contact_shown=shown)
        case _:
            return failure


def _failed(failure: Failure, conclusion: ExperimentFailed, at: datetime) -> Failure:
    return replace(
        failure,
        shown=True,
        failed_at=at,
        hypothesis=conclusion.hypothesis,
        test_method=conclusion.test_method,
        per_criterion=conclusion.per_criterion,
        evidence_level=conclusion.evidence_level,
        late=(),
        challenge_id=conclusion.challenge_id,
        owner=conclusion.owner,
        contact_shown=conclusion.contact_shown,
    )


def _thought_again(failure: Failure, told: Afterthoughts) -> Failure:
    return replace(
        failure,
        surprise=told.surprise or failure.surprise,
        deviations=told.deviations or failure.deviations,
        explanation=told.explanation or failure.explanation,
        cost=told.cost or failure.cost,
        evidence_level=getattr(told, "evidence_level", None) or failure.evidence_level,
    )


def _seen(failure: Failure, happening: OfExperiment, at: datetime) -> Failure:
    """With what stands beside the conclusion: amendments before it, observations after it."""
    match happening:
        case CriteriaAmended(reason=reason, before=before, after=after):
            amended = Amended(at=at, reason=reason, before=before, after=after)
            return replace(failure, amendments=(*failure.amendments, amended))
        case ObservationRecorded(late=True) | ObservationCorrected(late=True):
            seen = SeenLate(
                observation_id=happening.observation_id,
                criterion_id=happening.criterion_id,
                value=happening.value,
                observed_on=happening.observed_on,
            )
            return replace(failure, late=(*_others(failure.late, happening.observation_id), seen))
        case ObservationWithdrawn(late=True, observation_id=withdrawn):
            return replace(failure, late=_others(failure.late, withdrawn))
        case _:
            return failure


def _others(seen: tuple[SeenLate, ...], observation_id: str) -> tuple[SeenLate, ...]:
    return tuple(other for other in seen if other.observation_id != observation_id)


def _learned(failure: Failure, happening: OfLesson, at: datetime) -> Failure:
    lessons = {lesson.lesson_id: lesson for lesson in failure.lessons}
    before = lessons.get(happening.lesson_id) or Learned(lesson_id=happening.lesson_id, recorded_at=at)
    lessons[before.lesson_id] = _reworded(before, happening)
    in_order = sorted(lessons.values(), key=lambda lesson: (lesson.recorded_at, lesson.lesson_id))
    return replace(failure, lessons=tuple(in_order))


def _reworded(lesson: Learned, happening: OfLesson) -> Learned:
    if isinstance(happening, StandingOfLesson):
        lesson = replace(lesson, standing=happening.leads_to)
    if not isinstance(happening, LessonRecorded | LessonRevised):
        return lesson
    cleared = happening.cleared if isinstance(happening, LessonRevised) else ()
    return replace(
        lesson,
        statement=happening.statement or lesson.statement,
        title=None if "title" in cleared else happening.title or lesson.title,
        recommendation=None if "recommendation" in cleared else happening.recommendation or lesson.recommendation,
    )


def _with_words(failure: Failure) -> Failure:
    """Found only while it is shown."""
    if not failure.shown:
        return replace(failure, heading="", words="")
    learned = (text for lesson in failure.lessons for text in (lesson.statement, lesson.recommendation))
    told = (failure.hypothesis, failure.test_method, failure.surprise, failure.explanation)
    heading = words_of(failure.title, *(lesson.title for lesson in failure.lessons))
    return replace(failure, heading=heading, words=words_of(*told, *learned))


def _experiments(recorded: Recorded) -> Iterable[str]:
    happening = recorded.event
    return happening.experiment_ids if isinstance(happening, OfLesson) else (happening.experiment_id,)


FAILURE_WALL: ReadModel[Failure] = ReadModel(
    name="failure_wall",
    version=1,
    row=Failure,
    sources=("experiments",),
    on=(
        *(CriteriaAmended, ObservationRecorded, ObservationCorrected, ObservationWithdrawn, ExperimentFailed),
        *(ConclusionSupplemented, ConclusionCorrected, DecisionTaken, ExperimentReopened),
        *(ExperimentRevised, OwnerChanged, TeamChanged),
        *(LessonRecorded, LessonRevised, LessonSupported, LessonContradicted, LessonConfirmed, LessonRejected),
        *(LessonSuperseded, LessonWithdrawn, LessonReinstated),
    ),
    keys=_experiments,
    fold=onto_failure_wall,
    search="words",
    heading="heading",
)


def wall_where(
    wall: Rows[Failure], *, unit: str | None = None, challenge_id: str | None = None
) -> list[sa.ColumnElement[bool]]:
    """What hangs on the wall: of this unit and every unit below it, of this challenge; None: of any."""
    columns = wall.table.c
    where: list[sa.ColumnElement[bool]] = [columns.shown.is_(True)]
    if unit is not None:
        where.append(columns.unit.in_(sorted(descendants(unit))))
    if challenge_id is not None:
        where.append(columns.challenge_id == challenge_id)
    return where


def wall_page(
    wall: Rows[Failure],
    *where: sa.ColumnElement[bool],
    text: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Failure]:
    """A page of the wall, the latest failure first; or what resembles a text. Invalid for a cursor not its own."""
    return wall.page(*where, text=text, by=("failed_at",), descending=True, after=after, limit=limit)
