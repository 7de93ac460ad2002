"""Experiments over HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from marshmallow.validate import Range

from chassis.command import Caller
from chassis.web import Read, Routes
from contracts.event import about, value
from contracts.experiments import Criterion, ExperimentState, Phase
from contracts.values import (
    EvidenceLevel,
    ExperimentId,
    IdeaId,
    LessonId,
    Outcome,
    PersonId,
    TestDecision,
    Text,
    Title,
    UnitId,
)
from services.experiments.experiment import EXPERIMENT, Experiment
from services.experiments.experiment_afterwards import assign_follow_up, close, decide, finish_follow_up, reopen
from services.experiments.experiment_approval import approve, ask_approval, send_back
from services.experiments.experiment_concluding import conclude, correct, supplement
from services.experiments.experiment_observing import correct_observation, record_observation, withdraw_observation
from services.experiments.experiment_page import experiment_page
from services.experiments.experiment_people import change_owner, change_team, show_contact
from services.experiments.experiment_planning import answer_checks, cancel, draft, revise, set_criteria
from services.experiments.experiment_rights import allowed_actions
from services.experiments.experiment_running import amend, end_measuring, pause, resume, start
from services.experiments.experiment_shown import ExperimentPage
from services.experiments.read_models.experiment_board import (
    EXPERIMENT_BOARD,
    ExperimentCard,
    Sort,
    board_page,
    board_where,
)

routes = Routes("experiments", "Experiments: plan them, run them, say what came of them, decide how to go on")

ONE = "/experiments/<experiment_id>"

routes.decision("POST", "/experiments", EXPERIMENT, draft, status=201)
routes.decision("PATCH", ONE, EXPERIMENT, revise, if_match=True)
_DECISIONS: Mapping[str, Callable[[Any, Experiment | None], list[object]]] = {
    "criteria": set_criteria,
    "checks": answer_checks,
    "owner": change_owner,
    "team": change_team,
    "contact": show_contact,
    "ask-approval": ask_approval,
    "approve": approve,
    "return": send_back,
    "start": start,
    "amend": amend,
    "observations/<observation_id>/correct": correct_observation,
    "observations/<observation_id>/withdraw": withdraw_observation,
    "pause": pause,
    "resume": resume,
    "end-measuring": end_measuring,
    "conclude": conclude,
    "supplement": supplement,
    "correct": correct,
    "decide": decide,
    "follow-ups/<follow_up_id>/done": finish_follow_up,
    "close": close,
    "reopen": reopen,
    "cancel": cancel,
}
for path, decision in _DECISIONS.items():
    routes.decision("POST", f"{ONE}/{path}", EXPERIMENT, decision)
routes.decision("POST", f"{ONE}/observations", EXPERIMENT, record_observation, status=201)
routes.decision("POST", f"{ONE}/follow-ups", EXPERIMENT, assign_follow_up, status=201)


@value
class ExperimentAsked:
    """Which experiment, as of when."""

    experiment_id: ExperimentId = about("The experiment.")
    as_of: datetime | None = about("Show it as it was known at this moment.", default=None)


@routes.query(ONE)
def show_experiment(asked: ExperimentAsked, read: Read) -> ExperimentPage:
    """Show an experiment with all that was ever said of it; ``as_of`` shows what was known then."""
    history = read.events(EXPERIMENT, asked.experiment_id, asked.as_of)
    return experiment_page(history, None if asked.as_of else read.caller)


@value
class ExperimentsAsked:
    """Which experiments."""

    unit: UnitId | None = about("Of this unit and those below it.", default=None)
    state: tuple[ExperimentState, ...] = about("In one of these states.", default=(), most=8)
    phase: Phase | None = about("Of this phase.", default=None)
    outcome: Outcome | None = about("Concluded with this.", default=None)
    idea_id: IdeaId | None = about("That test this idea.", default=None)
    sort: Sort = about("newest, latest_step or ending_soonest.", default="newest")
    limit: int = about("How many at most.", default=50, validate=Range(min=1, max=200))
    after: str | None = about("What the page before said is next.", default=None)


@value
class ExperimentListed:
    """An experiment on the board."""

    experiment_id: ExperimentId = about("The experiment.")
    state: ExperimentState = about("Where it is on its way.")
    phase: Phase = about("explore, pilot or scale.")
    title: Title = about("The experiment in one line.")
    unit: UnitId = about("The unit that it belongs to.")
    idea_ids: tuple[IdeaId, ...] = about("The ideas that it tests.")
    hypothesis: Text | None = about("We believe that …")
    criteria: tuple[Criterion, ...] = about("What it is judged by.")
    amendments: int = about("How often the criteria were changed while it ran.")
    observations: int = about("How many observations count.")
    starts_on: date | None = about("The day it is meant to start.")
    ends_on: date | None = about("The day it is meant to end.")
    outcome: Outcome | None = about("What it is concluded with.")
    evidence_level: EvidenceLevel | None = about("How well founded that is.")
    decision: TestDecision | None = about("How to go on.")
    lesson_ids: tuple[LessonId, ...] = about("What was learned.")
    contact: PersonId | None = about("Whom to ask about it, if they want to be asked.")
    drafted_at: datetime = about("When it was planned.")
    step_at: datetime = about("When it came into its state.")
    allowed_actions: tuple[str, ...] = about("What the caller may do now.")


@value
class ExperimentList:
    """Some of the experiments."""

    items: tuple[ExperimentListed, ...] = about("They, in the order asked for.")
    next: str | None = about("Where the next page begins.")
    behind: tuple[ExperimentId, ...] = about("Those of them whose row lags.")


@routes.query("/experiments", of=(EXPERIMENT_BOARD,))
def list_experiments(asked: ExperimentsAsked, read: Read) -> ExperimentList:
    """List what is planned, tested and tried; what is over stays in sight."""
    board = read.rows(EXPERIMENT_BOARD)
    where = board_where(
        board, unit=asked.unit, states=asked.state, phase=asked.phase, outcome=asked.outcome, idea_id=asked.idea_id
    )
    page = board_page(board, *where, sort=asked.sort, after=asked.after, limit=asked.limit)
    experiments = read.states(EXPERIMENT, (card.experiment_id for card in page.rows))
    items = tuple(_listed(card, experiments[card.experiment_id], read.caller) for card in page.rows)
    return ExperimentList(items=items, next=page.next, behind=board.behind(page.rows))


def _listed(card: ExperimentCard, experiment: Experiment | None, caller: Caller) -> ExperimentListed:
    return ExperimentListed(
        **{name: getattr(card, name) for name in _ON_THE_BOARD},
        allowed_actions=allowed_actions(experiment, caller) if experiment else (),
    )


_ON_THE_BOARD = tuple(f.name for f in dataclasses.fields(ExperimentListed) if f.name != "allowed_actions")
