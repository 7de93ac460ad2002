"""Where an idea goes: looked into by a coach, decided on by the decider of its unit, or of one above."""

from __future__ import annotations

from datetime import date, datetime

from chassis.command import Caller, command, given
from chassis.errors import Invalid
from contracts.calendar import day_of
from contracts.event import about
from contracts.ideas import (
    CoachAssigned,
    DeclineCode,
    IdeaDeclined,
    IdeaHandedOver,
    IdeaPutOnHold,
    IdeaRealised,
    IdeaReopened,
    IdeaSelected,
    MoreInformationRequested,
    ReviewStarted,
)
from contracts.values import IdeaId, LessonId, Mandate, Note, PersonId, UnitId
from services.ideas.idea import TABLE, Idea, leads_to
from services.ideas.idea_rights import seen_by
from services.ideas.mandate import mandate, needs

# ── Commands ───────────────────────────────────────────────────────────────────────────────────────────────────────


@command
class ReviewIdea:
    """Begin to look into it."""

    idea_id: IdeaId = given()
    by: Caller = given()


@command
class AssignCoach:
    """Say which coach will help with it."""

    idea_id: IdeaId = given()
    by: Caller = given()
    coach_id: PersonId | None = about("The coach; by default oneself.", default=None)


@command
class AskForMore:
    """Ask the author to tell more."""

    idea_id: IdeaId = given()
    by: Caller = given()
    question: Note = about("What is asked.")


@command
class DecideOnIdea:
    """What every decision on an idea says."""

    idea_id: IdeaId = given()
    by: Caller = given()
    on_behalf_of: PersonId | None = about("Whom one stands in for.", default=None)


@command
class HandOverIdea(DecideOnIdea):
    """Give it to the unit that is the right one for it."""

    to_unit: UnitId = about("The unit that gets it.")
    reason: Note = about("Why.")


@command
class HoldIdea(DecideOnIdea):
    """Let it rest until a certain day."""

    at: datetime = given()
    review_on: date = about("The day to look at it again.")
    obstacle: Note = about("What stands in its way.")


@command
class SelectIdea(DecideOnIdea):
    """Let it go on."""

    reason: Note = about("Why.")
    responsible: PersonId | None = about("Who sees to the next step.", default=None)
    next_step: Note | None = about("What comes next.", default=None)
    review_on: date | None = about("The day to look at it again.", default=None)


@command
class DeclineIdea(DecideOnIdea):
    """Let it not go on, and say why."""

    reason_code: DeclineCode = about("Why, in one of a few words.")
    reason: Note = about("Why, in words of one's own.")
    duplicate_of: IdeaId | None = about("The idea that is the same; with duplicate.", default=None)
    lesson_id: LessonId | None = about("What was learned; with tried_before.", default=None)
    same_circumstances: bool | None = about(
        "That the circumstances are the same as then; true with tried_before.", default=None
    )


@command
class RealiseIdea(DecideOnIdea):
    """Say that something is done in another way now; a small fix needs no experiment."""

    what_changed: Note = about("What is done in another way.")


@command
class ReopenIdea(DecideOnIdea):
    """Look at it again, though it was over."""

    reason: Note = about("Why.")


# ── Decisions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def review(command: ReviewIdea, idea: Idea | None) -> list[object]:
    """Begin to look into it, as a coach."""
    idea = _for_coach(command.by, idea)
    if TABLE.lead("review", idea.state) is None:
        return []
    return [ReviewStarted(idea_id=idea.idea_id, unit=idea.unit, reviewed_by=command.by.person_id)]


def assign_coach(command: AssignCoach, idea: Idea | None) -> list[object]:
    """Say which coach will help with it."""
    idea = _for_coach(command.by, idea)
    TABLE.lead("coach", idea.state)
    by = command.by.person_id
    return [CoachAssigned(idea_id=idea.idea_id, unit=idea.unit, coach_id=command.coach_id or by, assigned_by=by)]


def ask_for_more(command: AskForMore, idea: Idea | None) -> list[object]:
    """Ask the author to tell more, as a coach."""
    idea = _for_coach(command.by, idea)
    TABLE.lead("coach", idea.state)
    return [
        MoreInformationRequested(
            idea_id=idea.idea_id,
            unit=idea.unit,
            question=command.question,
            requested_by=command.by.person_id,
        )
    ]


def hand_over(command: HandOverIdea, idea: Idea | None) -> list[object]:
    """Give it to the unit that is the right one for it, where it waits as submitted."""
    idea = seen_by(command.by, idea)
    decided = _decided(command, idea)
    TABLE.lead("hand_over", idea.state)
    if command.to_unit == idea.unit:
        raise Invalid("is-there-already", field="to_unit")
    return [
        IdeaHandedOver(
            idea_id=idea.idea_id,
            from_unit=idea.unit,
            to_unit=command.to_unit,
            reason=command.reason,
            mandate=decided,
        )
    ]


def hold(command: HoldIdea, idea: Idea | None) -> list[object]:
    """Let it rest until a day that has not passed."""
    idea = seen_by(command.by, idea)
    decided = _decided(command, idea)
    TABLE.lead("hold", idea.state)
    if command.review_on < day_of(command.at):
        raise Invalid("day-has-passed", field="review_on")
    return [
        IdeaPutOnHold(
            idea_id=idea.idea_id,
            unit=idea.unit,
            review_on=command.review_on,
            obstacle=command.obstacle,
            mandate=decided,
        )
    ]


def select(command: SelectIdea, idea: Idea | None) -> list[object]:
    """Let it go on."""
    idea = seen_by(command.by, idea)
    decided = _decided(command, idea)
    if TABLE.lead("select", idea.state) is None:
        return []
    return [
        IdeaSelected(
            idea_id=idea.idea_id,
            unit=idea.unit,
            reason=command.reason,
            responsible=command.responsible,
            next_step=command.next_step,
            review_on=command.review_on,
            mandate=decided,
        )
    ]


def decline(command: DeclineIdea, idea: Idea | None) -> list[object]:
    """Let it not go on, and say why; the code says what else must be told."""
    idea = seen_by(command.by, idea)
    decided = _decided(command, idea)
    if TABLE.lead("decline", idea.state) is None:
        return []
    _check_companions(command)
    return [
        IdeaDeclined(
            idea_id=idea.idea_id,
            unit=idea.unit,
            reason_code=command.reason_code,
            reason=command.reason,
            duplicate_of=command.duplicate_of,
            lesson_id=command.lesson_id,
            same_circumstances=command.same_circumstances,
            mandate=decided,
        )
    ]


def realise(command: RealiseIdea, idea: Idea | None) -> list[object]:
    """Say that something is done in another way now."""
    idea = seen_by(command.by, idea)
    decided = _decided(command, idea)
    TABLE.lead("realise", idea.state)
    return [IdeaRealised(idea_id=idea.idea_id, unit=idea.unit, what_changed=command.what_changed, mandate=decided)]


def reopen(command: ReopenIdea, idea: Idea | None) -> list[object]:
    """Look at it again; what its author took back, the author may bring back."""
    idea = seen_by(command.by, idea)
    own = idea.state == "withdrawn" and idea.held_by(command.by.person_id)
    decided = None if own else _decided(command, idea)
    return [
        IdeaReopened(
            idea_id=idea.idea_id,
            unit=idea.unit,
            reason=command.reason,
            leads_to=leads_to("reopen", idea),
            mandate=decided,
            reopened_by=command.by.person_id,
        )
    ]


_COMPANIONS: dict[str, tuple[DeclineCode, ...]] = {
    "duplicate_of": ("duplicate",),
    "lesson_id": ("tried_before",),
    "same_circumstances": ("tried_before",),
}
"""What a decline may name, and the codes that demand it."""


def _check_companions(command: DeclineIdea) -> None:
    for field, codes in _COMPANIONS.items():
        told = getattr(command, field)
        if command.reason_code in codes and told is None:
            raise Invalid("needed-with-code", field=field, code=command.reason_code)
        if command.reason_code not in codes and told is not None:
            raise Invalid("not-with-code", field=field, code=command.reason_code)
    if command.duplicate_of == command.idea_id:
        raise Invalid("duplicate-of-itself", field="duplicate_of")
    if command.same_circumstances is False:
        raise Invalid("other-circumstances", field="same_circumstances")


def _for_coach(by: Caller, idea: Idea | None) -> Idea:
    idea = seen_by(by, idea)
    needs(by, "coach", idea.unit)
    return idea


def _decided(command: DecideOnIdea, idea: Idea) -> Mandate:
    return mandate(command.by, idea.unit, idea.involved, command.on_behalf_of)
