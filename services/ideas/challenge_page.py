"""The page of one challenge: everything that is told of it, folded from its history as it is now or was then."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from typing import Any

from chassis.recorded import Recorded
from contracts.event import about, replace, value
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
    WorkshopPlanned,
)
from contracts.values import ChallengeId, Language, Link, Note, PersonId, Text, Title, UnitId
from services.ideas.read_models import Workshop


@value
class ChallengePage:
    """A challenge."""

    challenge_id: ChallengeId = about("The challenge.")
    state: ChallengeState = about("Where it is.")
    title: Title = about("The question in one line.")
    why: Text | None = about("Why it is asked.")
    examples: tuple[Note, ...] = about("Examples of what is meant.")
    focal_points: tuple[Note, ...] = about("What ideas should aim at.")
    unit: UnitId = about("The unit that asks.")
    units_concerned: tuple[UnitId, ...] = about("Other units that it concerns.")
    selection_criteria: tuple[Note, ...] = about("What ideas are chosen by.")
    opens_on: date | None = about("The day it is meant to open.")
    closes_on: date | None = about("It stays open through this day at least.")
    links: tuple[Link, ...] = about("To read elsewhere.")
    language: Language = about("The language it is written in.")
    workshops: tuple[Workshop, ...] = about("Its workshops.", default=())
    outcome_text: Text | None = about("What came of it; once it is closed.", default=None)
    reason: Note | None = about("Why it was last changed, extended, reopened or cancelled.", default=None)
    drafted_by: PersonId = about("Who prepared it.")
    drafted_at: datetime = about("When it was begun.")
    opened_at: datetime | None = about("When it opened.", default=None)
    changed_at: datetime = about("When something happened to it last.")
    version: int = about("The version of it that this is.")
    allowed_actions: tuple[str, ...] = about("What the caller may do with it now; nothing in the past.", default=())


def onto_challenge_page(page: ChallengePage | None, recorded: Recorded) -> ChallengePage:
    """The page after an event of the challenge."""
    happening = recorded.event
    if page is None:
        return _begun(happening, recorded)
    after = _after(page, happening, recorded.happened_at)
    return replace(after, changed_at=recorded.happened_at, version=recorded.version)


def _begun(drafted: ChallengeDrafted, recorded: Recorded) -> ChallengePage:
    told = {f.name: getattr(drafted, f.name) for f in dataclasses.fields(drafted)}
    at = recorded.happened_at
    return ChallengePage(**told, state="draft", drafted_at=at, changed_at=at, version=recorded.version)


def _after(page: ChallengePage, happening: object, at: datetime) -> ChallengePage:
    match happening:
        case ChallengeRevised():
            return _revised(page, happening)
        case WorkshopPlanned():
            told = {f.name: getattr(happening, f.name) for f in dataclasses.fields(Workshop)}
            return replace(page, workshops=(*page.workshops, Workshop(**told)))
        case ChallengeOpened():
            return replace(page, state="open", opened_at=at)
        case ChallengeExtended(closes_on=closes_on, reason=reason):
            return replace(page, state="open", closes_on=closes_on, reason=reason)
        case EvaluationStarted():
            return replace(page, state="evaluating")
        case ChallengeClosed(outcome_text=text):
            return replace(page, state="closed", outcome_text=text)
        case ChallengeReopened(reason=reason):
            return replace(page, state="evaluating", outcome_text=None, reason=reason)
        case ChallengeCancelled(reason=reason):
            return replace(page, state="cancelled", reason=reason)
        case _:
            return page


_WORDS = (
    *("title", "why", "examples", "focal_points", "units_concerned", "selection_criteria"),
    *("opens_on", "closes_on", "links", "language"),
)


def _revised(page: ChallengePage, revised: ChallengeRevised) -> ChallengePage:
    changed = {name: new for name in _WORDS if (new := getattr(revised, name)) is not None}
    emptied: dict[str, Any] = dict.fromkeys(revised.cleared)
    return replace(page, **changed, **emptied, reason=revised.reason)
