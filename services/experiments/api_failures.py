"""The wall of failures over HTTP (Prövat och lärt)."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from marshmallow.validate import Length, Range

from chassis.command import Caller
from chassis.web import Read, Routes
from contracts.event import about, value
from contracts.experiments import CriterionResult, Effort
from contracts.values import (
    ChallengeId,
    EvidenceLevel,
    ExperimentId,
    IdeaId,
    PersonId,
    TestDecision,
    Text,
    Title,
    UnitId,
)
from services.experiments.experiment import EXPERIMENT, Experiment, known
from services.experiments.experiment_rights import allowed_actions
from services.experiments.read_models.failure_wall import (
    FAILURE_WALL,
    Amended,
    Failure,
    Learned,
    SeenLate,
    wall_page,
    wall_where,
)

routes = Routes("failures", "Failures: what was tried and did not hold, and what was learned from it")


@value
class FailuresAsked:
    """Which failures."""

    text: str | None = about("That resemble this text, the most alike first.", default=None, validate=Length(1, 2_000))
    unit: UnitId | None = about("Of this unit and those below it.", default=None)
    challenge_id: ChallengeId | None = about("Of ideas that answer this challenge.", default=None)
    limit: int = about("How many at most.", default=50, validate=Range(min=1, max=200))
    after: str | None = about("What the page before said is next; not with text.", default=None)


@value
class FailureShown:
    """A failed experiment: what was expected, seen and learned. It names the unit, and people only as they chose."""

    experiment_id: ExperimentId = about("The experiment.")
    failed_at: datetime = about("When it was concluded.")
    unit: UnitId = about("The unit that tried it.")
    title: Title = about("The experiment in one line.")
    hypothesis: Text = about("What was believed.")
    test_method: Text | None = about("How it was tested.")
    per_criterion: tuple[CriterionResult, ...] = about("What was expected and what was seen.")
    evidence_level: EvidenceLevel = about("How well founded it is.")
    amendments: tuple[Amended, ...] = about("How the criteria were changed while it ran.")
    late: tuple[SeenLate, ...] = about("What was seen after the conclusion.")
    surprise: Text | None = about("What nobody had expected.")
    deviations: Text | None = about("What was done otherwise than planned.")
    explanation: Text | None = about("Why it went as it did.")
    cost: Effort | None = about("What it took.")
    decision: TestDecision | None = about("How to go on.")
    lessons: tuple[Learned, ...] = about("What was learned, oldest first.")
    idea_ids: tuple[IdeaId, ...] = about("The ideas that it tested.")
    challenge_id: ChallengeId | None = about("The challenge that they answer.")
    contact: PersonId | None = about("Whom to ask about it, if they want to be asked.")
    allowed_actions: tuple[str, ...] = about("What the caller may do with the experiment now.")


@value
class FailureList:
    """Some of the failures."""

    items: tuple[FailureShown, ...] = about("They, the latest first.")
    next: str | None = about("Where the next page begins.")
    behind: tuple[ExperimentId, ...] = about("Those of them whose row lags.")


@routes.query("/failures", of=(FAILURE_WALL,))
def list_failures(asked: FailuresAsked, read: Read) -> FailureList:
    """List what failed: what was expected, what was seen, and what was learned."""
    wall = read.rows(FAILURE_WALL)
    where = wall_where(wall, unit=asked.unit, challenge_id=asked.challenge_id)
    page = wall_page(wall, *where, text=asked.text, after=asked.after, limit=asked.limit)
    failed = read.states(EXPERIMENT, (failure.experiment_id for failure in page.rows))
    items = tuple(_shown(failure, known(failed[failure.experiment_id]), read.caller) for failure in page.rows)
    return FailureList(items=items, next=page.next, behind=wall.behind(page.rows))


_ON_THE_WALL = tuple(f.name for f in dataclasses.fields(FailureShown) if f.name != "allowed_actions")


def _shown(failure: Failure, experiment: Experiment, caller: Caller) -> FailureShown:
    return FailureShown(
        **{name: getattr(failure, name) for name in _ON_THE_WALL},
        allowed_actions=allowed_actions(experiment, caller),
    )
