"""What is seen while a test runs, and after: recorded, corrected, withdrawn; always in sight."""

from __future__ import annotations

from datetime import date, datetime

from chassis.command import Caller, command, fresh, given
from chassis.errors import Invalid, NotFound, Refused
from contracts.calendar import day_of
from contracts.event import about, value
from contracts.experiments import (
    EvidenceType,
    ObservationCorrected,
    ObservationRecorded,
    ObservationWithdrawn,
)
from contracts.values import Count, CriterionId, DecimalText, ExperimentId, Note, PartId, Source
from services.experiments.experiment import TABLE, Experiment, Observation, known
from services.experiments.experiment_rights import needs, runs

MOST_OBSERVATIONS = 5_000
"""Of one experiment: its conclusion names each of them, and an event has a largest size."""
_CORRECTABLE = ("value", "n", "method", "evidence_type", "source", "observed_on")


@value
class Seen:
    """One value of one criterion, as it is told."""

    criterion_id: CriterionId = about("The criterion that it is of.")
    value: DecimalText = about("What was seen, in the criterion's unit of measure.")
    n: Count | None = about("How many it was seen of.", default=None)
    method: Note | None = about("How it was seen.", default=None)
    evidence_type: EvidenceType = about(
        "anecdote, interview, survey, usage_data or controlled_comparison.", default="anecdote"
    )
    source: Source | None = about("The system that the value was taken from.", default=None)
    observed_on: date | None = about("The day it was seen; by default today.", default=None)


@command
class RecordObservation(Seen):
    """Tell what was seen."""

    experiment_id: ExperimentId = given()
    observation_id: PartId = fresh("The observation.")
    by: Caller = given()
    at: datetime = given()


@command
class CorrectObservation:
    """Say what was right. What is left out was right."""

    experiment_id: ExperimentId = given()
    observation_id: PartId = given()
    by: Caller = given()
    value: DecimalText | None = about("What was seen, in the criterion's unit of measure.", default=None)
    n: Count | None = about("How many it was seen of.", default=None)
    method: Note | None = about("How it was seen.", default=None)
    evidence_type: EvidenceType | None = about("What kind of evidence it is.", default=None)
    source: Source | None = about("The system that the value was taken from.", default=None)
    observed_on: date | None = about("The day it was seen.", default=None)
    reason: Note = about("What was wrong.")


@command
class WithdrawObservation:
    """Say that an observation does not count."""

    experiment_id: ExperimentId = given()
    observation_id: PartId = given()
    by: Caller = given()
    reason: Note = about("Why.")


def record_observation(command: RecordObservation, experiment: Experiment | None) -> list[object]:
    """Tell what was seen; after the conclusion it stands beside it.

    Refused with not-your-experiment, not-in-this-state, no-such-criterion, too-many-observations.
    """
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    TABLE.lead("observe", experiment.state)
    return [recorded(command, command.observation_id, experiment, command.by, command.at)]


def correct_observation(command: CorrectObservation, experiment: Experiment | None) -> list[object]:
    """Say what was right. Refused with not-your-experiment, not-in-this-state, observation-withdrawn, nothing-said."""
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    TABLE.lead("observe", experiment.state)
    seen = _one(command.observation_id, experiment)
    if seen.withdrawn:
        raise Refused("observation-withdrawn")
    if all(getattr(command, name) is None for name in _CORRECTABLE):
        raise Invalid("nothing-said")
    return [
        ObservationCorrected(
            **experiment.bearings,
            observation_id=seen.observation_id,
            criterion_id=seen.criterion_id,
            value=command.value or seen.value,
            n=command.n or seen.n,
            method=command.method or seen.method,
            evidence_type=command.evidence_type or seen.evidence_type,
            source=command.source or seen.source,
            observed_on=command.observed_on or seen.observed_on,
            late=experiment.is_concluded,
            previous_value=seen.value,
            reason=command.reason,
            corrected_by=command.by.person_id,
        )
    ]


def withdraw_observation(command: WithdrawObservation, experiment: Experiment | None) -> list[object]:
    """Let an observation no longer count; it stays in sight. Refused with not-your-experiment, not-in-this-state."""
    experiment = known(experiment)
    needs(runs, experiment, command.by)
    TABLE.lead("observe", experiment.state)
    seen = _one(command.observation_id, experiment)
    if seen.withdrawn:
        return []
    return [
        ObservationWithdrawn(
            **experiment.bearings,
            observation_id=seen.observation_id,
            criterion_id=seen.criterion_id,
            reason=command.reason,
            late=experiment.is_concluded,
            withdrawn_by=command.by.person_id,
        )
    ]


def recorded(seen: Seen, id_: PartId, experiment: Experiment, by: Caller, at: datetime) -> ObservationRecorded:
    """The observation as an event; Invalid where it is of a criterion that is not there."""
    if seen.criterion_id not in {criterion.id for criterion in experiment.criteria}:
        raise Invalid("no-such-criterion", field="criterion_id", criterion_id=seen.criterion_id)
    if len(experiment.observations) >= MOST_OBSERVATIONS:
        raise Refused("too-many-observations", most=MOST_OBSERVATIONS)
    return ObservationRecorded(
        **experiment.bearings,
        observation_id=id_,
        criterion_id=seen.criterion_id,
        value=seen.value,
        n=seen.n,
        method=seen.method,
        evidence_type=seen.evidence_type,
        source=seen.source,
        observed_on=seen.observed_on or day_of(at),
        late=experiment.is_concluded,
        recorded_by=by.person_id,
    )


def _one(observation_id: PartId, experiment: Experiment) -> Observation:
    for seen in experiment.observations:
        if seen.observation_id == observation_id:
            return seen
    raise NotFound("no-such-observation")
