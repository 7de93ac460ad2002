"""Writing a challenge: its fields, and the workshops that are planned for it."""

from __future__ import annotations

from datetime import date

from chassis.command import Caller, command, fresh, given
from chassis.errors import Invalid
from contracts.event import about
from contracts.ideas import ChallengeDrafted, ChallengeRevised, ChallengeText, WorkshopPlanned
from contracts.values import ChallengeId, Language, Link, Note, PartId, Text, Title, UnitId, Word
from services.ideas.challenge import TABLE, Challenge, days_after, run_by
from services.ideas.mandate import needs, unit_for


@command
class DraftChallenge:
    """Prepare a question to ask."""

    challenge_id: ChallengeId = fresh("The challenge.")
    by: Caller = given()
    title: Title = about("The question in one line.")
    why: Text | None = about("Why it is asked.", default=None)
    examples: tuple[Note, ...] = about("Examples of what is meant.", default=(), most=50)
    focal_points: tuple[Note, ...] = about("What ideas should aim at (brännpunkter).", default=(), most=50)
    unit: UnitId | None = about("The unit that asks; by default the caller's.", default=None)
    units_concerned: tuple[UnitId, ...] = about("Other units that it concerns.", default=(), most=50)
    selection_criteria: tuple[Note, ...] = about("What ideas are chosen by.", default=(), most=50)
    opens_on: date | None = about("The day it is meant to open.", default=None)
    closes_on: date | None = about("It stays open through this day at least.", default=None)
    links: tuple[Link, ...] = about("To read elsewhere.", default=(), most=20)
    language: Language = about("The language it is written in.", default="sv")


@command
class ReviseChallenge:
    """Change it. What is not named stays as it is."""

    challenge_id: ChallengeId = given()
    by: Caller = given()
    title: Title | None = about("The question in one line.", default=None)
    why: Text | None = about("Why it is asked.", default=None)
    examples: tuple[Note, ...] | None = about("Examples of what is meant.", default=None, most=50)
    focal_points: tuple[Note, ...] | None = about("What ideas should aim at.", default=None, most=50)
    units_concerned: tuple[UnitId, ...] | None = about("Other units that it concerns.", default=None, most=50)
    selection_criteria: tuple[Note, ...] | None = about("What ideas are chosen by.", default=None, most=50)
    opens_on: date | None = about("The day it is meant to open.", default=None)
    closes_on: date | None = about("It stays open through this day at least.", default=None)
    links: tuple[Link, ...] | None = about("To read elsewhere.", default=None, most=20)
    language: Language | None = about("The language it is written in.", default=None)
    cleared: tuple[ChallengeText, ...] = about("Fields to empty.", default=(), most=2)
    reason: Note | None = about("Why; needed once it has opened.", default=None)


@command
class PlanWorkshop:
    """Say that people will meet and have ideas together."""

    challenge_id: ChallengeId = given()
    workshop_id: PartId = fresh("The workshop.")
    by: Caller = given()
    name: Title = about("What it is called.")
    held_on: date | None = about("The day it is held.", default=None)
    unit: UnitId | None = about("The unit that holds it; by default the challenge's.", default=None)
    groups: tuple[Word, ...] = about("The names of its groups; never a person's.", default=(), most=50)


def draft(command: DraftChallenge, challenge: Challenge | None) -> list[object]:
    """Prepare a question to ask."""
    unit = unit_for(command.unit, command.by)
    needs(command.by, "coach", unit)
    _check_days(command.opens_on, command.closes_on)
    return [
        ChallengeDrafted(
            challenge_id=command.challenge_id,
            title=command.title,
            why=command.why,
            examples=command.examples,
            focal_points=command.focal_points,
            unit=unit,
            units_concerned=command.units_concerned,
            selection_criteria=command.selection_criteria,
            opens_on=command.opens_on,
            closes_on=command.closes_on,
            links=command.links,
            language=command.language,
            drafted_by=command.by.person_id,
        )
    ]


_REVISABLE = (
    *("title", "why", "examples", "focal_points", "units_concerned", "selection_criteria"),
    *("opens_on", "closes_on", "links", "language"),
)


def revise(command: ReviseChallenge, challenge: Challenge | None) -> list[object]:
    """Change its fields; once it has opened, with a reason."""
    challenge = run_by(command.by, challenge)
    TABLE.lead("revise", challenge.state)
    changed = {name: new for name in _REVISABLE if (new := getattr(command, name)) is not None}
    if not changed and not command.cleared:
        raise Invalid("nothing-revised")
    if twice := set(changed) & set(command.cleared):
        raise Invalid("changed-and-emptied", field=min(twice))
    if challenge.state != "draft" and command.reason is None:
        raise Invalid("reason-needed", field="reason")
    revised = ChallengeRevised(
        challenge_id=challenge.challenge_id,
        unit=challenge.unit,
        **changed,
        cleared=command.cleared,
        reason=command.reason,
        revised_by=command.by.person_id,
    )
    _check_days(*days_after(challenge, revised))
    return [revised]


def plan_workshop(command: PlanWorkshop, challenge: Challenge | None) -> list[object]:
    """Plan a workshop for it."""
    challenge = run_by(command.by, challenge)
    TABLE.lead("workshops", challenge.state)
    return [
        WorkshopPlanned(
            challenge_id=challenge.challenge_id,
            workshop_id=command.workshop_id,
            name=command.name,
            held_on=command.held_on,
            unit=command.unit or challenge.unit,
            groups=command.groups,
            planned_by=command.by.person_id,
        )
    ]


def _check_days(opens_on: date | None, closes_on: date | None) -> None:
    if opens_on and closes_on and closes_on < opens_on:
        raise Invalid("closes-before-it-opens", field="closes_on")
