"""Writing a lesson down, changing it, and looking at it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from chassis.command import Caller, command, fresh, given
from chassis.errors import Invalid, NotAllowed
from contracts.event import about
from contracts.lessons import LessonRecorded, LessonReviewed, LessonRevised, LessonText
from contracts.values import (
    Author,
    ExperimentId,
    IdeaId,
    Language,
    LessonId,
    Link,
    Note,
    Source,
    Text,
    Title,
    UnitId,
    Word,
)
from services.experiments.experiment import Experiment
from services.experiments.experiment_rights import COLLEAGUES
from services.experiments.lesson import Lesson, known, leads_to
from services.experiments.lesson_rights import look_after, owns

T = TypeVar("T")


@command
class RecordLesson:
    """Write down what was learned. Only the statement is needed."""

    lesson_id: LessonId = fresh("The lesson; of something imported always the same.", same_for="source")
    by: Caller = given()
    statement: Text = about("What was learned: from that we learned …")
    title: Title | None = about("The lesson in one line.", default=None)
    observation: Text | None = about("What was seen.", default=None)
    contributing_factors: tuple[Note, ...] = about("What it depended on.", default=(), most=50)
    recommendation: Text | None = about("What to do about it: therefore we will …", default=None)
    applies_when: Text | None = about("Where it holds.", default=None)
    does_not_apply_when: Text | None = about("Where it does not hold.", default=None)
    unit: UnitId | None = about("The unit that learned it; by default the experiment's, else one's own.", default=None)
    tags: tuple[Word, ...] = about("Words to find it by.", default=(), most=50)
    links: tuple[Link, ...] = about("To read elsewhere.", default=(), most=20)
    language: Language = about("The language it is written in.", default="sv")
    experiment_ids: tuple[ExperimentId, ...] = about("The experiments it was learned from.", default=(), most=50)
    idea_ids: tuple[IdeaId, ...] = about(
        "The ideas it is about; those of the experiments are added.", default=(), most=50
    )
    author: Author | None = about("Who learned it; by default oneself.", default=None)
    contact_shown: bool = about("Whether one wants to be asked about it.", default=False)
    review_on: date | None = about("The day to look at it again.", default=None)
    source: Source | None = about("Where it is imported from; role service only.", default=None)
    occurred_at: datetime | None = about("When it was written down; role service only.", default=None)


@command
class ReviseLesson:
    """Change a lesson. What is left out stays as it is; an empty list empties."""

    lesson_id: LessonId = given()
    by: Caller = given()
    statement: Text | None = about("What was learned; another statement begins as emerging.", default=None)
    title: Title | None = about("The lesson in one line.", default=None)
    observation: Text | None = about("What was seen.", default=None)
    contributing_factors: tuple[Note, ...] | None = about("What it depended on.", default=None, most=50)
    recommendation: Text | None = about("What to do about it.", default=None)
    applies_when: Text | None = about("Where it holds.", default=None)
    does_not_apply_when: Text | None = about("Where it does not hold.", default=None)
    tags: tuple[Word, ...] | None = about("Words to find it by.", default=None, most=50)
    links: tuple[Link, ...] | None = about("To read elsewhere.", default=None, most=20)
    language: Language | None = about("The language it is written in.", default=None)
    contact_shown: bool | None = about("Whether its author wants to be asked about it.", default=None)
    review_on: date | None = about("The day to look at it again.", default=None)
    cleared: tuple[LessonText, ...] = about("Fields to empty.", default=(), most=6)
    reason: Note | None = about("Why.", default=None)


@command
class ReviewLesson:
    """Say that one has looked at the lesson again and lets it stand."""

    lesson_id: LessonId = given()
    by: Caller = given()
    note: Note | None = about("What was found.", default=None)
    review_on: date | None = about("The day to look at it the next time.", default=None)


_WORDED = (
    *("statement", "title", "observation", "contributing_factors", "recommendation", "applies_when"),
    *("does_not_apply_when", "tags", "links", "language", "contact_shown", "review_on"),
)
"""What a lesson says, as it is recorded and as it may be revised."""


def record(command: RecordLesson, lesson: Lesson | None, tested: Sequence[Experiment] = ()) -> list[object]:
    """Write down what was learned, ``tested`` being the experiments that the command names.

    Refused with only-services-import, unit-needed, contact-is-the-authors. The same row imported again is already so.
    """
    by = command.by
    by.needs(*COLLEAGUES, "service")
    if command.source is not None and not by.has("service"):
        raise NotAllowed("only-services-import", field="source")
    if lesson is not None:
        return []
    unit = command.unit or next((experiment.unit for experiment in tested), by.unit)
    if unit is None:
        raise Invalid("unit-needed", field="unit")
    return [_recorded(command, unit, tested)]


def revise(command: ReviseLesson, lesson: Lesson | None) -> list[object]:
    """Change what a lesson says.

    Refused with not-your-lesson, contact-is-the-authors, not-in-this-state, changed-and-emptied. The same statement
    again is no change.
    """
    lesson = known(lesson)
    look_after(lesson, command.by)
    changed: dict[str, Any] = {name: new for name in _WORDED if (new := getattr(command, name)) is not None}
    if "contact_shown" in changed and not owns(lesson, command.by):
        raise NotAllowed("contact-is-the-authors", field="contact_shown")
    if changed.get("statement") == lesson.statement:
        del changed["statement"]
    standing = leads_to("revise_statement" if "statement" in changed else "revise", lesson)
    if twice := set(changed) & set(command.cleared):
        raise Invalid("changed-and-emptied", field=min(twice))
    if standing is None or not (changed or command.cleared):
        return []
    return [
        LessonRevised(
            **lesson.bearings,
            leads_to=standing,
            **changed,
            cleared=_each_once(command.cleared),
            reason=command.reason,
            revised_by=command.by.person_id,
        )
    ]


def review(command: ReviewLesson, lesson: Lesson | None) -> list[object]:
    """Let the lesson stand after another look. Refused with not-your-lesson, not-in-this-state."""
    lesson = known(lesson)
    look_after(lesson, command.by)
    leads_to("review", lesson)
    return [
        LessonReviewed(
            **lesson.bearings, note=command.note, review_on=command.review_on, reviewed_by=command.by.person_id
        )
    ]


def _recorded(command: RecordLesson, unit: UnitId, tested: Sequence[Experiment]) -> LessonRecorded:
    said: dict[str, Any] = {name: getattr(command, name) for name in _WORDED}
    return LessonRecorded(
        **{**said, "tags": _each_once(command.tags)},
        lesson_id=command.lesson_id,
        experiment_ids=_each_once(command.experiment_ids),
        idea_ids=_each_once(command.idea_ids, *(experiment.idea_ids for experiment in tested)),
        unit=unit,
        author=_author(command),
        recorded_by=command.by.person_id,
        source=command.source,
    )


def _author(command: RecordLesson) -> Author:
    """Who learned it. Nobody but the author, or the import of what they once chose, shows them as a contact."""
    by = command.by
    oneself = Author(kind="employee", person_id=None if by.has("service") else by.person_id)
    author = command.author or oneself
    if command.contact_shown and author.person_id != by.person_id and not by.has("service"):
        raise NotAllowed("contact-is-the-authors", field="contact_shown")
    return author


def _each_once(*several: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(one for group in several for one in group))
