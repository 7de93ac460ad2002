"""Challenges over HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chassis.errors import NotFound
from chassis.web import Read, Routes
from contracts.event import about, value
from contracts.values import ChallengeId
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
    return dataclasses.replace(page, allowed_actions=allowed_actions(challenge, read.caller))
