"""Planning an experiment: what is believed, how it is tested, what it is judged by, what has to be thought of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import count
from typing import Any

from chassis.command import Caller, command, fresh, given
from chassis.errors import Invalid, NotAllowed, Refused
from contracts.event import about, value
from contracts.experiments import (
    Checks,
    ChecksAnswered,
    CriteriaSet,
    Criterion,
    Effort,
    Expectation,
    ExperimentCancelled,
    ExperimentDrafted,
    ExperimentRevised,
    ExperimentState,
    ExperimentText,
    Follows,
    Phase,
)
from contracts.values import (
    ChallengeId,
    CriterionId,
    ExperimentId,
    IdeaId,
    Language,
    Link,
    Note,
    PersonId,
    Text,
    Title,
    UnitId,
)
from services.experiments.experiment import CHECKED, TABLE, Experiment, known
from services.experiments.experiment_rights import COLLEAGUES, needs, runs, tends

FROZEN = ("hypothesis", "test_method", "idea_ids")
"""What is tested: from the start on it stays as it is."""
_REVISABLE = (
    *("title", "idea_ids", "challenge_id", "phase", "hypothesis", "test_method", "test_group", "budget"),
    *("starts_on", "ends_on", "follows", "links", "language"),
)
TELL_HOW = ("residents", "personal_data")
"""The checks that are handled by informing people or asking for their consent."""


@command
class DraftExperiment:
    """Plan an experiment. Only a title is needed to begin with."""

    experiment_id: ExperimentId = fresh("The experiment.")
    by: Caller = given()
    title: Title = about("The experiment in one line.")
    idea_ids: tuple[IdeaId, ...] = about("The ideas that it tests.", default=(), most=50)
    challenge_id: ChallengeId | None = about("The challenge that its ideas answer.", default=None)
    unit: UnitId | None = about("The unit it belongs to; by default one's own.", default=None)
    phase: Phase = about("explore, pilot or scale.", default="explore")
    hypothesis: Text | None = about("We believe that …", default=None)
    test_method: Text | None = about("To verify that, we will …", default=None)
    test_group: Note | None = about("With whom it is tested; never a person's name.", default=None)
    owner: PersonId | None = about("Who leads it; by default oneself, another only if a coach says so.", default=None)
    team: tuple[PersonId, ...] = about("Who runs it together with the owner.", default=(), most=50)
    budget: Effort | None = about("What it may take.", default=None)
    starts_on: date | None = about("The day it is meant to start.", default=None)
    ends_on: date | None = about("The day it is meant to end.", default=None)
    follows: Follows | None = about("The experiment that it goes on from.", default=None)
    links: tuple[Link, ...] = about("To read elsewhere.", default=(), most=20)
    language: Language = about("The language it is written in.", default="sv")
    contact_shown: bool = about("Whether one wants to be asked about it by others, as its owner.", default=False)


@command
class ReviseExperiment:
    """Change the plan. What is left out stays as it is; an empty list empties."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    title: Title | None = about("The experiment in one line.", default=None)
    idea_ids: tuple[IdeaId, ...] | None = about("The ideas that it tests; until it starts.", default=None, most=50)
    challenge_id: ChallengeId | None = about("The challenge that its ideas answer.", default=None)
    phase: Phase | None = about("explore, pilot or scale.", default=None)
    hypothesis: Text | None = about("We believe that …; until it starts.", default=None)
    test_method: Text | None = about("To verify that, we will …; until it starts.", default=None)
    test_group: Note | None = about("With whom it is tested; never a person's name.", default=None)
    budget: Effort | None = about("What it may take.", default=None)
    starts_on: date | None = about("The day it is meant to start.", default=None)
    ends_on: date | None = about("The day it is meant to end.", default=None)
    follows: Follows | None = about("The experiment that it goes on from.", default=None)
    links: tuple[Link, ...] | None = about("To read elsewhere.", default=None, most=20)
    language: Language | None = about("The language it is written in.", default=None)
    cleared: tuple[ExperimentText, ...] = about("Fields to empty.", default=(), most=8)
    reason: Note | None = about("Why; needed once it has started.", default=None)


@value
class WantedCriterion(Expectation):
    """A criterion as it is asked for."""

    id: CriterionId | None = about(
        "What observations refer to it by. Name one that is there to keep or change it; left out, one is made.",
        default=None,
    )


@command
class SetCriteria:
    """Say what the experiment will be judged by: all of it, in place of what was said before."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    criteria: tuple[WantedCriterion, ...] = about("All criteria, in the order they are shown.", most=50)


@command
class AnswerChecks:
    """Say what was thought of before the test begins."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    checks: Checks = about("An answer to each question.")


@command
class CancelExperiment:
    """Give up an experiment that never started."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    reason: Note = about("Why.")


def draft(command: DraftExperiment, experiment: Experiment | None) -> list[object]:
    """Plan an experiment.

    Refused with role-needed, unit-needed, ends-before-it-starts, owner-is-named-by-coaches, contact-is-the-owners.
    """
    by = command.by
    by.needs(*COLLEAGUES)
    unit = command.unit or by.unit
    if unit is None:
        raise Invalid("unit-needed", field="unit")
    owner = _owner(command)
    _in_order(command.starts_on, command.ends_on)
    return [_drafted(command, unit, owner)]


def revise(command: ReviseExperiment, experiment: Experiment | None) -> list[object]:
    """Change the plan. Changing what is tested asks for approval anew, and is refused once it has started.

    Refused with not-your-experiment, frozen-since-start, not-in-this-state, reason-needed, ends-before-it-starts.
    """
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    TABLE.lead("revise", experiment.state)
    changed = _changed(command, experiment)
    if not changed and not command.cleared:
        return []
    if twice := set(changed) & set(command.cleared):
        raise Invalid("changed-and-emptied", field=min(twice))
    frozen = [name for name in FROZEN if name in changed or name in command.cleared]
    if frozen and experiment.has_started:
        raise Refused("frozen-since-start", field=frozen[0])
    if experiment.has_started and command.reason is None:
        raise Invalid("reason-needed", field="reason")
    return [_revised(command, experiment, changed, leads_to="draft" if frozen else experiment.state)]


def set_criteria(command: SetCriteria, experiment: Experiment | None) -> list[object]:
    """Set what it will be judged by. Refused with not-your-experiment, criterion-twice, frozen-since-start."""
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    if experiment.has_started:
        raise Refused("frozen-since-start", field="criteria")
    TABLE.lead("set", experiment.state)
    return [CriteriaSet(**experiment.bearings, criteria=numbered(command.criteria), set_by=command.by.person_id)]


def answer_checks(command: AnswerChecks, experiment: Experiment | None) -> list[object]:
    """Say what was thought of. Refused with not-your-experiment, not-in-this-state, note-needed."""
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    TABLE.lead("set", experiment.state)
    answers = {name: getattr(command.checks, name) for name in CHECKED}
    for name in TELL_HOW:
        if answers[name].answer == "handled" and not answers[name].note:
            raise Invalid("note-needed", field=f"checks.{name}.note")
    return [
        ChecksAnswered(
            **experiment.bearings,
            checks=command.checks,
            needs_approval=any(check.answer != "no" for check in answers.values()),
            answered_by=command.by.person_id,
        )
    ]


def cancel(command: CancelExperiment, experiment: Experiment | None) -> list[object]:
    """Give up an experiment that never started; nothing is removed. Refused with not-your-experiment."""
    experiment = known(experiment)
    needs(tends, experiment, command.by)
    if TABLE.lead("cancel", experiment.state) is None:
        return []
    return [ExperimentCancelled(**experiment.bearings, reason=command.reason, cancelled_by=command.by.person_id)]


def numbered(wanted: tuple[WantedCriterion, ...]) -> tuple[Criterion, ...]:
    """The criteria, each with an id: its own, or the next free ``criterion-<n>``. Invalid if two have the same."""
    named = [one.id for one in wanted if one.id is not None]
    if len(set(named)) != len(named):
        raise Invalid("criterion-twice", field="criteria")
    free = (id_ for n in count(1) if (id_ := f"criterion-{n}") not in named)
    return tuple(_criterion(one, one.id or next(free)) for one in wanted)


def without(owner: PersonId, team: Collection[PersonId]) -> tuple[PersonId, ...]:
    """The team, each once and the owner not among them."""
    return tuple(dict.fromkeys(person for person in team if person != owner))


def _owner(command: DraftExperiment) -> PersonId:
    """Who leads it: oneself, or whom a coach plans it for; whether others may ask them is theirs to say."""
    owner = command.owner or command.by.person_id
    if owner != command.by.person_id and not command.by.has("coach"):
        raise NotAllowed("owner-is-named-by-coaches", field="owner")
    if owner != command.by.person_id and command.contact_shown:
        raise NotAllowed("contact-is-the-owners", field="contact_shown")
    return owner


def _drafted(command: DraftExperiment, unit: UnitId, owner: PersonId) -> ExperimentDrafted:
    planned: dict[str, Any] = {name: getattr(command, name) for name in _REVISABLE}
    return ExperimentDrafted(
        **{**planned, "idea_ids": tuple(dict.fromkeys(command.idea_ids))},
        experiment_id=command.experiment_id,
        unit=unit,
        owner=owner,
        team=without(owner, command.team),
        contact_shown=command.contact_shown,
        drafted_by=command.by.person_id,
    )


def _changed(command: ReviseExperiment, experiment: Experiment) -> dict[str, Any]:
    """What the command says that is not so already, as far as the rules know."""
    return {
        name: said
        for name in _REVISABLE
        if (said := getattr(command, name)) is not None and said != getattr(experiment, name, None)
    }


def _revised(
    command: ReviseExperiment, experiment: Experiment, changed: dict[str, Any], leads_to: ExperimentState
) -> ExperimentRevised:
    dates: dict[str, Any] = {"starts_on": experiment.starts_on, "ends_on": experiment.ends_on, **changed}
    _in_order(*(None if day in command.cleared else dates[day] for day in ("starts_on", "ends_on")))
    return ExperimentRevised(
        **{**experiment.bearings, **changed},
        cleared=tuple(dict.fromkeys(command.cleared)),
        reason=command.reason,
        leads_to=leads_to,
        revised_by=command.by.person_id,
    )


def _criterion(wanted: WantedCriterion, id_: CriterionId) -> Criterion:
    return Criterion(
        id=id_,
        metric=wanted.metric,
        unit_of_measure=wanted.unit_of_measure,
        baseline=wanted.baseline,
        direction=wanted.direction,
        threshold=wanted.threshold,
        measured_how=wanted.measured_how,
        role=wanted.role,
    )


def _in_order(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        raise Invalid("ends-before-it-starts", field="ends_on")
