"""What the page of one experiment shows: nothing that was ever said is missing.

What was corrected, amended or taken back stands beside what holds now.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from contracts.event import about, value
from contracts.experiments import (
    Checks,
    Criterion,
    CriterionResult,
    Effort,
    EvidenceType,
    ExperimentState,
    Follows,
    Phase,
    StopCode,
)
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
)


@value
class Correction:
    """What was once told otherwise."""

    previous_value: DecimalText | None = about("The value it had.", default=None)
    reason: Note = about("What was wrong.")
    corrected_at: datetime = about("When it was corrected.")


@value
class ObservationShown:
    """Something that was seen, as it is told now."""

    observation_id: PartId = about("The observation.")
    criterion_id: CriterionId = about("The criterion that it is of.")
    value: DecimalText = about("What was seen.")
    n: Count | None = about("How many it was seen of.", default=None)
    method: Note | None = about("How it was seen.", default=None)
    evidence_type: EvidenceType = about("What kind of evidence it is.")
    source: Source | None = about("The system that it was taken from.", default=None)
    observed_on: date = about("The day it was seen.")
    late: bool = about("Whether it came after a conclusion, and stands beside it.")
    recorded_by: PersonId = about("Who recorded it.")
    recorded_at: datetime = about("When it was recorded.")
    corrections: tuple[Correction, ...] = about("What it said before, oldest first.", default=())
    withdrawn_because: Note | None = about("Why it does not count; None: it does.", default=None)
    allowed_actions: tuple[str, ...] = about("What the caller may do with it now.", default=())


@value
class AmendmentShown:
    """What it is judged by was changed while it ran."""

    reason: Note = about("Why.")
    before: tuple[Criterion, ...] = about("The criteria before.")
    after: tuple[Criterion, ...] = about("The criteria after.")
    amended_at: datetime = about("When.")


@value
class ConclusionShown:
    """What came of it."""

    outcome: Outcome = about("What it was concluded with.")
    hypothesis: Text = about("What was believed.")
    per_criterion: tuple[CriterionResult, ...] = about("What was expected and what was seen.")
    observation_ids: tuple[PartId, ...] = about("The observations it rests on.")
    evidence_level: EvidenceLevel = about("How well founded it is.")
    reason_code: StopCode | None = about("Why it was broken off.", default=None)
    reason: Note | None = about("Why it was broken off or cannot be trusted.", default=None)
    surprise: Text | None = about("What nobody had expected.", default=None)
    deviations: Text | None = about("What was done otherwise than planned.", default=None)
    explanation: Text | None = about("Why it went as it did.", default=None)
    cost: Effort | None = about("What it took.", default=None)
    concluded_at: datetime = about("When.")
    corrections: tuple[Correction, ...] = about("What was wrong in it, oldest first.", default=())
    reopened_because: Note | None = about("Why it no longer stands; None: it does.", default=None)


@value
class DecisionShown:
    """How to go on."""

    decision: TestDecision = about("The way chosen.")
    receiver: Title | None = about("The part of the organisation that takes it over.", default=None)
    reason: Note = about("Why.")
    mandate: Mandate = about("Who decided, and by what right.")
    decided_at: datetime = about("When.")
    stands: bool = about("Whether it holds: no later one was taken, nor the experiment reopened.")


@value
class FollowUpShown:
    """Something that is left to do, or was."""

    follow_up_id: PartId = about("The follow-up.")
    what: Note = about("What is to be done.")
    assignee: PersonId = about("Who sees to it.")
    due_on: date | None = about("The day it should be done.", default=None)
    result: Note | None = about("What came of it.", default=None)
    done_at: datetime | None = about("When it was done; None: it is not.", default=None)
    allowed_actions: tuple[str, ...] = about("What the caller may do with it now.", default=())


@value
class ApprovalShown:
    """What was asked of the decider, or answered."""

    what: Literal["requested", "approved", "returned"] = about("What happened.")
    note: Note | None = about("The message, the conditions or the reason.", default=None)
    mandate: Mandate | None = about("Who decided, and by what right; None: it was asked.", default=None)
    at: datetime = about("When.")


@value
class ExperimentPage:
    """One experiment, as it was at ``version``."""

    experiment_id: ExperimentId = about("The experiment.")
    version: int = about("How many events it has had.")
    state: ExperimentState = about("Where it is on its way.")
    title: Title = about("The experiment in one line.")
    idea_ids: tuple[IdeaId, ...] = about("The ideas that it tests.")
    challenge_id: ChallengeId | None = about("The challenge that its ideas answer.")
    unit: UnitId = about("The unit that it belongs to.")
    phase: Phase = about("explore, pilot or scale.")
    hypothesis: Text | None = about("We believe that …")
    test_method: Text | None = about("To verify that, we will …")
    test_group: Note | None = about("With whom it is tested.")
    owner: PersonId = about("Who leads it.")
    team: tuple[PersonId, ...] = about("Who runs it together with the owner.")
    contact_shown: bool = about("Whether its owner wants to be asked about it by others.")
    budget: Effort | None = about("What it may take.")
    starts_on: date | None = about("The day it is meant to start.")
    ends_on: date | None = about("The day it is meant to end.")
    follows: Follows | None = about("The experiment that it goes on from.")
    links: tuple[Link, ...] = about("To read elsewhere.")
    language: Language = about("The language it is written in.")
    checks: Checks | None = about("What was thought of before it began.")
    needs_approval: bool | None = about("Whether the decider must approve it; None: the checks are not answered.")
    approvals: tuple[ApprovalShown, ...] = about("What was asked of the decider and answered, oldest first.")
    criteria: tuple[Criterion, ...] = about("What it is judged by.")
    criteria_hash: str | None = about("Of hypothesis and criteria, once they are frozen.")
    amendments: tuple[AmendmentShown, ...] = about("How the criteria were changed while it ran.")
    observations: tuple[ObservationShown, ...] = about("All that was seen, in the order it was recorded.")
    outcome: Outcome | None = about("What it is concluded with, while that stands.")
    conclusion: ConclusionShown | None = about("The conclusion that stands.")
    earlier_conclusions: tuple[ConclusionShown, ...] = about("Those before it was reopened, oldest first.")
    decisions: tuple[DecisionShown, ...] = about("How to go on, oldest first.")
    follow_ups: tuple[FollowUpShown, ...] = about("What is left to do, and what was.")
    lesson_ids: tuple[LessonId, ...] = about("What was learned.")
    cancelled_because: Note | None = about("Why it will not be tested.")
    drafted_at: datetime = about("When it was planned.")
    started_at: datetime | None = about("When it started.")
    changed_at: datetime = about("When something last happened to it.")
    allowed_actions: tuple[str, ...] = about("What the caller may do now; nothing on a page of the past.", default=())
