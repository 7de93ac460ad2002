"""Saying what came of a test: computed from what was seen, asked for the lesson at once, never changed afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from chassis.command import Caller, command, fresh, given
from chassis.errors import Invalid, Refused
from contracts.event import about
from contracts.experiments import (
    CONCLUSIONS,
    Conclusion,
    ConclusionCorrected,
    ConclusionSupplemented,
    CriterionResult,
    Effort,
    LessonPrompted,
    ObservationRecorded,
    StopCode,
)
from contracts.values import EvidenceLevel, ExperimentId, Note, Outcome, PartId, Text
from services.experiments.experiment import TABLE, Experiment, evolve, known
from services.experiments.experiment_afterwards import closed, concluded_with
from services.experiments.experiment_judging import outcome_of, results, standing, told
from services.experiments.experiment_observing import Seen, recorded
from services.experiments.experiment_rights import needs, runs, tends
from services.experiments.experiment_running import believed

COMPUTED: tuple[Outcome, ...] = ("succeeded", "failed", "inconclusive")
"""The outcomes that must agree with the observations; the others say nothing about what was believed."""


@command
class ConcludeExperiment:
    """Say what came of the test. Outcome and evidence level are enough where the observations are there."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    at: datetime = given()
    outcome: Outcome = about("succeeded, failed, inconclusive, stopped_early or invalidated.")
    evidence_level: EvidenceLevel = about("How well founded it is: none, weak, moderate or strong.")
    observed: tuple[Seen, ...] = about("Values that are not recorded yet.", default=(), most=50)
    observation_ids: tuple[PartId, ...] = fresh("The observations of these values.", each_of="observed")
    reason_code: StopCode | None = about("Why, in one of a few words; with stopped_early.", default=None)
    reason: Note | None = about("Why; with stopped_early and invalidated.", default=None)


@command
class SupplementConclusion:
    """Tell more of what came of the test."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    surprise: Text | None = about("What nobody had expected.", default=None)
    deviations: Text | None = about("What was done otherwise than planned.", default=None)
    explanation: Text | None = about("Why it went as it did.", default=None)
    cost: Effort | None = about("What it took.", default=None)


@command
class CorrectConclusion:
    """Correct something that was said with the conclusion; the outcome stays."""

    experiment_id: ExperimentId = given()
    by: Caller = given()
    evidence_level: EvidenceLevel | None = about("How well founded it is.", default=None)
    surprise: Text | None = about("What nobody had expected.", default=None)
    deviations: Text | None = about("What was done otherwise than planned.", default=None)
    explanation: Text | None = about("Why it went as it did.", default=None)
    cost: Effort | None = about("What it took.", default=None)
    reason: Note = about("What was wrong.")


def conclude(command: ConcludeExperiment, experiment: Experiment | None) -> list[object]:
    """Say what came of the test; its owner is then asked for the lesson, unless one closes it at once.

    Refused with not-your-experiment (a decider may stop it as abandoned), not-in-this-state, reason-needed,
    reason-not-needed, no-such-criterion, conclusion-disagrees (it says with which).
    """
    experiment = known(experiment)
    _may_conclude(command, experiment)
    TABLE.lead("conclude", experiment.state)
    _reasons_fit(command)
    seen = _seen(command, experiment)
    measured = reduce(evolve, seen, experiment)
    conclusion = _conclusion(command, measured)
    return [*seen, conclusion, _what_follows(evolve(measured, conclusion))]


def supplement(command: SupplementConclusion, experiment: Experiment | None) -> list[object]:
    """Tell more of what came of the test. Refused with not-your-experiment, not-in-this-state, nothing-said."""
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    TABLE.lead("tell", experiment.state)
    _says(command.surprise, command.deviations, command.explanation, command.cost)
    return [
        ConclusionSupplemented(
            **experiment.bearings,
            surprise=command.surprise,
            deviations=command.deviations,
            explanation=command.explanation,
            cost=command.cost,
            supplemented_by=command.by.person_id,
        )
    ]


def correct(command: CorrectConclusion, experiment: Experiment | None) -> list[object]:
    """Correct what was said with the conclusion; only reopening can change the outcome.

    Refused with not-your-experiment, not-in-this-state, nothing-said, outcome-would-change.
    """
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    TABLE.lead("tell", experiment.state)
    _says(command.evidence_level, command.surprise, command.deviations, command.explanation, command.cost)
    level = command.evidence_level or experiment.evidence_level
    if experiment.outcome in COMPUTED and outcome_of(experiment.results, level) != experiment.outcome:
        raise Refused("outcome-would-change", field="evidence_level")
    return [
        ConclusionCorrected(
            **experiment.bearings,
            evidence_level=command.evidence_level,
            surprise=command.surprise,
            deviations=command.deviations,
            explanation=command.explanation,
            cost=command.cost,
            reason=command.reason,
            corrected_by=command.by.person_id,
        )
    ]


def _may_conclude(command: ConcludeExperiment, experiment: Experiment) -> None:
    """Those who run it; the unit's decider may break off what nobody concludes."""
    abandoned = command.outcome == "stopped_early" and command.reason_code == "abandoned"
    needs(tends if abandoned else runs, experiment, command.by)


def _reasons_fit(command: ConcludeExperiment) -> None:
    """A code and words for what was broken off, words for what cannot be trusted; else the observations say why."""
    stopped = command.outcome == "stopped_early"
    for field, needed in (("reason_code", stopped), ("reason", stopped or command.outcome == "invalidated")):
        said = getattr(command, field) is not None
        if said != needed:
            raise Invalid("reason-needed" if needed else "reason-not-needed", field=field)


def _seen(command: ConcludeExperiment, experiment: Experiment) -> list[ObservationRecorded]:
    pairs = zip(command.observed, command.observation_ids, strict=True)
    return [recorded(one, id_, experiment, command.by, command.at) for one, id_ in pairs]


def _conclusion(command: ConcludeExperiment, experiment: Experiment) -> Conclusion:
    found = results(experiment)
    if command.outcome in COMPUTED:
        _agrees(command, found)
    why = {name: said for name in ("reason_code", "reason") if (said := getattr(command, name)) is not None}
    return CONCLUSIONS[command.outcome](
        **experiment.bearings,
        **why,
        challenge_id=experiment.challenge_id,
        hypothesis=believed(experiment),
        test_method=experiment.test_method,
        observation_ids=tuple(seen.observation_id for seen in standing(experiment)),
        per_criterion=found,
        evidence_level=command.evidence_level,
        amendments=experiment.amendments,
        owner=experiment.owner,
        team=experiment.team,
        contact_shown=experiment.contact_shown,
        concluded_by=command.by.person_id,
    )


_TOLD = ("criterion_id", "expected", "observed", "met")


def _agrees(command: ConcludeExperiment, found: Sequence[CriterionResult]) -> None:
    """Refuse a conclusion that the observations contradict, and say which they are."""
    outcome = outcome_of(found, command.evidence_level)
    if command.outcome != outcome:
        judged = [result for result in found if result.expected is not None]
        raise Refused(
            "conclusion-disagrees",
            field="outcome",
            outcome=command.outcome,
            agrees=outcome,
            evidence_level=command.evidence_level,
            seen="; ".join(told(result) for result in judged),
            criteria=[{name: getattr(result, name) for name in _TOLD} for result in judged if result.met is not True],
        )


def _what_follows(experiment: Experiment) -> object:
    """It closes with the lesson that is there, or its owner is asked for one."""
    if experiment.counting:
        return closed(experiment)
    return LessonPrompted(
        **experiment.bearings,
        outcome=concluded_with(experiment),
        owner=experiment.owner,
        team=experiment.team,
        earlier_lesson_ids=experiment.lessons,
    )


def _says(*said: object) -> None:
    if all(one is None for one in said):
        raise Invalid("nothing-said")
