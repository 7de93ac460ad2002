"""What happens to an experiment in the service experiments: it is planned, run, concluded, learned from and decided on.

Every event says what ``OfExperiment`` says. A field that may be left out is None where it was, and collections are
empty then. Numbers that are measured are decimal text in the criterion's unit of measure; money is öre without VAT.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Literal

import orjson
from marshmallow.validate import Range

from contracts.event import about, converter, event, value
from contracts.values import (
    ChallengeId,
    Count,
    CriterionId,
    DecimalText,
    EvidenceLevel,
    ExperimentId,
    IdeaId,
    Language,
    LessonId,
    Link,
    Mandate,
    Note,
    Outcome,
    PartId,
    PersonId,
    Source,
    TestDecision,
    Text,
    Title,
    UnitId,
    Word,
)

ExperimentState = Literal[
    "draft", "ready", "running", "paused", "awaiting_conclusion", "awaiting_lesson", "closed", "cancelled"
]
Phase = Literal["explore", "pilot", "scale"]
CriterionRole = Literal["goal", "guardrail"]
Direction = Literal["at_least", "at_most"]
FollowsHow = Literal["iterate", "pivot", "repeat", "scale"]
CheckAnswer = Literal["no", "handled", "needs_help"]
EvidenceType = Literal["anecdote", "interview", "survey", "usage_data", "controlled_comparison"]
StopCode = Literal["harm_seen", "no_longer_needed", "resources", "external", "abandoned"]
ExperimentText = Literal[
    "hypothesis", "test_method", "test_group", "challenge_id", "budget", "starts_on", "ends_on", "follows"
]
"""The fields of an experiment that can be emptied again."""


_AMOUNT = Range(min=0, max=10**13)


@value
class Effort:
    """What something takes or took."""

    ore: int | None = about("Money, in öre without VAT.", default=None, validate=_AMOUNT)
    hours: int | None = about("Working hours.", default=None, validate=_AMOUNT)


@value
class Follows:
    """The experiment that this one goes on from."""

    experiment_id: ExperimentId = about("The earlier experiment.")
    how: FollowsHow = about("iterate, pivot, repeat or scale.")


@value
class Expectation:
    """What is measured, and what it is compared with."""

    metric: Title = about("What is measured.")
    unit_of_measure: Word = about("What it is measured in; for yes or no: 1 or 0, at_least 1.")
    baseline: DecimalText | None = about("What it is before the test.", default=None)
    direction: Direction = about("Which way is good: at_least or at_most.")
    threshold: DecimalText | None = about(
        "The limit, set beforehand. Without one it is measured and not judged by.", default=None
    )
    measured_how: Note | None = about("How it is measured.", default=None)
    role: CriterionRole = about("goal: what the test is for; guardrail: what must not get worse.", default="goal")


@value
class Criterion(Expectation):
    """What the experiment will be judged by."""

    id: CriterionId = about("What observations and results refer to it by; unique within the experiment.")


@value
class Check:
    """The answer to one question of care, asked before a test begins."""

    answer: CheckAnswer = about("no: does not concern this test; handled; needs_help.")
    note: Note | None = about(
        "How it is handled; for residents and personal data, how people were informed or consented.", default=None
    )


@value
class Checks:
    """What has to be thought of before a test begins. When all answers are no, its owner starts it alone."""

    residents: Check = about("Are residents concerned?")
    children: Check = about("Are children concerned?")
    personal_data: Check = about("Are personal data processed?")
    health_safety: Check = about("Can anybody's health or safety be at risk?")
    work_environment: Check = about("Is the work environment changed?")
    equal_treatment: Check = about("Are some treated otherwise than others?")
    accessibility: Check = about("Can somebody be shut out?")
    procurement: Check = about("Is something bought?")
    research_ethics: Check = about("Does it need an ethical review?")
    irreversible: Check = about("Is there anything that cannot be undone?")
    cost_above_limit: Check = about("Does it cost more than the owner may decide on?")


@value
class CriterionResult:
    """One criterion beside what was seen of it."""

    criterion_id: CriterionId = about("The criterion.")
    metric: Title = about("What was measured.")
    unit_of_measure: Word = about("What it was measured in.")
    role: CriterionRole = about("goal or guardrail.")
    direction: Direction = about("at_least or at_most.")
    expected: DecimalText | None = about("The threshold; None: it is not judged by.", default=None)
    observed: DecimalText | None = about(
        "Of a goal the latest value, of a guardrail the worst; None: it was not measured.", default=None
    )
    met: bool | None = about("Whether observed keeps to expected; None where one of them is missing.", default=None)


def criteria_hash(hypothesis: str, criteria: tuple[Criterion, ...]) -> str:
    """SHA-256, in hexadecimal, of what is frozen at the start: anybody can prove that it is what is judged by.

    Of the JSON ``{"criteria": […], "hypothesis": "…"}`` as in the events, keys sorted, no spaces, UTF-8.
    """
    frozen = {"hypothesis": hypothesis, "criteria": [converter.unstructure(criterion) for criterion in criteria]}
    return hashlib.sha256(orjson.dumps(frozen, option=orjson.OPT_SORT_KEYS)).hexdigest()


@value
class OfExperiment:
    """What every event of an experiment says."""

    experiment_id: ExperimentId = about("The experiment.")
    idea_ids: tuple[IdeaId, ...] = about("The ideas that it tests.", default=(), most=50)
    unit: UnitId = about("The unit that it belongs to, and whose decider decides.")
    title: Title = about("The experiment in one line.")


# ── Planning ───────────────────────────────────────────────────────────────────────────────────────────────────────


@event("experiment-drafted.v1")
class ExperimentDrafted(OfExperiment):
    """Somebody plans a test."""

    challenge_id: ChallengeId | None = about("The challenge that its ideas answer.", default=None)
    phase: Phase = about("explore, pilot or scale.", default="explore")
    hypothesis: Text | None = about("We believe that …", default=None)
    test_method: Text | None = about("To verify that, we will …", default=None)
    test_group: Note | None = about("With whom it is tested; never a person's name.", default=None)
    owner: PersonId = about("Who leads the test.")
    team: tuple[PersonId, ...] = about("Who runs it together with the owner.", default=(), most=50)
    budget: Effort | None = about("What it may take.", default=None)
    starts_on: date | None = about("The day it is meant to start.", default=None)
    ends_on: date | None = about("The day it is meant to end.", default=None)
    follows: Follows | None = about("The experiment that it goes on from.", default=None)
    links: tuple[Link, ...] = about("To read elsewhere.", default=(), most=20)
    language: Language = about("The language it is written in.", default="sv")
    contact_shown: bool = about("Whether its owner wants to be asked about it by others.", default=False)
    drafted_by: PersonId = about("Who wrote the plan; not always its owner.")


@event("experiment-revised.v1")
class ExperimentRevised(OfExperiment):
    """Some of its fields were changed. None: unchanged; an empty collection: emptied.

    ``title`` and ``idea_ids`` are always what holds from now on.
    """

    challenge_id: ChallengeId | None = about("The challenge that its ideas answer.", default=None)
    phase: Phase | None = about("explore, pilot or scale.", default=None)
    hypothesis: Text | None = about("We believe that …", default=None)
    test_method: Text | None = about("To verify that, we will …", default=None)
    test_group: Note | None = about("With whom it is tested; never a person's name.", default=None)
    budget: Effort | None = about("What it may take.", default=None)
    starts_on: date | None = about("The day it is meant to start.", default=None)
    ends_on: date | None = about("The day it is meant to end.", default=None)
    follows: Follows | None = about("The experiment that it goes on from.", default=None)
    links: tuple[Link, ...] | None = about("To read elsewhere.", default=None, most=20)
    language: Language | None = about("The language it is written in.", default=None)
    contact_shown: bool | None = about("Whether its owner wants to be asked about it by others.", default=None)
    cleared: tuple[ExperimentText, ...] = about("Fields that were emptied.", default=(), most=8)
    reason: Note | None = about("Why; always given once it has started.", default=None)
    leads_to: ExperimentState = about("draft if it had been approved and must be again; else as before.")
    revised_by: PersonId = about("Who changed it.")


@event("criteria-set.v1")
class CriteriaSet(OfExperiment):
    """What it will be judged by. If it had been approved, it is a draft again."""

    criteria: tuple[Criterion, ...] = about("All of them, in the order they are shown.", default=(), most=50)
    set_by: PersonId = about("Who set them.")


@event("checks-answered.v1")
class ChecksAnswered(OfExperiment):
    """What had to be thought of was thought of. If it had been approved, it is a draft again."""

    checks: Checks = about("The answers.")
    needs_approval: bool = about("Whether the unit's decider must approve it before it starts.")
    answered_by: PersonId = about("Who answered.")


@event("owner-changed.v1")
class OwnerChanged(OfExperiment):
    """Somebody else leads it from now on, and is not shown as a contact until they choose to be."""

    previous: PersonId = about("Who led it.")
    to: PersonId = about("Who leads it now; no longer one of the team, if they were.")
    team: tuple[PersonId, ...] = about("Who runs it together with the owner.", default=(), most=50)
    reason: Note = about("Why.")
    changed_by: PersonId = about("The owner before, or the unit's decider.")


@event("team-changed.v1")
class TeamChanged(OfExperiment):
    """Others run it together with the owner from now on."""

    owner: PersonId = about("Who leads it.")
    team: tuple[PersonId, ...] = about("All who run it together with the owner.", default=(), most=50)
    joined: tuple[PersonId, ...] = about("Who is new.", default=(), most=50)
    left: tuple[PersonId, ...] = about("Who is no longer of it.", default=(), most=50)
    changed_by: PersonId = about("Who changed it.")


@event("approval-requested.v1")
class ApprovalRequested(OfExperiment):
    """The unit's decider is asked whether it may start."""

    owner: PersonId = about("Who leads it.")
    checks: Checks = about("What was thought of.")
    message: Note | None = about("What the decider should know.", default=None)
    requested_by: PersonId = about("Who asks.")


@event("experiment-approved.v1")
class ExperimentApproved(OfExperiment):
    """It may start."""

    owner: PersonId = about("Who leads it.")
    conditions: Note | None = about("What must be kept to.", default=None)
    mandate: Mandate = about("Who decided, and by what right.")


@event("approval-returned.v1")
class ApprovalReturned(OfExperiment):
    """It may not start as it is planned, and here is what to change. It is a draft."""

    owner: PersonId = about("Who leads it.")
    reason: Note = about("Why, and what to change.")
    mandate: Mandate = about("Who decided, and by what right.")


@event("experiment-cancelled.v1")
class ExperimentCancelled(OfExperiment):
    """It will not be tested. Nothing is removed."""

    reason: Note = about("Why.")
    cancelled_by: PersonId = about("Who cancelled it.")


# ── Running ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("experiment-started.v1")
class ExperimentStarted(OfExperiment):
    """The test runs. From here hypothesis and criteria are frozen."""

    hypothesis: Text = about("We believe that …")
    criteria: tuple[Criterion, ...] = about("What it will be judged by.", most=50)
    criteria_hash: str = about("SHA-256 of hypothesis and criteria, see contracts.experiments.criteria_hash.")
    owner: PersonId = about("Who leads it.")
    started_by: PersonId = about("Who started it.")


@event("criteria-amended.v1")
class CriteriaAmended(OfExperiment):
    """What it will be judged by was changed while it ran: allowed, and shown beside the conclusion for ever."""

    reason: Note = about("Why.")
    before: tuple[Criterion, ...] = about("What it would have been judged by.", most=50)
    after: tuple[Criterion, ...] = about("What it will be judged by.", most=50)
    criteria_hash: str = about("SHA-256 of hypothesis and criteria from now on.")
    amended_by: PersonId = about("Who changed them.")


@value
class Measurement(OfExperiment):
    """One value seen of one criterion, as it is told now."""

    observation_id: PartId = about("The observation.")
    criterion_id: CriterionId = about("The criterion that it is of.")
    value: DecimalText = about("What was seen, in the criterion's unit of measure.")
    n: Count | None = about("How many it was seen of.", default=None)
    method: Note | None = about("How it was seen.", default=None)
    evidence_type: EvidenceType = about("anecdote, interview, survey, usage_data or controlled_comparison.")
    source: Source | None = about("The system that the value was taken from.", default=None)
    observed_on: date = about("The day it was seen.")
    late: bool = about("Whether there was a conclusion already: then it stands beside it, and never changes it.")


@event("observation-recorded.v1")
class ObservationRecorded(Measurement):
    """Something was seen."""

    recorded_by: PersonId = about("Who recorded it.")


@event("observation-corrected.v1")
class ObservationCorrected(Measurement):
    """It was not as it was recorded. Every field says what is right."""

    previous_value: DecimalText = about("What it said before.")
    reason: Note = about("What was wrong.")
    corrected_by: PersonId = about("Who corrected it.")


@event("observation-withdrawn.v1")
class ObservationWithdrawn(OfExperiment):
    """It does not count, and here is why. It stays in sight."""

    observation_id: PartId = about("The observation.")
    criterion_id: CriterionId = about("The criterion that it was of.")
    reason: Note = about("Why.")
    late: bool = about("Whether there was a conclusion already, which then stays as it is.")
    withdrawn_by: PersonId = about("Who withdrew it.")


@event("experiment-paused.v1")
class ExperimentPaused(OfExperiment):
    """The test rests."""

    reason: Note | None = about("Why.", default=None)
    paused_by: PersonId = about("Who paused it.")


@event("experiment-resumed.v1")
class ExperimentResumed(OfExperiment):
    """The test goes on."""

    resumed_by: PersonId = about("Who resumed it.")


@event("measuring-ended.v1")
class MeasuringEnded(OfExperiment):
    """What was to be measured is measured; now it waits for a conclusion."""

    ended_by: PersonId = about("Who ended it.")


# ── Concluding ─────────────────────────────────────────────────────────────────────────────────────────────────────


@value
class Conclusion(OfExperiment):
    """What came of it. ``outcome`` is said by the kind of event."""

    outcome: ClassVar[Outcome]

    challenge_id: ChallengeId | None = about("The challenge that its ideas answer.", default=None)
    hypothesis: Text = about("What was believed.")
    test_method: Text | None = about("How it was tested.", default=None)
    observation_ids: tuple[PartId, ...] = about("The observations it rests on, oldest first.", default=(), most=5_000)
    per_criterion: tuple[CriterionResult, ...] = about("What was expected and what was seen.", default=(), most=50)
    evidence_level: EvidenceLevel = about("How well founded it is: none, weak, moderate, strong.")
    amendments: int = about("How often the criteria were changed while it ran; each is shown beside it.", default=0)
    owner: PersonId = about("Who leads it.")
    team: tuple[PersonId, ...] = about("Who runs it together with the owner.", default=(), most=50)
    contact_shown: bool = about("Whether its owner wants to be asked about it by others.", default=False)
    concluded_by: PersonId = about("Who concluded.")


@event("experiment-succeeded.v1")
class ExperimentSucceeded(Conclusion):
    """What was believed held: every goal met, every guardrail held."""

    outcome: ClassVar[Outcome] = "succeeded"


@event("experiment-failed.v1")
class ExperimentFailed(Conclusion):
    """What was believed did not hold: a measured goal missed or a guardrail broken, against what was set beforehand."""

    outcome: ClassVar[Outcome] = "failed"


@event("experiment-inconclusive.v1")
class ExperimentInconclusive(Conclusion):
    """It cannot be told: there is no evidence, or nothing was missed but something was not measured."""

    outcome: ClassVar[Outcome] = "inconclusive"


@event("experiment-stopped-early.v1")
class ExperimentStoppedEarly(Conclusion):
    """It was broken off; that says nothing about what was believed."""

    outcome: ClassVar[Outcome] = "stopped_early"

    reason_code: StopCode = about("Why, in one of a few words.")
    reason: Note = about("Why, in words of one's own.")


@event("experiment-invalidated.v1")
class ExperimentInvalidated(Conclusion):
    """What was measured cannot be trusted; that says nothing about what was believed."""

    outcome: ClassVar[Outcome] = "invalidated"

    reason: Note = about("Why.")


CONCLUSIONS: Mapping[Outcome, type[Conclusion]] = {
    kind.outcome: kind
    for kind in (
        *(ExperimentSucceeded, ExperimentFailed, ExperimentInconclusive),
        *(ExperimentStoppedEarly, ExperimentInvalidated),
    )
}
"""Outcome → the event that says it."""


@event("lesson-prompted.v1")
class LessonPrompted(OfExperiment):
    """Its owner is asked what was learned: once for each conclusion that no lesson closes at once."""

    outcome: Outcome = about("What it was concluded with.")
    owner: PersonId = about("Who is asked.")
    team: tuple[PersonId, ...] = about("Who may answer as well.", default=(), most=50)
    earlier_lesson_ids: tuple[LessonId, ...] = about(
        "Lessons from before it was reopened: they may still hold.", default=(), most=50
    )


@value
class Afterthoughts(OfExperiment):
    """What can be told of a conclusion when there is time. None: nothing new."""

    surprise: Text | None = about("What nobody had expected.", default=None)
    deviations: Text | None = about("What was done otherwise than planned.", default=None)
    explanation: Text | None = about("Why it went as it did.", default=None)
    cost: Effort | None = about("What it took.", default=None)


@event("conclusion-supplemented.v1")
class ConclusionSupplemented(Afterthoughts):
    """More is told of what came of it."""

    supplemented_by: PersonId = about("Who tells.")


@event("conclusion-corrected.v1")
class ConclusionCorrected(Afterthoughts):
    """Something said with the conclusion was wrong. The outcome stays; only reopening can change it."""

    evidence_level: EvidenceLevel | None = about("How well founded it is, if that was wrong.", default=None)
    reason: Note = about("What was wrong.")
    corrected_by: PersonId = about("Who corrected it.")


# ── Afterwards ─────────────────────────────────────────────────────────────────────────────────────────────────────


@event("decision-taken.v1")
class DecisionTaken(OfExperiment):
    """How to go on. A later decision takes the place of an earlier one."""

    decision: TestDecision = about("scale, iterate, pivot, repeat, retire or hand_over.")
    receiver: Title | None = about("The part of the organisation that takes it over; with hand_over.", default=None)
    reason: Note = about("Why.")
    outcome: Outcome = about("What it was concluded with.")
    owner: PersonId = about("Who leads it.")
    mandate: Mandate = about("Who decided, and by what right.")


@event("follow-up-assigned.v1")
class FollowUpAssigned(OfExperiment):
    """Something is left to do."""

    follow_up_id: PartId = about("The follow-up.")
    what: Note = about("What is to be done.")
    assignee: PersonId = about("Who sees to it.")
    due_on: date | None = about("The day it should be done.", default=None)
    assigned_by: PersonId = about("Who said so.")


@event("follow-up-done.v1")
class FollowUpDone(OfExperiment):
    """It is done."""

    follow_up_id: PartId = about("The follow-up.")
    result: Note | None = about("What came of it.", default=None)
    done_by: PersonId = about("Who tells.")


@event("lesson-attached.v1")
class LessonAttached(OfExperiment):
    """A lesson was learned from it: recorded, or looked at again since the experiment was reopened."""

    lesson_id: LessonId = about("The lesson.")
    again: bool = about("Whether it was attached before, and counts anew since it was reviewed.", default=False)


@event("experiment-closed.v1")
class ExperimentClosed(OfExperiment):
    """It has a conclusion and a lesson."""

    outcome: Outcome = about("What it was concluded with.")
    lesson_ids: tuple[LessonId, ...] = about("What was learned.", most=50)
    still_holds: bool = about("Whether somebody said that a lesson from before it was reopened holds.", default=False)
    closed_by: PersonId | None = about("Who closed it; None when it closed by itself.", default=None)


@event("experiment-reopened.v1")
class ExperimentReopened(OfExperiment):
    """Its conclusion and the decision after it no longer stand; or it had been cancelled, and is planned again."""

    reason: Note = about("Why.")
    previous_outcome: Outcome | None = about("What it had been concluded with; None after cancelling.", default=None)
    leads_to: ExperimentState = about("awaiting_conclusion; draft if it had been cancelled.")
    reopened_by: PersonId = about("Who reopened it.")
