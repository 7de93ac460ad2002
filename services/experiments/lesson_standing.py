"""Whether a lesson holds: experiments speak for and against it, coaches conclude, another lesson may take its place."""

from __future__ import annotations

from typing import Literal

from chassis.command import Caller, command, given
from chassis.errors import Refused
from contracts.event import about
from contracts.lessons import (
    LessonConfirmed,
    LessonContradicted,
    LessonReinstated,
    LessonRejected,
    LessonSuperseded,
    LessonSupported,
    LessonWithdrawn,
)
from contracts.values import ExperimentId, LessonId, Note
from services.experiments.experiment_rights import COLLEAGUES
from services.experiments.lesson import Lesson, known, leads_to
from services.experiments.lesson_rights import ENOUGH_TO_CONFIRM, look_after, may_judge


@command
class SupportLesson:
    """Say that an experiment supports the lesson."""

    lesson_id: LessonId = given()
    by: Caller = given()
    experiment_id: ExperimentId = about("The experiment that says the same.")
    note: Note | None = about("How.", default=None)


@command
class ContradictLesson:
    """Say that an experiment contradicts the lesson."""

    lesson_id: LessonId = given()
    by: Caller = given()
    experiment_id: ExperimentId = about("The experiment that says something else.")
    note: Note | None = about("How.", default=None)


@command
class ConfirmLesson:
    """Say that the lesson holds."""

    lesson_id: LessonId = given()
    by: Caller = given()
    note: Note | None = about("What to add.", default=None)


@command
class RejectLesson:
    """Say that the lesson does not hold."""

    lesson_id: LessonId = given()
    by: Caller = given()
    reason: Note = about("Why.")


@command
class SupersedeLesson:
    """Say that another lesson takes its place."""

    lesson_id: LessonId = given()
    by: Caller = given()
    superseded_by: LessonId = about("The lesson that says it better.")


@command
class WithdrawLesson:
    """Take the lesson back."""

    lesson_id: LessonId = given()
    by: Caller = given()
    reason: Note = about("Why.")


@command
class ReinstateLesson:
    """Let a superseded or withdrawn lesson count again."""

    lesson_id: LessonId = given()
    by: Caller = given()
    reason: Note = about("Why.")


def support(command: SupportLesson, lesson: Lesson | None) -> list[object]:
    """Count an experiment for the lesson; the same one counts once, and no longer against it."""
    return _bearing_on(command, known(lesson), "support")


def contradict(command: ContradictLesson, lesson: Lesson | None) -> list[object]:
    """Count an experiment against the lesson; the same one counts once, and no longer for it."""
    return _bearing_on(command, known(lesson), "contradict")


def confirm(command: ConfirmLesson, lesson: Lesson | None) -> list[object]:
    """Let the lesson hold. Refused with role-needed, own-lesson, not-in-this-state, too-few-experiments."""
    lesson = known(lesson)
    may_judge(lesson, command.by)
    standing = leads_to("confirm", lesson)
    if standing is None:
        return []
    if len(lesson.supporting) < ENOUGH_TO_CONFIRM:
        raise Refused("too-few-experiments", supporting=len(lesson.supporting), needed=ENOUGH_TO_CONFIRM)
    return [
        LessonConfirmed(
            **lesson.bearings,
            leads_to=standing,
            supported_by=lesson.supporting,
            note=command.note,
            confirmed_by=command.by.person_id,
        )
    ]


def reject(command: RejectLesson, lesson: Lesson | None) -> list[object]:
    """Let the lesson not hold. Refused with role-needed, own-lesson, not-in-this-state."""
    lesson = known(lesson)
    may_judge(lesson, command.by)
    standing = leads_to("reject", lesson)
    if standing is None:
        return []
    return [
        LessonRejected(**lesson.bearings, leads_to=standing, reason=command.reason, rejected_by=command.by.person_id)
    ]


def supersede(command: SupersedeLesson, lesson: Lesson | None, successor: Lesson | None) -> list[object]:
    """Point to a better lesson, ``successor``, which must itself stand.

    Refused with not-your-lesson, not-in-this-state, supersedes-itself, no-such-lesson, successor-does-not-stand.
    """
    lesson = known(lesson)
    look_after(lesson, command.by)
    standing = leads_to("supersede", lesson)
    if standing is None:
        return []
    if command.superseded_by == lesson.lesson_id:
        raise Refused("supersedes-itself", field="superseded_by")
    if known(successor, field="superseded_by").standing in ("rejected", "superseded", "withdrawn"):
        raise Refused("successor-does-not-stand", field="superseded_by")
    return [
        LessonSuperseded(
            **lesson.bearings, leads_to=standing, by=command.superseded_by, superseded_by=command.by.person_id
        )
    ]


def withdraw(command: WithdrawLesson, lesson: Lesson | None) -> list[object]:
    """Take the lesson back; it stays in sight. Refused with not-your-lesson."""
    lesson = known(lesson)
    look_after(lesson, command.by)
    standing = leads_to("withdraw", lesson)
    if standing is None:
        return []
    return [
        LessonWithdrawn(**lesson.bearings, leads_to=standing, reason=command.reason, withdrawn_by=command.by.person_id)
    ]


def reinstate(command: ReinstateLesson, lesson: Lesson | None) -> list[object]:
    """Let the lesson count again, from the beginning. Refused with not-your-lesson, not-in-this-state."""
    lesson = known(lesson)
    look_after(lesson, command.by)
    standing = leads_to("reinstate", lesson)
    if standing is None:
        return []
    return [
        LessonReinstated(
            **lesson.bearings, leads_to=standing, reason=command.reason, reinstated_by=command.by.person_id
        )
    ]


def _bearing_on(
    command: SupportLesson | ContradictLesson, lesson: Lesson, side: Literal["support", "contradict"]
) -> list[object]:
    command.by.needs(*COLLEAGUES)
    standing = leads_to(side, lesson)
    counted = lesson.supporting if side == "support" else lesson.contradicting
    if standing is None or command.experiment_id in counted:
        return []
    said = LessonSupported if side == "support" else LessonContradicted
    return [
        said(
            **lesson.bearings,
            leads_to=standing,
            experiment_id=command.experiment_id,
            note=command.note,
            said_by=command.by.person_id,
        )
    ]
