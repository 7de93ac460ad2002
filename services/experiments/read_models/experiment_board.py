"""experiment_board: what is being tested now? One row per experiment, from its plan on; what is over stays on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from chassis.processing.labels import labelled, labels
from chassis.processing.read_model import ReadModel, indexed, key, one_subject, row
from chassis.processing.rows import Page, Rows
from chassis.recorded import Recorded
from contracts.event import replace
from contracts.experiments import (
    CONCLUSIONS,
    ApprovalReturned,
    ChecksAnswered,
    Conclusion,
    CriteriaAmended,
    CriteriaSet,
    Criterion,
    DecisionTaken,
    ExperimentApproved,
    ExperimentCancelled,
    ExperimentClosed,
    ExperimentDrafted,
    ExperimentPaused,
    ExperimentReopened,
    ExperimentResumed,
    ExperimentRevised,
    ExperimentStarted,
    ExperimentState,
    Follows,
    LessonAttached,
    MeasuringEnded,
    ObservationRecorded,
    ObservationWithdrawn,
    OfExperiment,
    OwnerChanged,
    Phase,
    TeamChanged,
)
from contracts.units import descendants
from contracts.values import EvidenceLevel, Outcome, TestDecision
from services.experiments.experiment import state_after

Sort = Literal["newest", "latest_step", "ending_soonest"]
_NO_END = date.max


@row
class ExperimentCard:
    """An experiment as it hangs on the board. Of people it names the owner, and only if they want to be asked."""

    experiment_id: str = key()
    state: ExperimentState = indexed()
    phase: Phase = indexed(default="explore")
    outcome: Outcome | None = indexed(default=None)
    unit: str = indexed()
    drafted_at: datetime = indexed()
    step_at: datetime = indexed()
    """When it came into the state it is in."""
    ends: date = indexed(default=_NO_END)
    """``ends_on``; the last of days where there is none, so that it sorts."""
    title: str
    hypothesis: str | None = None
    test_method: str | None = None
    criteria: tuple[Criterion, ...] = ()
    idea_ids: tuple[str, ...] = ()
    ideas: str = ""
    challenge_id: str | None = None
    follows: Follows | None = None
    starts_on: date | None = None
    observations: int = 0
    amendments: int = 0
    evidence_level: EvidenceLevel | None = None
    decision: TestDecision | None = None
    lesson_ids: tuple[str, ...] = ()
    language: str = "sv"
    owner: str
    contact_shown: bool = False

    @property
    def ends_on(self) -> date | None:
        """The day it is meant to end."""
        return None if self.ends == _NO_END else self.ends

    @property
    def contact(self) -> str | None:
        """Whom to ask about it."""
        return self.owner if self.contact_shown else None


def onto_experiment_board(card: ExperimentCard | None, recorded: Recorded, key: str) -> ExperimentCard | None:
    """The card after an event."""
    happening = recorded.event
    if isinstance(happening, ExperimentDrafted):
        return _hung_up(happening, recorded.happened_at)
    if card is None:
        return None
    return _moved(_told(_planned(card, happening), happening), happening, recorded.happened_at)


def _hung_up(plan: ExperimentDrafted, at: datetime) -> ExperimentCard:
    return ExperimentCard(
        experiment_id=plan.experiment_id,
        state="draft",
        phase=plan.phase,
        unit=plan.unit,
        drafted_at=at,
        step_at=at,
        ends=plan.ends_on or _NO_END,
        title=plan.title,
        hypothesis=plan.hypothesis,
        test_method=plan.test_method,
        idea_ids=plan.idea_ids,
        ideas=labels(*plan.idea_ids),
        challenge_id=plan.challenge_id,
        follows=plan.follows,
        starts_on=plan.starts_on,
        language=plan.language,
        owner=plan.owner,
        contact_shown=plan.contact_shown,
    )


_PLANNED = ("challenge_id", "phase", "hypothesis", "test_method", "starts_on", "follows", "language", "contact_shown")


def _planned(card: ExperimentCard, happening: OfExperiment) -> ExperimentCard:
    """With what the plan says now."""
    match happening:
        case ExperimentRevised():
            changed: dict[str, Any] = {name: new for name in _PLANNED if (new := getattr(happening, name)) is not None}
            changed |= {name: None for name in _PLANNED if name in happening.cleared}
            ends = _NO_END if "ends_on" in happening.cleared else happening.ends_on or card.ends
            changed |= {"ends": ends, "title": happening.title, "idea_ids": happening.idea_ids}
            return replace(card, **changed, ideas=labels(*happening.idea_ids))
        case CriteriaSet(criteria=criteria) | ExperimentStarted(criteria=criteria):
            return replace(card, criteria=criteria)
        case CriteriaAmended(after=criteria):
            return replace(card, criteria=criteria, amendments=card.amendments + 1)
        case OwnerChanged(to=owner):
            return replace(card, owner=owner, contact_shown=False)
        case TeamChanged(owner=owner):
            return replace(card, owner=owner)
        case _:
            return card


def _told(card: ExperimentCard, happening: OfExperiment) -> ExperimentCard:
    """With what was seen, concluded, decided and learned."""
    match happening:
        case ObservationRecorded():
            return replace(card, observations=card.observations + 1)
        case ObservationWithdrawn():
            return replace(card, observations=card.observations - 1)
        case DecisionTaken(decision=decision):
            return replace(card, decision=decision)
        case LessonAttached(lesson_id=lesson):
            return replace(card, lesson_ids=tuple(dict.fromkeys((*card.lesson_ids, lesson))))
        case ExperimentReopened():
            return replace(card, outcome=None, evidence_level=None, decision=None)
        case Conclusion():
            return replace(card, outcome=happening.outcome, evidence_level=happening.evidence_level)
        case _:
            return card


def _moved(card: ExperimentCard, happening: OfExperiment, at: datetime) -> ExperimentCard:
    state = state_after(happening)
    return card if state in (None, card.state) else replace(card, state=state, step_at=at)


EXPERIMENT_BOARD: ReadModel[ExperimentCard] = ReadModel(
    name="experiment_board",
    version=1,
    row=ExperimentCard,
    sources=("experiments",),
    on=(
        *(ExperimentDrafted, ExperimentRevised, CriteriaSet, ChecksAnswered, OwnerChanged, TeamChanged),
        *(ExperimentApproved, ApprovalReturned, ExperimentCancelled, ExperimentStarted, CriteriaAmended),
        *(ObservationRecorded, ObservationWithdrawn, ExperimentPaused, ExperimentResumed, MeasuringEnded),
        *CONCLUSIONS.values(),
        *(DecisionTaken, LessonAttached, ExperimentClosed, ExperimentReopened),
    ),
    keys=one_subject,
    fold=onto_experiment_board,
)


def board_where(
    board: Rows[ExperimentCard],
    *,
    unit: str | None = None,
    states: tuple[ExperimentState, ...] = (),
    phase: Phase | None = None,
    outcome: Outcome | None = None,
    idea_id: str | None = None,
) -> list[sa.ColumnElement[bool]]:
    """The experiments of this unit and every unit below it, in one of these states, of this phase, …

    What is None or empty is not asked for. For ``board_page`` and ``Rows.count``.
    """
    columns = board.table.c
    where: list[sa.ColumnElement[bool]] = []
    if unit is not None:
        where.append(columns.unit.in_(sorted(descendants(unit))))
    if states:
        where.append(columns.state.in_(states))
    if phase is not None:
        where.append(columns.phase == phase)
    if outcome is not None:
        where.append(columns.outcome == outcome)
    if idea_id is not None:
        where.append(labelled(columns.ideas, idea_id))
    return where


_ORDERS: dict[Sort, tuple[str, bool]] = {
    "newest": ("drafted_at", True),
    "latest_step": ("step_at", True),
    "ending_soonest": ("ends", False),
}


def board_page(
    board: Rows[ExperimentCard],
    *where: sa.ColumnElement[bool],
    sort: Sort = "newest",
    after: str | None = None,
    limit: int = 50,
) -> Page[ExperimentCard]:
    """A page of the board; ``ending_soonest`` has those without an end last. Raises Invalid for a cursor not ours."""
    by, descending = _ORDERS[sort]
    return board.page(*where, by=(by,), descending=descending, after=after, limit=limit)
