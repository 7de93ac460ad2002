"""After the conclusion: how to go on, what is left to do, the lesson that closes it, and opening it again."""

from __future__ import annotations

from datetime import date
from functools import partial

from chassis.command import Caller, command, fresh, given
from chassis.errors import Invalid, NotFound, Refused
from contracts.event import about
from contracts.experiments import (
    DecisionTaken,
    ExperimentClosed,
    ExperimentReopened,
    FollowUpAssigned,
    FollowUpDone,
    LessonAttached,
)
from contracts.values import ExperimentId, LessonId, Note, Outcome, PartId, PersonId, TestDecision, Title
from services.experiments.experiment import TABLE, Experiment, FollowUp, evolve, known
from services.experiments.experiment_rights import finishes, mandate, needs, runs, tends


@command
class TakeDecision:
    """Choose how to go on."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    decision: TestDecision = about("scale, iterate, pivot, repeat, retire or hand_over.")
    receiver: Title | None = about("The part of the organisation that takes it over; with hand_over.", default=None)
    reason: Note = about("Why.")
    on_behalf_of: PersonId | None = about("Whom a deputy stands in for.", default=None)


@command
class AssignFollowUp:
    """Say what is left to do, and who sees to it."""

    experiment_id: ExperimentId = given()
    follow_up_id: PartId = fresh("The follow-up.")
    by: Caller = given()
    what: Note = about("What is to be done.")
    assignee: PersonId | None = about("Who sees to it; by default the owner.", default=None)
    due_on: date | None = about("The day it should be done.", default=None)


@command
class FinishFollowUp:
    """Say that it is done."""

    experiment_id: ExperimentId = given()
    follow_up_id: PartId = given()
    by: Caller = given()
    result: Note | None = about("What came of it.", default=None)


@command
class CloseExperiment:
    """Close by hand what a lesson from before it was reopened still explains."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    still_holds: bool = about("That the lesson from before it was reopened holds.", default=False)


@command
class ReopenExperiment:
    """Take back the conclusion, or the cancelling. Nothing is removed."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    reason: Note = about("Why.")


def decide(command: TakeDecision, experiment: Experiment | None) -> list[object]:
    """Choose how to go on; a later choice takes the place of an earlier one.

    Refused with role-needed, own-matter, not-in-this-state, receiver-needed, receiver-not-needed.
    """
    experiment = known(experiment)
    mandated = mandate(experiment, command.by, command.on_behalf_of)
    TABLE.lead("go_on", experiment.state)
    if (command.receiver is not None) != (command.decision == "hand_over"):
        raise Invalid("receiver-not-needed" if command.receiver else "receiver-needed", field="receiver")
    return [
        DecisionTaken(
            **experiment.bearings,
            decision=command.decision,
            receiver=command.receiver,
            reason=command.reason,
            outcome=concluded_with(experiment),
            owner=experiment.owner,
            mandate=mandated,
        )
    ]


def assign_follow_up(command: AssignFollowUp, experiment: Experiment | None) -> list[object]:
    """Say what is left to do. Refused with not-your-experiment, not-in-this-state."""
    experiment = known(experiment)
    needs(tends, experiment, command.by)
    TABLE.lead("go_on", experiment.state)
    return [
        FollowUpAssigned(
            **experiment.bearings,
            follow_up_id=command.follow_up_id,
            what=command.what,
            assignee=command.assignee or experiment.owner,
            due_on=command.due_on,
            assigned_by=command.by.person_id,
        )
    ]


def finish_follow_up(command: FinishFollowUp, experiment: Experiment | None) -> list[object]:
    """Say that it is done. Refused with not-your-experiment, not-in-this-state; the assignee may too."""
    experiment = known(experiment)
    left = _one(command.follow_up_id, experiment)
    needs(partial(finishes, left), experiment, command.by)
    TABLE.lead("go_on", experiment.state)
    if left.done:
        return []
    return [
        FollowUpDone(
            **experiment.bearings,
            follow_up_id=left.follow_up_id,
            result=command.result,
            done_by=command.by.person_id,
        )
    ]


def attach_lesson(lesson_id: LessonId, experiment: Experiment | None, *, reviewed: bool = False) -> list[object]:
    """A lesson was recorded, or ``reviewed``: it counts from now on, and closes what waits for it.

    One that counts already does nothing; one from before a reopening counts anew when it is reviewed.
    """
    experiment = known(experiment)
    if lesson_id in (experiment.counting if reviewed else experiment.lessons):
        return []
    TABLE.lead("attach", experiment.state)
    attached = LessonAttached(**experiment.bearings, lesson_id=lesson_id, again=lesson_id in experiment.lessons)
    if experiment.state != "awaiting_lesson":
        return [attached]
    return [attached, closed(evolve(experiment, attached))]


def close(command: CloseExperiment, experiment: Experiment | None) -> list[object]:
    """Close by hand. Refused with not-your-experiment, not-in-this-state, lesson-missing, say-that-it-still-holds."""
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    if TABLE.lead("close", experiment.state) is None:
        return []
    if not experiment.lessons:
        raise Refused("lesson-missing", field="experiment_id")
    if not command.still_holds:
        raise Refused("say-that-it-still-holds", field="still_holds", lessons=len(experiment.lessons))
    return [closed(experiment, by=command.by.person_id)]


def reopen(command: ReopenExperiment, experiment: Experiment | None) -> list[object]:
    """Take back the conclusion, or the cancelling. Refused with not-your-experiment, not-in-this-state."""
    experiment = known(experiment)
    needs(tends, experiment, command.by)
    TABLE.lead("reopen", experiment.state)
    return [
        ExperimentReopened(
            **experiment.bearings,
            reason=command.reason,
            previous_outcome=experiment.outcome,
            leads_to="draft" if experiment.state == "cancelled" else "awaiting_conclusion",
            reopened_by=command.by.person_id,
        )
    ]


def closed(experiment: Experiment, *, by: PersonId | None = None) -> ExperimentClosed:
    """That it is closed: by itself with the lessons that count, by a person with those they say still hold."""
    return ExperimentClosed(
        **experiment.bearings,
        outcome=concluded_with(experiment),
        lesson_ids=experiment.counting or experiment.lessons,
        still_holds=by is not None,
        closed_by=by,
    )


def concluded_with(experiment: Experiment) -> Outcome:
    """What it is concluded with; Refused("not-concluded") while it is not."""
    if experiment.outcome is None:
        raise Refused("not-concluded")
    return experiment.outcome


def _one(follow_up_id: PartId, experiment: Experiment) -> FollowUp:
    for left in experiment.follow_ups:
        if left.follow_up_id == follow_up_id:
            return left
    raise NotFound("no-such-follow-up")
