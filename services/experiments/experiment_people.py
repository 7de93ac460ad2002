"""Who leads an experiment, who runs it, and who wants to be asked: nothing stops because somebody left."""

from __future__ import annotations

from chassis.command import Caller, command, given
from chassis.errors import NotAllowed
from contracts.event import about
from contracts.experiments import ExperimentRevised, OwnerChanged, TeamChanged
from contracts.values import ExperimentId, Note, PersonId
from services.experiments.experiment import TABLE, Experiment, known
from services.experiments.experiment_planning import without
from services.experiments.experiment_rights import hands_over, needs, owns, tends


@command
class ChangeOwner:
    """Let somebody else lead the experiment."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    to: PersonId = about("Who leads it from now on.")
    reason: Note = about("Why.")


@command
class ChangeTeam:
    """Say who runs the experiment together with its owner."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    team: tuple[PersonId, ...] = about("All of them, in place of those before.", most=50)


@command
class ShowContact:
    """Choose whether others may see that one leads the experiment, so that they can ask about it."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    shown: bool = about("Whether one wants to be asked about it by others.")


def change_owner(command: ChangeOwner, experiment: Experiment | None) -> list[object]:
    """Hand the experiment to somebody else. Refused with not-your-experiment, not-in-this-state."""
    experiment = known(experiment)
    needs(hands_over, experiment, command.by)
    TABLE.lead("people", experiment.state)
    if command.to == experiment.owner:
        return []
    return [
        OwnerChanged(
            **experiment.bearings,
            previous=experiment.owner,
            to=command.to,
            team=without(command.to, experiment.team),
            reason=command.reason,
            changed_by=command.by.person_id,
        )
    ]


def change_team(command: ChangeTeam, experiment: Experiment | None) -> list[object]:
    """Change who runs the experiment. Refused with not-your-experiment, not-in-this-state."""
    experiment = known(experiment)
    needs(tends, experiment, command.by)
    TABLE.lead("people", experiment.state)
    team = without(experiment.owner, command.team)
    if team == experiment.team:
        return []
    return [
        TeamChanged(
            **experiment.bearings,
            owner=experiment.owner,
            team=team,
            joined=tuple(person for person in team if person not in experiment.team),
            left=tuple(person for person in experiment.team if person not in team),
            changed_by=command.by.person_id,
        )
    ]


def show_contact(command: ShowContact, experiment: Experiment | None) -> list[object]:
    """Choose whether one is shown as a contact. Refused with contact-is-the-owners, not-in-this-state."""
    experiment = known(experiment)
    if not owns(experiment, command.by):
        raise NotAllowed("contact-is-the-owners")
    TABLE.lead("people", experiment.state)
    if command.shown == experiment.contact_shown:
        return []
    return [
        ExperimentRevised(
            **experiment.bearings,
            contact_shown=command.shown,
            leads_to=experiment.state,
            revised_by=command.by.person_id,
        )
    ]
