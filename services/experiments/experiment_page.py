"""The page of one experiment: what is planned, seen, concluded, learned and decided; folded from its own history.

Nothing that was ever said is missing: what was corrected, amended or taken back stands beside what holds now.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from chassis.command import Caller
from chassis.recorded import Recorded
from contracts.event import about, value
from contracts.experiments import (
    Afterthoughts,
    ApprovalRequested,
    ApprovalReturned,
    Checks,
    Conclusion,
    ConclusionCorrected,
    Count,
    CriteriaAmended,
    Criterion,
    CriterionId,
    CriterionResult,
    DecisionTaken,
    Effort,
    EvidenceType,
    ExperimentApproved,
    ExperimentCancelled,
    ExperimentDrafted,
    ExperimentReopened,
    ExperimentRevised,
    ExperimentStarted,
    ExperimentState,
    Follows,
    FollowUpAssigned,
    FollowUpDone,
    ObservationCorrected,
    ObservationRecorded,
    ObservationWithdrawn,
    Phase,
    StopCode,
)
from contracts.values import (
    ChallengeId,
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
from services.experiments.experiment import EXPERIMENT, Experiment, known
from services.experiments.experiment_rights import allowed_actions

T = TypeVar("T")


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


@value
class FollowUpShown:
    """Something that is left to do, or was."""

    follow_up_id: PartId = about("The follow-up.")
    what: Note = about("What is to be done.")
    assignee: PersonId = about("Who sees to it.")
    due_on: date | None = about("The day it should be done.", default=None)
    result: Note | None = about("What came of it.", default=None)
    done_at: datetime | None = about("When it was done; None: it is not.", default=None)


@value
class ApprovalShown:
    """What was asked of the decider, or answered."""

    what: str = about("requested, approved or returned.")
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
    contact_shown: bool = about("Whether they want to be asked about it by others.")
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
    decisions: tuple[DecisionShown, ...] = about("How to go on; the last one counts.")
    follow_ups: tuple[FollowUpShown, ...] = about("What is left to do, and what was.")
    lesson_ids: tuple[LessonId, ...] = about("What was learned.")
    cancelled_because: Note | None = about("Why it will not be tested.")
    drafted_at: datetime = about("When it was planned.")
    started_at: datetime | None = about("When it started.")
    changed_at: datetime = about("When something last happened to it.")
    allowed_actions: tuple[str, ...] = about("What the caller may do now; nothing on a page of the past.", default=())


def experiment_page(history: Sequence[Recorded], caller: Caller | None = None) -> ExperimentPage:
    """The page after this history, with what ``caller`` may do; NotFound for an empty history."""
    now = known(EXPERIMENT.fold([recorded.event for recorded in history]))
    *earlier, last = [None, *_conclusions(history)]
    stands = last if now.is_concluded else None
    return ExperimentPage(
        experiment_id=now.experiment_id,
        version=history[-1].version,
        state=now.state,
        title=now.title,
        idea_ids=now.idea_ids,
        challenge_id=now.challenge_id,
        unit=now.unit,
        hypothesis=now.hypothesis,
        test_method=now.test_method,
        owner=now.owner,
        team=now.team,
        contact_shown=now.contact_shown,
        starts_on=now.starts_on,
        ends_on=now.ends_on,
        **_plan(history),
        checks=now.checks,
        needs_approval=bool(now.raised_checks) if now.checks else None,
        approvals=tuple(_approvals(history)),
        criteria=now.criteria,
        criteria_hash=_hash(history, now),
        amendments=tuple(_amendments(history)),
        observations=tuple(_observations(history)),
        outcome=now.outcome,
        conclusion=stands,
        earlier_conclusions=tuple(one for one in (*earlier, last) if one is not None and one is not stands),
        decisions=tuple(_decisions(history)),
        follow_ups=tuple(_follow_ups(history)),
        lesson_ids=now.lessons,
        cancelled_because=_cancelled_because(history, now),
        drafted_at=history[0].happened_at,
        started_at=next((at for _, at in _of(ExperimentStarted, history)), None),
        changed_at=history[-1].happened_at,
        allowed_actions=allowed_actions(now, caller) if caller else (),
    )


def _of(kind: type[T], history: Sequence[Recorded]) -> Iterator[tuple[T, datetime]]:
    """The events of a kind, and when each happened."""
    return ((recorded.event, recorded.happened_at) for recorded in history if isinstance(recorded.event, kind))


_PLANNED = ("phase", "test_group", "budget", "follows", "links", "language")
"""What no rule reads, and so no state holds."""


def _plan(history: Sequence[Recorded]) -> dict[str, Any]:
    plan: dict[str, Any] = {}
    for happening in (recorded.event for recorded in history):
        if isinstance(happening, ExperimentDrafted):
            plan = {name: getattr(happening, name) for name in _PLANNED}
        elif isinstance(happening, ExperimentRevised):
            plan |= {name: said for name in _PLANNED if (said := getattr(happening, name)) is not None}
            plan |= {name: None for name in _PLANNED if name in happening.cleared}
    return plan


def _approvals(history: Sequence[Recorded]) -> Iterator[ApprovalShown]:
    for recorded in history:
        at = recorded.happened_at
        match recorded.event:
            case ApprovalRequested(message=message):
                yield ApprovalShown(what="requested", note=message, at=at)
            case ExperimentApproved(conditions=conditions, mandate=mandate):
                yield ApprovalShown(what="approved", note=conditions, mandate=mandate, at=at)
            case ApprovalReturned(reason=reason, mandate=mandate):
                yield ApprovalShown(what="returned", note=reason, mandate=mandate, at=at)


def _hash(history: Sequence[Recorded], now: Experiment) -> str | None:
    frozen = [r.event.criteria_hash for r in history if isinstance(r.event, ExperimentStarted | CriteriaAmended)]
    return frozen[-1] if frozen and now.has_started else None


def _amendments(history: Sequence[Recorded]) -> Iterator[AmendmentShown]:
    for amended, at in _of(CriteriaAmended, history):
        yield AmendmentShown(reason=amended.reason, before=amended.before, after=amended.after, amended_at=at)


def _observations(history: Sequence[Recorded]) -> Iterator[ObservationShown]:
    shown: dict[PartId, ObservationShown] = {}
    for recorded in history:
        match recorded.event:
            case ObservationRecorded() as seen:
                shown[seen.observation_id] = _observation(seen, recorded.happened_at)
            case ObservationCorrected() as right:
                shown[right.observation_id] = _corrected(shown[right.observation_id], right, recorded.happened_at)
            case ObservationWithdrawn(observation_id=id_, reason=reason):
                shown[id_] = dataclasses.replace(shown[id_], withdrawn_because=reason)
    yield from shown.values()


_SEEN = ("criterion_id", "value", "n", "method", "evidence_type", "source", "observed_on")


def _observation(seen: ObservationRecorded, at: datetime) -> ObservationShown:
    return ObservationShown(
        observation_id=seen.observation_id,
        **{name: getattr(seen, name) for name in _SEEN},
        late=seen.late,
        recorded_by=seen.recorded_by,
        recorded_at=at,
    )


def _corrected(shown: ObservationShown, right: ObservationCorrected, at: datetime) -> ObservationShown:
    was = Correction(previous_value=right.previous_value, reason=right.reason, corrected_at=at)
    now: dict[str, Any] = {name: getattr(right, name) for name in _SEEN}
    return dataclasses.replace(shown, **now, corrections=(*shown.corrections, was))


_THOUGHTS = ("surprise", "deviations", "explanation", "cost", "evidence_level")


def _conclusions(history: Sequence[Recorded]) -> list[ConclusionShown]:
    """Every conclusion there was, with what was told of it later."""
    shown: list[ConclusionShown] = []
    for recorded in history:
        match recorded.event:
            case Conclusion() as concluded:
                shown.append(_conclusion(concluded, recorded.happened_at))
            case Afterthoughts() as told:
                shown[-1] = _thought_over(shown[-1], told, recorded.happened_at)
            case ExperimentReopened(reason=reason, previous_outcome=outcome) if outcome:
                shown[-1] = dataclasses.replace(shown[-1], reopened_because=reason)
    return shown


def _conclusion(concluded: Conclusion, at: datetime) -> ConclusionShown:
    return ConclusionShown(
        outcome=concluded.outcome,
        hypothesis=concluded.hypothesis,
        per_criterion=concluded.per_criterion,
        observation_ids=concluded.observation_ids,
        evidence_level=concluded.evidence_level,
        reason_code=getattr(concluded, "reason_code", None),
        reason=getattr(concluded, "reason", None),
        concluded_at=at,
    )


def _thought_over(shown: ConclusionShown, told: Afterthoughts, at: datetime) -> ConclusionShown:
    said: dict[str, Any] = {name: new for name in _THOUGHTS if (new := getattr(told, name, None)) is not None}
    if isinstance(told, ConclusionCorrected):
        said["corrections"] = (*shown.corrections, Correction(reason=told.reason, corrected_at=at))
    return dataclasses.replace(shown, **said)


def _decisions(history: Sequence[Recorded]) -> Iterator[DecisionShown]:
    for taken, at in _of(DecisionTaken, history):
        yield DecisionShown(
            decision=taken.decision,
            receiver=taken.receiver,
            reason=taken.reason,
            mandate=taken.mandate,
            decided_at=at,
        )


def _follow_ups(history: Sequence[Recorded]) -> Iterator[FollowUpShown]:
    done = {finished.follow_up_id: (finished, at) for finished, at in _of(FollowUpDone, history)}
    for assigned, _ in _of(FollowUpAssigned, history):
        finished, at = done.get(assigned.follow_up_id, (None, None))
        yield FollowUpShown(
            follow_up_id=assigned.follow_up_id,
            what=assigned.what,
            assignee=assigned.assignee,
            due_on=assigned.due_on,
            result=finished.result if finished else None,
            done_at=at,
        )


def _cancelled_because(history: Sequence[Recorded], now: Experiment) -> Note | None:
    reasons = [cancelled.reason for cancelled, _ in _of(ExperimentCancelled, history)]
    return reasons[-1] if now.state == "cancelled" else None
