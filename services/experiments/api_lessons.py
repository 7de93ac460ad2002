"""Lessons over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from marshmallow.validate import Length, Range

from chassis.decider import Attempt, Work
from chassis.errors import NotFound
from chassis.web import Read, Routes
from contracts.event import about, value
from contracts.lessons import LessonMark, LessonStanding
from contracts.values import ExperimentId, LessonId, UnitId, Word
from services.experiments.experiment import EXPERIMENT, Experiment
from services.experiments.lesson import LESSON, Lesson, known
from services.experiments.lesson_page import LessonPage, LessonShown, lesson_page, lesson_shown
from services.experiments.lesson_rights import allowed_actions
from services.experiments.lesson_standing import (
    ContradictLesson,
    SupersedeLesson,
    SupportLesson,
    confirm,
    contradict,
    reinstate,
    reject,
    supersede,
    support,
    withdraw,
)
from services.experiments.lesson_use import apply, endorse, validate
from services.experiments.lesson_writing import RecordLesson, record, review, revise
from services.experiments.read_models.lesson_library import (
    LESSON_LIBRARY,
    Sort,
    library_page,
    library_where,
)

routes = Routes("lessons", "Lessons: write them down, find them, say whether they hold, use them")

ONE = "/lessons/<lesson_id>"

routes.decision("PATCH", ONE, LESSON, revise, if_match=True)
_DECISIONS: Mapping[str, Callable[[Any, Lesson | None], list[object]]] = {
    "confirm": confirm,
    "reject": reject,
    "endorse": endorse,
    "apply": apply,
    "validate": validate,
    "review": review,
    "withdraw": withdraw,
    "reinstate": reinstate,
}
for path, decision in _DECISIONS.items():
    routes.decision("POST", f"{ONE}/{path}", LESSON, decision)


@routes.command("POST", "/lessons", RecordLesson, LESSON, status=201)
def record_lesson(command: RecordLesson) -> Work:
    """Write down what was learned; only the statement is needed. One from the same source again is already so."""

    def work(attempt: Attempt) -> None:
        tested = [_experiment(attempt, one, "experiment_ids") for one in dict.fromkeys(command.experiment_ids)]
        decided = record(command, attempt.read(LESSON, command.lesson_id), tested)
        attempt.record(LESSON, command.lesson_id, decided)

    return work


@routes.command("POST", f"{ONE}/support", SupportLesson, LESSON)
def support_lesson(command: SupportLesson) -> Work:
    """Say that an experiment supports the lesson; the same one counts once."""
    return _said_by_experiment(command, partial(support, command))


@routes.command("POST", f"{ONE}/contradict", ContradictLesson, LESSON)
def contradict_lesson(command: ContradictLesson) -> Work:
    """Say that an experiment contradicts the lesson; the same one counts once."""
    return _said_by_experiment(command, partial(contradict, command))


@routes.command("POST", f"{ONE}/supersede", SupersedeLesson, LESSON)
def supersede_lesson(command: SupersedeLesson) -> Work:
    """Say that another lesson takes its place; this one stays in sight and points there."""

    def work(attempt: Attempt) -> None:
        lesson, better = (attempt.read(LESSON, one) for one in (command.lesson_id, command.superseded_by))
        attempt.record(LESSON, command.lesson_id, supersede(command, lesson, better))

    return work


def _said_by_experiment(
    command: SupportLesson | ContradictLesson, decide: Callable[[Lesson | None], list[object]]
) -> Work:
    def work(attempt: Attempt) -> None:
        decided = decide(attempt.read(LESSON, command.lesson_id))
        _experiment(attempt, command.experiment_id, "experiment_id")
        attempt.record(LESSON, command.lesson_id, decided)

    return work


def _experiment(attempt: Attempt, experiment_id: ExperimentId, field: str) -> Experiment:
    experiment = attempt.read(EXPERIMENT, experiment_id)
    if experiment is None:
        raise NotFound("no-such-experiment", field=field)
    return experiment


@value
class LessonAsked:
    """Which lesson, as of when."""

    lesson_id: LessonId = about("The lesson.")
    as_of: datetime | None = about("Show it as it was known at this moment.", default=None)


@routes.query(ONE)
def show_lesson(asked: LessonAsked, read: Read) -> LessonPage:
    """Show a lesson with all that happened to it; ``as_of`` shows what was known then."""
    history = read.events(LESSON, asked.lesson_id, asked.as_of)
    return lesson_page(history, None if asked.as_of else read.caller)


@value
class LessonsAsked:
    """Which lessons, in which order."""

    text: str | None = about("That resemble this text, the most alike first.", default=None, validate=Length(1, 2_000))
    unit: UnitId | None = about("Of this unit and those below it.", default=None)
    tag: Word | None = about("With this tag.", default=None)
    standing: tuple[LessonStanding, ...] = about("With one of these standings.", default=(), most=7)
    use: LessonMark | None = about("With this mark of use; every lesson has recorded.", default=None)
    sort: Sort = about("newest or most_used; not with text.", default="newest")
    limit: int = about("How many at most.", default=50, validate=Range(min=1, max=200))
    after: str | None = about("What the page before said is next; not with text.", default=None)


@value
class LessonList:
    """Some of the lessons."""

    items: tuple[LessonShown, ...] = about("They, in the order asked for.")
    next: str | None = about("Where the next page begins.")
    behind: tuple[LessonId, ...] = about("Those of them whose row lags.")


@routes.query("/lessons", of=(LESSON_LIBRARY,))
def list_lessons(asked: LessonsAsked, read: Read) -> LessonList:
    """List what was learned; what was rejected, superseded or withdrawn stays in sight."""
    library = read.rows(LESSON_LIBRARY)
    where = library_where(library, unit=asked.unit, tag=asked.tag, standings=asked.standing, use=asked.use)
    page = library_page(library, *where, text=asked.text, sort=asked.sort, after=asked.after, limit=asked.limit)
    lessons = read.states(LESSON, (card.lesson_id for card in page.rows))
    items = tuple(
        lesson_shown(card, allowed_actions(known(lessons[card.lesson_id]), read.caller)) for card in page.rows
    )
    return LessonList(items=items, next=page.next, behind=library.behind(page.rows))
