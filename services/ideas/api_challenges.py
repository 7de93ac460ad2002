"""Challenges over HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from marshmallow.validate import Range

from chassis.command import Caller
from chassis.errors import NotFound
from chassis.web import Read, Routes
from contracts.event import about, replace, value
from contracts.ideas import ChallengeState
from contracts.values import ChallengeId, Text, Title, UnitId
from services.ideas.challenge import (
    CHALLENGE,
    Challenge,
    allowed_actions,
    cancel,
    close,
    evaluate,
    extend,
    open_challenge,
    reopen,
)
from services.ideas.challenge_page import ChallengePage, onto_challenge_page
from services.ideas.challenge_writing import draft, plan_workshop, revise
from services.ideas.read_models import (
    CHALLENGE_OVERVIEW,
    CHALLENGE_PARTS,
    CameOf,
    ChallengeCard,
    Workshop,
    came_of,
    challenges_page,
)

challenges = Routes("challenges", "Challenges: ask a question, take ideas, say what came of them")

ONE = "/challenges/<challenge_id>"

challenges.decision("POST", "/challenges", CHALLENGE, draft, status=201)
challenges.decision("PATCH", ONE, CHALLENGE, revise, if_match=True)
challenges.decision("POST", f"{ONE}/workshops", CHALLENGE, plan_workshop, status=201)
_DECISIONS: Mapping[str, Callable[[Any, Challenge | None], list[object]]] = {
    "open": open_challenge,
    "extend": extend,
    "evaluate": evaluate,
    "close": close,
    "reopen": reopen,
    "cancel": cancel,
}
for path, decision in _DECISIONS.items():
    challenges.decision("POST", f"{ONE}/{path}", CHALLENGE, decision)


@value
class ChallengeAsked:
    """Which challenge, as of when."""

    challenge_id: ChallengeId = about("The challenge.")
    as_of: datetime | None = about("Show it as it was known at this moment.", default=None)


@challenges.query(ONE)
def show_challenge(asked: ChallengeAsked, read: Read) -> ChallengePage:
    """Show a challenge; ``as_of`` shows what was known then."""
    page: ChallengePage | None = None
    for recorded in read.events(CHALLENGE, asked.challenge_id, asked.as_of):
        page = onto_challenge_page(page, recorded)
    if page is None:
        raise NotFound("no-such-challenge")
    challenge = read.state(CHALLENGE, asked.challenge_id)
    if asked.as_of is not None or challenge is None:
        return page
    return replace(page, allowed_actions=allowed_actions(challenge, read.caller))


@value
class ChallengesAsked:
    """Which challenges."""

    unit: UnitId | None = about("Of this unit and those below it.", default=None)
    state: ChallengeState | None = about("In this state.", default=None)
    limit: int = about("How many at most.", default=50, validate=Range(min=1, max=200))
    after: str | None = about("What the page before said is next.", default=None)


@value
class ChallengeListed:
    """A challenge, and what has come of it."""

    challenge_id: ChallengeId = about("The challenge.")
    state: ChallengeState = about("Where it is.")
    title: Title = about("The question in one line.")
    why: Text | None = about("Why it is asked.")
    unit: UnitId = about("The unit that asks.")
    units_concerned: tuple[UnitId, ...] = about("Other units that it concerns.")
    opens_on: date | None = about("The day it is meant to open.")
    closes_on: date | None = about("It stays open through this day at least.")
    drafted_at: datetime = about("When it was begun.")
    opened_at: datetime | None = about("When it opened.")
    closed_at: datetime | None = about("When it was closed.")
    outcome_text: Text | None = about("What came of it, in words.")
    workshops: tuple[Workshop, ...] = about("Its workshops.")
    came_of: CameOf = about("What came of it, in numbers.")
    allowed_actions: tuple[str, ...] = about("What the caller may do with it now.")


@value
class ChallengeList:
    """Some of the challenges."""

    items: tuple[ChallengeListed, ...] = about("They, newest first.")
    next: str | None = about("Where the next page begins.")
    behind: tuple[ChallengeId, ...] = about("Those of them whose row lags.")


@challenges.query("/challenges", of=(CHALLENGE_OVERVIEW, CHALLENGE_PARTS))
def list_challenges(asked: ChallengesAsked, read: Read) -> ChallengeList:
    """List the challenges and what has come of each; drafts are listed for coaches."""
    rows = read.rows(CHALLENGE_OVERVIEW)
    page = challenges_page(
        rows,
        unit=asked.unit,
        state=asked.state,
        with_drafts=read.caller.has("coach"),
        after=asked.after,
        limit=asked.limit,
    )
    challenges = read.states(CHALLENGE, (card.challenge_id for card in page.rows))
    came = came_of(read.rows(CHALLENGE_PARTS), [card.challenge_id for card in page.rows])
    items = tuple(
        _listed(card, came[card.challenge_id], challenges[card.challenge_id], read.caller) for card in page.rows
    )
    return ChallengeList(items=items, next=page.next, behind=rows.behind(page.rows))


def _listed(card: ChallengeCard, came: CameOf, challenge: Challenge | None, caller: Caller) -> ChallengeListed:
    return ChallengeListed(
        **{f.name: getattr(card, f.name) for f in dataclasses.fields(card)},
        came_of=came,
        allowed_actions=allowed_actions(challenge, caller) if challenge else (),
    )
