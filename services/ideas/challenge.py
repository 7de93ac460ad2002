"""Challenge (Utmaning): a question that a unit asks, and the time in which it takes ideas."""

from __future__ import annotations

from datetime import date, datetime

from chassis.command import Caller, command, given
from chassis.decider import Decider
from chassis.errors import Invalid, NotFound, Refused
from chassis.states import StateTable
from contracts.calendar import day_of
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
from contracts.values import ChallengeId, Note, PartId, Text, UnitId
from services.ideas.mandate import covers, needs

# ── Commands ───────────────────────────────────────────────────────────────────────────────────────────────────────


@command
class OpenChallenge:
    """Let it take ideas."""

    challenge_id: ChallengeId = given()
    by: Caller = given()


@command
class ExtendChallenge:
    """Let it stay open longer, or open it again instead of evaluating."""

    challenge_id: ChallengeId = given()
    by: Caller = given()
    at: datetime = given()
    closes_on: date = about("It stays open through this day at least.")
    reason: Note | None = about("Why.", default=None)


@command
class EvaluateChallenge:
    """Begin to go through its ideas."""

    challenge_id: ChallengeId = given()
    by: Caller = given()


@command
class CloseChallenge:
    """End it, and say what came of it."""

    challenge_id: ChallengeId = given()
    by: Caller = given()
    outcome_text: Text = about("What came of it.")


@command
class ReopenChallenge:
    """Go through its ideas again."""

    challenge_id: ChallengeId = given()
    by: Caller = given()
    reason: Note = about("Why.")


@command
class CancelChallenge:
    """Let nothing come of it; its ideas stay."""

    challenge_id: ChallengeId = given()
    by: Caller = given()
    reason: Note = about("Why.")


# ── State ──────────────────────────────────────────────────────────────────────────────────────────────────────────

TABLE = StateTable(
    "                      draft        open         evaluating   closed       cancelled",
    open="                 →open        ○            ·            ·            ·",
    revise="               =            =            =            ·            ·",
    workshops="            =            =            ·            ·            ·",
    take_idea="            ·            =            ·            ·            ·",
    take_workshop_idea="   ·            =            =            ·            ·",
    extend="               ·            =            →open        ·            ·",
    evaluate="             ·            →evaluating  ○            ·            ·",
    close="                ·            →closed      →closed      ○            ·",
    reopen="               ·            ·            ·            →evaluating  ·",
    cancel="               →cancelled   →cancelled   →cancelled   ·            ○",
)
_RUN = ("open", "revise", "workshops", "extend", "evaluate", "close", "reopen", "cancel")
"""What whoever runs challenges does with one."""


@value
class Challenge:
    """What the rules of a challenge read."""

    challenge_id: ChallengeId
    state: ChallengeState
    unit: UnitId
    opens_on: date | None = None
    closes_on: date | None = None
    workshops: frozenset[PartId] = frozenset()


def evolve(challenge: Challenge | None, happening: object) -> Challenge:
    """The challenge after an event."""
    if isinstance(happening, ChallengeDrafted):
        return _drafted(happening)
    if challenge is None:
        raise ValueError(f"{type(happening).__name__} before ChallengeDrafted")
    return _after(challenge, happening)


def _drafted(event: ChallengeDrafted) -> Challenge:
    return Challenge(
        challenge_id=event.challenge_id,
        state="draft",
        unit=event.unit,
        opens_on=event.opens_on,
        closes_on=event.closes_on,
    )


def _after(challenge: Challenge, happening: object) -> Challenge:
    match happening:
        case ChallengeRevised():
            days = days_after(challenge, happening)
            return replace(challenge, opens_on=days[0], closes_on=days[1])
        case WorkshopPlanned(workshop_id=workshop_id):
            return replace(challenge, workshops=challenge.workshops | {workshop_id})
        case ChallengeOpened():
            return replace(challenge, state="open")
        case ChallengeExtended(closes_on=closes_on):
            return replace(challenge, state="open", closes_on=closes_on)
        case EvaluationStarted() | ChallengeReopened():
            return replace(challenge, state="evaluating")
        case ChallengeClosed():
            return replace(challenge, state="closed")
        case ChallengeCancelled():
            return replace(challenge, state="cancelled")
        case _:
            return challenge


CHALLENGE = Decider("challenge", Challenge, evolve)

# ── Decisions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def open_challenge(command: OpenChallenge, challenge: Challenge | None) -> list[object]:
    """Let it take ideas from now on."""
    challenge = run_by(command.by, challenge)
    if TABLE.lead("open", challenge.state) is None:
        return []
    return [ChallengeOpened(challenge_id=challenge.challenge_id, unit=challenge.unit, opened_by=command.by.person_id)]


def extend(command: ExtendChallenge, challenge: Challenge | None) -> list[object]:
    """Promise a later day; while its ideas are gone through, open it again."""
    challenge = run_by(command.by, challenge)
    TABLE.lead("extend", challenge.state)
    _check_later(command.closes_on, challenge, day_of(command.at))
    return [
        ChallengeExtended(
            challenge_id=challenge.challenge_id,
            unit=challenge.unit,
            closes_on=command.closes_on,
            reason=command.reason,
            extended_by=command.by.person_id,
        )
    ]


def evaluate(command: EvaluateChallenge, challenge: Challenge | None) -> list[object]:
    """Begin to go through its ideas; it takes no new ones but a workshop's."""
    challenge = run_by(command.by, challenge)
    if TABLE.lead("evaluate", challenge.state) is None:
        return []
    return [
        EvaluationStarted(challenge_id=challenge.challenge_id, unit=challenge.unit, started_by=command.by.person_id)
    ]


def close(command: CloseChallenge, challenge: Challenge | None) -> list[object]:
    """End it. Ideas that are left keep their state and join their unit's queue."""
    challenge = run_by(command.by, challenge)
    if TABLE.lead("close", challenge.state) is None:
        return []
    return [
        ChallengeClosed(
            challenge_id=challenge.challenge_id,
            unit=challenge.unit,
            outcome_text=command.outcome_text,
            closed_by=command.by.person_id,
        )
    ]


def reopen(command: ReopenChallenge, challenge: Challenge | None) -> list[object]:
    """Go through its ideas again after it was closed."""
    challenge = run_by(command.by, challenge)
    TABLE.lead("reopen", challenge.state)
    return [
        ChallengeReopened(
            challenge_id=challenge.challenge_id,
            unit=challenge.unit,
            reason=command.reason,
            reopened_by=command.by.person_id,
        )
    ]


def cancel(command: CancelChallenge, challenge: Challenge | None) -> list[object]:
    """Let nothing come of it; its ideas stay."""
    challenge = run_by(command.by, challenge)
    if TABLE.lead("cancel", challenge.state) is None:
        return []
    return [
        ChallengeCancelled(
            challenge_id=challenge.challenge_id,
            unit=challenge.unit,
            reason=command.reason,
            cancelled_by=command.by.person_id,
        )
    ]


def take(challenge: Challenge | None, workshop_id: str | None) -> Challenge:
    """The challenge, if it takes an idea now: anybody's while it is open, a workshop's also while it is evaluated.

    Raises Invalid for a challenge or workshop that is not there, Refused("challenge-takes-no-ideas").
    """
    if challenge is None:
        raise Invalid("no-such-challenge", field="challenge_id")
    if workshop_id is not None and workshop_id not in challenge.workshops:
        raise Invalid("no-such-workshop", field="workshop_id")
    if not TABLE.allows("take_workshop_idea" if workshop_id else "take_idea", challenge.state):
        raise Refused("challenge-takes-no-ideas", field="challenge_id", state=challenge.state)
    return challenge


def allowed_actions(challenge: Challenge, by: Caller) -> tuple[str, ...]:
    """What this caller may do with it now."""
    runs = covers(by, "coach", challenge.unit)
    actions = [action for action in _RUN if runs and TABLE.allows(action, challenge.state)]
    return (*actions, "ideas") if TABLE.allows("take_idea", challenge.state) else tuple(actions)


def run_by(by: Caller, challenge: Challenge | None) -> Challenge:
    """The challenge, for whoever runs it: a coach of its unit."""
    if challenge is None:
        raise NotFound("no-such-challenge")
    needs(by, "coach", challenge.unit)
    return challenge


def days_after(challenge: Challenge, revised: ChallengeRevised) -> tuple[date | None, date | None]:
    """The days it opens and closes, after it was revised."""
    opens_on = None if "opens_on" in revised.cleared else revised.opens_on or challenge.opens_on
    closes_on = None if "closes_on" in revised.cleared else revised.closes_on or challenge.closes_on
    return opens_on, closes_on


def _check_later(closes_on: date, challenge: Challenge, today: date) -> None:
    promised = challenge.closes_on
    if closes_on < today or (challenge.state == "open" and promised is not None and closes_on <= promised):
        raise Invalid("not-later", field="closes_on")
