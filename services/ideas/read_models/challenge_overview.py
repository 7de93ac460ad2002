"""challenge_overview: how is this challenge going? Its question, its days and workshops, and what has come of it.

Two tables. ``challenge_overview`` has a row per challenge. ``challenge_parts`` has one per idea and experiment that
answers a challenge; they are counted, in total, and never per person: no row knows of anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from chassis.processing.read_model import ReadModel, indexed, key, one_subject, row
from chassis.processing.rows import Page, Rows
from chassis.recorded import Recorded
from contracts.event import about, replace, value
from contracts.experiments import (
    CONCLUSIONS,
    ExperimentCancelled,
    ExperimentDrafted,
    ExperimentReopened,
    ExperimentRevised,
    ExperimentStarted,
)
from contracts.experiments import Conclusion as Concluded
from contracts.ideas import (
    ChallengeCancelled,
    ChallengeClosed,
    ChallengeDrafted,
    ChallengeExtended,
    ChallengeOpened,
    ChallengeReopened,
    ChallengeRevised,
    ChallengeState,
    EvaluationStarted,
    IdeaPutToTest,
    IdeaState,
    IdeaSubmitted,
    WorkshopPlanned,
)
from contracts.units import descendants
from services.ideas.read_models.moves import MOVES, state_after


@value
class Workshop:
    """People meet and have ideas for the challenge together."""

    workshop_id: str = about("The workshop.")
    name: str = about("What it is called.")
    held_on: date | None = about("The day it is held.")
    unit: str = about("The unit that holds it.")
    groups: tuple[str, ...] = about("The names of its groups.", default=())


@row
class ChallengeCard:
    """A challenge as it is now."""

    challenge_id: str = key()
    state: ChallengeState = indexed(default="draft")
    unit: str = indexed()
    drafted_at: datetime = indexed()
    title: str
    why: str | None = None
    units_concerned: tuple[str, ...] = ()
    opens_on: date | None = None
    closes_on: date | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    outcome_text: str | None = None
    workshops: tuple[Workshop, ...] = ()


_TO: Mapping[type, ChallengeState] = {
    ChallengeOpened: "open",
    ChallengeExtended: "open",
    EvaluationStarted: "evaluating",
    ChallengeClosed: "closed",
    ChallengeReopened: "evaluating",
    ChallengeCancelled: "cancelled",
}


def onto_challenge_overview(card: ChallengeCard | None, recorded: Recorded, key: str) -> ChallengeCard | None:
    """The challenge after an event; its first is the draft."""
    happening, at = recorded.event, recorded.happened_at
    if isinstance(happening, ChallengeDrafted):
        return _drafted(happening, at)
    if card is None:
        return None
    card = replace(card, state=_TO.get(type(happening), card.state))
    match happening:
        case ChallengeRevised():
            return _revised(card, happening)
        case WorkshopPlanned():
            return replace(card, workshops=(*card.workshops, _workshop(happening)))
        case ChallengeOpened():
            return replace(card, opened_at=at)
        case ChallengeExtended(closes_on=day):
            return replace(card, closes_on=day)
        case ChallengeClosed(outcome_text=text):
            return replace(card, closed_at=at, outcome_text=text)
        case ChallengeReopened():
            return replace(card, closed_at=None, outcome_text=None)
        case _:
            return card


def _drafted(challenge: ChallengeDrafted, at: datetime) -> ChallengeCard:
    return ChallengeCard(
        challenge_id=challenge.challenge_id,
        unit=challenge.unit,
        drafted_at=at,
        title=challenge.title,
        why=challenge.why,
        units_concerned=challenge.units_concerned,
        opens_on=challenge.opens_on,
        closes_on=challenge.closes_on,
    )


def _revised(card: ChallengeCard, revised: ChallengeRevised) -> ChallengeCard:
    names = ("title", "why", "units_concerned", "opens_on", "closes_on")
    changed = {name: new for name in names if (new := getattr(revised, name)) is not None}
    cleared: dict[str, Any] = dict.fromkeys(revised.cleared)
    return replace(card, **{**changed, **cleared})


def _workshop(planned: WorkshopPlanned) -> Workshop:
    return Workshop(
        workshop_id=planned.workshop_id,
        name=planned.name,
        held_on=planned.held_on,
        unit=planned.unit,
        groups=planned.groups,
    )


CHALLENGE_OVERVIEW: ReadModel[ChallengeCard] = ReadModel(
    name="challenge_overview",
    version=1,
    row=ChallengeCard,
    sources=("ideas",),
    on=(ChallengeDrafted, ChallengeRevised, WorkshopPlanned, *_TO),
    keys=one_subject,
    fold=onto_challenge_overview,
)


Trial = Literal[
    "planned", "cancelled", "running", "succeeded", "failed", "inconclusive", "stopped_early", "invalidated"
]
"""How far an experiment is, or what came of it."""


@row
class Part:
    """An idea or an experiment, as far as its challenge wants to know."""

    thing: str = key()
    """``idea-<id>`` or ``experiment-<id>``."""
    challenge_id: str | None = indexed(default=None)
    idea: IdeaState | None = None
    experiment: Trial | None = None
    tests: tuple[str, ...] = ()
    """Of an idea: the experiments it was put to."""


def onto_challenge_parts(part: Part | None, recorded: Recorded, key: str) -> Part:
    """The idea or experiment after an event of its own."""
    part = part or Part(thing=key)
    happening = recorded.event
    match happening:
        case IdeaSubmitted(challenge_id=challenge):
            return replace(part, challenge_id=challenge, idea="submitted")
        case ExperimentDrafted(challenge_id=challenge):
            return replace(part, challenge_id=challenge, experiment="planned")
        case ExperimentRevised(challenge_id=challenge, cleared=cleared):
            answers = None if "challenge_id" in cleared else challenge or part.challenge_id
            return replace(part, challenge_id=answers)
        case ExperimentStarted():
            return replace(part, experiment="running")
        case ExperimentCancelled():
            return replace(part, experiment="cancelled")
        case ExperimentReopened(leads_to=state):
            return replace(part, experiment="planned" if state == "draft" else "running")
        case Concluded(outcome=outcome):
            return replace(part, experiment=outcome)
        case IdeaPutToTest(experiment_id=test, leads_to=state):
            return replace(part, idea=state, tests=tuple(sorted({*part.tests, test})))
        case _:
            return replace(part, idea=state_after(happening) or part.idea)


CHALLENGE_PARTS: ReadModel[Part] = ReadModel(
    name="challenge_parts",
    version=1,
    row=Part,
    sources=("ideas", "experiments"),
    on=(
        *MOVES,
        *(ExperimentDrafted, ExperimentRevised, ExperimentStarted, ExperimentCancelled, ExperimentReopened),
        *CONCLUSIONS.values(),
    ),
    keys=lambda recorded: (recorded.stream,),
    fold=onto_challenge_parts,
)


@value
class CameOf:
    """What a challenge has led to, in numbers; what there is none of is missing."""

    ideas: Mapping[IdeaState, int] = about("State → how many of its ideas are in it.")
    experiments: Mapping[Trial, int] = about("How far or with what outcome → how many of its experiments.")


def came_of(parts: Rows[Part], challenges: Collection[str]) -> Mapping[str, CameOf]:
    """What has come of each of these challenges: its ideas, and the experiments that answer it or test one of them."""
    of: dict[str, list[Part]] = {challenge_id: [] for challenge_id in challenges}
    for part in parts.all(sa.select(parts.table).where(parts.table.c.challenge_id.in_(list(of)))):
        of[str(part.challenge_id)].append(part)
    tested = parts.some({f"experiment-{test}" for found in of.values() for part in found for test in part.tests})
    tests = {part.thing: part for part in tested}
    return {challenge_id: _came_of(found, tests) for challenge_id, found in of.items()}


def _came_of(found: Sequence[Part], tests: Mapping[str, Part]) -> CameOf:
    """What has come of these parts of one challenge; ``tests`` has the experiments that they are tested by."""
    tested = {f"experiment-{test}" for part in found for test in part.tests} - {part.thing for part in found}
    experiments = (*found, *(tests[test] for test in sorted(tested & tests.keys())))
    return CameOf(
        ideas=Counter(part.idea for part in found if part.idea),
        experiments=Counter(part.experiment for part in experiments if part.experiment),
    )


def challenges_page(
    challenges: Rows[ChallengeCard],
    *,
    unit: str | None = None,
    state: ChallengeState | None = None,
    with_drafts: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> Page[ChallengeCard]:
    """A page of challenges, newest first: of this unit and every unit below it, in this state.

    Raises Invalid for a cursor that is not its own.
    """
    columns = challenges.table.c
    where: list[sa.ColumnElement[bool]] = []
    if unit is not None:
        where.append(columns.unit.in_(sorted(descendants(unit))))
    if state is not None:
        where.append(columns.state == state)
    if not with_drafts:
        where.append(columns.state != "draft")
    return challenges.page(*where, by=("drafted_at",), descending=True, after=after, limit=limit)
