"""Whether a test may start: the unit's decider says so, unless no check asks for it."""

from __future__ import annotations

from chassis.command import Caller, command, given
from chassis.errors import Refused
from contracts.event import about
from contracts.experiments import ApprovalRequested, ApprovalReturned, Checks, ExperimentApproved
from contracts.values import ExperimentId, Note, PersonId
from services.experiments.experiment import TABLE, Experiment, known
from services.experiments.experiment_rights import mandate, needs, runs


@command
class AskApproval:
    """Ask the unit's decider whether the experiment may start."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    message: Note | None = about("What the decider should know.", default=None)


@command
class ApproveExperiment:
    """Let the experiment start."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    conditions: Note | None = about("What must be kept to.", default=None)
    on_behalf_of: PersonId | None = about("Whom a deputy stands in for.", default=None)


@command
class ReturnApproval:
    """Send the plan back."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    reason: Note = about("Why, and what to change.")
    on_behalf_of: PersonId | None = about("Whom a deputy stands in for.", default=None)


def ask_approval(command: AskApproval, experiment: Experiment | None) -> list[object]:
    """Ask for approval. Refused with not-your-experiment, not-in-this-state, checks-unanswered."""
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    TABLE.lead("ask", experiment.state)
    return [
        ApprovalRequested(
            **experiment.bearings,
            owner=experiment.owner,
            checks=answered(experiment),
            message=command.message,
            requested_by=command.by.person_id,
        )
    ]


def approve(command: ApproveExperiment, experiment: Experiment | None) -> list[object]:
    """Let the experiment start. Refused with role-needed, own-matter, not-in-this-state, checks-unanswered."""
    experiment = known(experiment)
    mandated = mandate(experiment, command.by, command.on_behalf_of)
    if TABLE.lead("approve", experiment.state) is None:
        return []
    answered(experiment)
    return [
        ExperimentApproved(
            **experiment.bearings, owner=experiment.owner, conditions=command.conditions, mandate=mandated
        )
    ]


def send_back(command: ReturnApproval, experiment: Experiment | None) -> list[object]:
    """Send the plan back to those who run it. Refused with role-needed, own-matter, not-in-this-state."""
    experiment = known(experiment)
    mandated = mandate(experiment, command.by, command.on_behalf_of)
    TABLE.lead("send_back", experiment.state)
    return [ApprovalReturned(**experiment.bearings, owner=experiment.owner, reason=command.reason, mandate=mandated)]


def answered(experiment: Experiment) -> Checks:
    """The answers to the checks; Refused("checks-unanswered", field="checks") where there are none yet."""
    if experiment.checks is None:
        raise Refused("checks-unanswered", field="checks")
    return experiment.checks
