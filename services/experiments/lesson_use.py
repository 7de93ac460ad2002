"""How a lesson is used: cited, endorsed, applied, and shown to have made a difference."""

from __future__ import annotations

from datetime import date

from chassis.command import Caller, command, fresh, given
from contracts.event import about
from contracts.lessons import LessonApplied, LessonCited, LessonEndorsed, LessonValidated
from contracts.values import IdeaId, LessonId, Note, PartId, Title
from services.experiments.experiment_rights import COLLEAGUES
from services.experiments.lesson import Lesson, known, leads_to


@command
class CiteLesson:
    """An idea builds on the lesson; said by the idea's own event, never over HTTP."""

    lesson_id: LessonId = given()
    idea_id: IdeaId = given()
    how: Note = given()


@command
class EndorseLesson:
    """Recommend the lesson to others."""

    lesson_id: LessonId = given()
    by: Caller = given()


@command
class ApplyLesson:
    """Tell that something is done in another way because of the lesson."""

    lesson_id: LessonId = given()
    by: Caller = given()
    application_id: PartId = fresh("This use of it.")
    where: Title = about("Where it is used; never a person's name.")
    what_changed: Note = about("What is done in another way now.")
    applied_on: date | None = about("The day it changed.", default=None)


@command
class ValidateLesson:
    """Show that the lesson has made a difference."""

    lesson_id: LessonId = given()
    by: Caller = given()
    validation_id: PartId = fresh("This proof.")
    proof: Note = about("What shows that it made a difference.")


def cite(command: CiteLesson, lesson: Lesson | None) -> list[object]:
    """Let an idea build on the lesson; the same idea cites it once. Refused with not-in-this-state."""
    lesson = known(lesson)
    leads_to("cite", lesson)
    if command.idea_id in lesson.cited_by:
        return []
    return [LessonCited(**lesson.bearings, by=command.idea_id, how=command.how)]


def endorse(command: EndorseLesson, lesson: Lesson | None) -> list[object]:
    """Recommend the lesson, each person once. Refused with role-needed, not-in-this-state."""
    lesson = known(lesson)
    command.by.needs(*COLLEAGUES)
    leads_to("endorse", lesson)
    if command.by.person_id in lesson.endorsed_by:
        return []
    return [LessonEndorsed(**lesson.bearings, endorsed_by=command.by.person_id)]


def apply(command: ApplyLesson, lesson: Lesson | None) -> list[object]:
    """Tell what is done in another way. Refused with role-needed, not-in-this-state."""
    lesson = known(lesson)
    command.by.needs(*COLLEAGUES)
    leads_to("apply", lesson)
    return [
        LessonApplied(
            **lesson.bearings,
            application_id=command.application_id,
            where=command.where,
            what_changed=command.what_changed,
            applied_on=command.applied_on,
            applied_by=command.by.person_id,
        )
    ]


def validate(command: ValidateLesson, lesson: Lesson | None) -> list[object]:
    """Show that it made a difference. Refused with role-needed, not-in-this-state."""
    lesson = known(lesson)
    command.by.needs(*COLLEAGUES)
    leads_to("validate", lesson)
    return [
        LessonValidated(
            **lesson.bearings,
            validation_id=command.validation_id,
            proof=command.proof,
            validated_by=command.by.person_id,
        )
    ]
