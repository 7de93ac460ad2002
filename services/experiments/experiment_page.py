"""The page of one experiment: what is planned, seen, concluded, learned and decided; folded from its own history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from chassis.command import Caller
from chassis.recorded import Recorded
from contracts.event import replace
from contracts.experiments import (
    Afterthoughts,
    ApprovalRequested,
    ApprovalReturned,
    Conclusion,
    ConclusionCorrected,
    CriteriaAmended,
    DecisionTaken,
    ExperimentApproved,
    ExperimentCancelled,
    ExperimentDrafted,
    ExperimentReopened,
    ExperimentRevised,
    ExperimentStarted,
    FollowUpAssigned,
    FollowUpDone,
    ObservationCorrected,
    ObservationRecorded,
    ObservationWithdrawn,
)
from contracts.values import Note, PartId
from services.experiments.experiment import EXPERIMENT, Experiment, known
from services.experiments.experiment_rights import actions_on_follow_up, actions_on_observation, allowed_actions
from services.experiments.experiment_shown import (
    AmendmentShown,
    ApprovalShown,
    ConclusionShown,
    Correction,
    DecisionShown,
    ExperimentPage,
    FollowUpShown,
    ObservationShown,
)

T = TypeVar("T")


def experiment_page(history: Sequence[Recorded], caller: Caller | None = None) -> ExperimentPage:
    """The page after this history, with what ``caller`` may do; NotFound for an empty history."""
    now = known(EXPERIMENT.fold([recorded.event for recorded in history]))
    conclusions = _conclusions(history)
    stands = conclusions.pop() if now.is_concluded else None
    return ExperimentPage(
        **{name: getattr(now, name) for name in _KNOWN},
        **_plan(history),
        **_moments(history),
        version=history[-1].version,
        needs_approval=bool(now.raised_checks) if now.checks else None,
        approvals=tuple(_approvals(history)),
        criteria_hash=_hash(history, now),
        amendments=tuple(_amendments(history)),
        observations=_observations(history, now, caller),
        conclusion=stands,
        earlier_conclusions=tuple(conclusions),
        decisions=tuple(_decisions(history)),
        follow_ups=_follow_ups(history, now, caller),
        lesson_ids=now.lessons,
        cancelled_because=_cancelled_because(history, now),
        allowed_actions=allowed_actions(now, caller) if caller else (),
    )


_KNOWN = (
    *("experiment_id", "state", "title", "idea_ids", "challenge_id", "unit", "hypothesis", "test_method"),
    *("owner", "team", "contact_shown", "starts_on", "ends_on", "checks", "criteria", "outcome"),
)
"""What the rules know of it, too."""


def _moments(history: Sequence[Recorded]) -> dict[str, Any]:
    return {
        "drafted_at": history[0].happened_at,
        "started_at": next((at for _, at in _of(ExperimentStarted, history)), None),
        "changed_at": history[-1].happened_at,
    }


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


def _observations(history: Sequence[Recorded], now: Experiment, caller: Caller | None) -> tuple[ObservationShown, ...]:
    """Each with what was corrected in it; ``now`` has the same ones."""
    shown: dict[PartId, ObservationShown] = {}
    for recorded in history:
        match recorded.event:
            case ObservationRecorded() as seen:
                shown[seen.observation_id] = _observation(seen, recorded.happened_at)
            case ObservationCorrected() as right:
                shown[right.observation_id] = _corrected(shown[right.observation_id], right, recorded.happened_at)
            case ObservationWithdrawn(observation_id=id_, reason=reason):
                shown[id_] = replace(shown[id_], withdrawn_because=reason)
    if caller is None:
        return tuple(shown.values())
    return tuple(
        replace(shown[seen.observation_id], allowed_actions=actions_on_observation(seen, now, caller))
        for seen in now.observations
    )


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
    return replace(shown, **now, corrections=(*shown.corrections, was))


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
                shown[-1] = replace(shown[-1], reopened_because=reason)
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
    return replace(shown, **said)


def _decisions(history: Sequence[Recorded]) -> Iterator[DecisionShown]:
    turns = [recorded for recorded in history if isinstance(recorded.event, DecisionTaken | ExperimentReopened)]
    for recorded in turns:
        if isinstance(taken := recorded.event, DecisionTaken):
            yield DecisionShown(
                decision=taken.decision,
                receiver=taken.receiver,
                reason=taken.reason,
                mandate=taken.mandate,
                decided_at=recorded.happened_at,
                stands=recorded is turns[-1],
            )


def _follow_ups(history: Sequence[Recorded], now: Experiment, caller: Caller | None) -> tuple[FollowUpShown, ...]:
    done = {finished.follow_up_id: (finished, at) for finished, at in _of(FollowUpDone, history)}
    left = {one.follow_up_id: one for one in now.follow_ups}
    return tuple(
        FollowUpShown(
            follow_up_id=assigned.follow_up_id,
            what=assigned.what,
            assignee=assigned.assignee,
            due_on=assigned.due_on,
            result=finished.result if finished else None,
            done_at=at,
            allowed_actions=actions_on_follow_up(left[assigned.follow_up_id], now, caller) if caller else (),
        )
        for assigned, _ in _of(FollowUpAssigned, history)
        for finished, at in [done.get(assigned.follow_up_id, (None, None))]
    )


def _cancelled_because(history: Sequence[Recorded], now: Experiment) -> Note | None:
    reasons = [cancelled.reason for cancelled, _ in _of(ExperimentCancelled, history)]
    return reasons[-1] if now.state == "cancelled" else None
