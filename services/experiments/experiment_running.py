"""Running an experiment: start, pause, resume, end measuring; and changing what it is judged by, in the open."""

from __future__ import annotations

from chassis.command import Caller, command, given
from chassis.errors import Refused
from contracts.event import about
from contracts.experiments import (
    CriteriaAmended,
    Criterion,
    ExperimentPaused,
    ExperimentResumed,
    ExperimentStarted,
    MeasuringEnded,
    criteria_hash,
)
from contracts.values import ExperimentId, Note
from services.experiments.experiment import TABLE, Experiment, known
from services.experiments.experiment_approval import answered
from services.experiments.experiment_planning import WantedCriterion, numbered
from services.experiments.experiment_rights import judged_by, needs, runs


@command
class StartExperiment:
    """Begin the test. From here hypothesis and criteria are frozen."""

    experiment_id: ExperimentId = given()
    by: Caller = given()


@command
class AmendCriteria:
    """Change what the experiment is judged by while it runs; shown beside the conclusion for ever."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    criteria: tuple[WantedCriterion, ...] = about("All criteria, in place of those before.", most=50)
    reason: Note = about("Why.")


@command
class PauseExperiment:
    """Let the test rest."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    reason: Note | None = about("Why.", default=None)


@command
class ResumeExperiment:
    """Let the test go on."""

    experiment_id: ExperimentId = given()
    by: Caller = given()


@command
class EndMeasuring:
    """Say that what was to be measured is measured."""

    experiment_id: ExperimentId = given()
    by: Caller = given()


def start(command: StartExperiment, experiment: Experiment | None) -> list[object]:
    """Begin the test.

    Refused with not-your-experiment, not-in-this-state, hypothesis-missing, goal-missing, checks-unanswered,
    approval-needed (a check is not answered no, and nobody has approved).
    """
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    if TABLE.lead("start", experiment.state) is None:
        return []
    hypothesis = believed(experiment)
    _with_a_goal(experiment.criteria)
    answered(experiment)
    if experiment.state == "draft" and experiment.raised_checks:
        raise Refused("approval-needed", field="checks", checks=", ".join(experiment.raised_checks))
    return [
        ExperimentStarted(
            **experiment.bearings,
            hypothesis=hypothesis,
            criteria=experiment.criteria,
            criteria_hash=criteria_hash(hypothesis, experiment.criteria),
            owner=experiment.owner,
            started_by=command.by.person_id,
        )
    ]


def amend(command: AmendCriteria, experiment: Experiment | None) -> list[object]:
    """Change what it is judged by. Refused with not-your-experiment, not-in-this-state, goal-missing."""
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    TABLE.lead("amend", experiment.state)
    criteria = numbered(command.criteria)
    _with_a_goal(criteria)
    if criteria == experiment.criteria:
        return []
    return [
        CriteriaAmended(
            **experiment.bearings,
            reason=command.reason,
            before=experiment.criteria,
            after=criteria,
            criteria_hash=criteria_hash(believed(experiment), criteria),
            amended_by=command.by.person_id,
        )
    ]


def pause(command: PauseExperiment, experiment: Experiment | None) -> list[object]:
    """Let the test rest. Refused with not-your-experiment, not-in-this-state."""
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    if TABLE.lead("pause", experiment.state) is None:
        return []
    return [ExperimentPaused(**experiment.bearings, reason=command.reason, paused_by=command.by.person_id)]


def resume(command: ResumeExperiment, experiment: Experiment | None) -> list[object]:
    """Let the test go on. Refused with not-your-experiment, not-in-this-state."""
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    if TABLE.lead("resume", experiment.state) is None:
        return []
    return [ExperimentResumed(**experiment.bearings, resumed_by=command.by.person_id)]


def end_measuring(command: EndMeasuring, experiment: Experiment | None) -> list[object]:
    """Say that all is measured. Refused with not-your-experiment, not-in-this-state."""
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    if TABLE.lead("end", experiment.state) is None:
        return []
    return [MeasuringEnded(**experiment.bearings, ended_by=command.by.person_id)]


def believed(experiment: Experiment) -> str:
    """The hypothesis; Refused("hypothesis-missing") while there is none."""
    if experiment.hypothesis is None:
        raise Refused("hypothesis-missing", field="hypothesis")
    return experiment.hypothesis


def _with_a_goal(criteria: tuple[Criterion, ...]) -> None:
    if not judged_by(criteria):
        raise Refused("goal-missing", field="criteria")
