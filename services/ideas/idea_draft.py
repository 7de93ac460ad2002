"""A draft: what its authors alone see, until they submit it or throw it away."""

from __future__ import annotations

from typing import Any

from chassis.command import Caller, command, given
from chassis.errors import Invalid
from contracts.event import about, replace
from contracts.ideas import DraftDiscarded, DraftRevised, IdeaDrafted, IdeaSubmitted, SimilarChecked
from contracts.values import IdeaId, Origin
from services.ideas.challenge import Challenge, take
from services.ideas.idea import TABLE, Idea
from services.ideas.idea_rights import held_by, kept_by
from services.ideas.idea_writing import WORDED, Wording, origin_of


@command
class SubmitDraft(Wording):
    """Let everybody see a draft, as it is or in other words."""

    idea_id: IdeaId = given()
    by: Caller = given()
    origin: Origin | None = about("What it came from; by default challenge if it answers one, else idea.", default=None)
    similar_checked: SimilarChecked | None = about("What was shown that resembles it.", default=None)


@command
class DiscardDraft:
    """Throw a draft away, for ever."""

    idea_id: IdeaId = given()
    by: Caller = given()


def written(draft: IdeaDrafted | None, happening: object) -> IdeaDrafted | None:
    """What a draft says after an event of the idea: its fields as they were last changed."""
    match happening:
        case IdeaDrafted():
            return happening
        case DraftRevised() if draft is not None:
            return replace(draft, **{name: getattr(happening, name) for name in happening.revised})
        case _:
            return draft


def submit_draft(
    command: SubmitDraft, idea: Idea | None, challenge: Challenge | None, draft: IdeaDrafted | None
) -> list[object]:
    """Let everybody see a draft. ``draft`` is what it says until now, opened."""
    idea = kept_by(command.by, idea)
    if TABLE.lead("submit", idea.state) is None or draft is None:
        return []
    if idea.challenge_id is not None:
        take(challenge, idea.workshop_id)
    return [
        IdeaSubmitted(
            idea_id=idea.idea_id,
            **_said(command, draft),
            unit=idea.unit,
            language=draft.language,
            origin=origin_of(command.origin, idea.challenge_id),
            challenge_id=idea.challenge_id,
            workshop_id=idea.workshop_id,
            author=idea.author,
            coauthors=idea.coauthors,
            author_visibility="name_hidden" if idea.names.hides(idea.author.person_id) else "named",
            visibility=draft.visibility,
            similar_checked=command.similar_checked,
            recorded_by=command.by.person_id,
        )
    ]


def discard(command: DiscardDraft, idea: Idea | None) -> list[object]:
    """Throw a draft away; the key to its text is destroyed."""
    idea = held_by(command.by, idea)
    TABLE.lead("discard", idea.state)
    return [DraftDiscarded(idea_id=idea.idea_id, discarded_by=command.by.person_id)]


def _said(command: SubmitDraft, draft: IdeaDrafted) -> dict[str, Any]:
    """The draft's words, or the others that were given; of a list that was never begun an empty one."""
    said = {name: _first(getattr(command, name), getattr(draft, name)) for name in WORDED}
    for name in ("title", "what"):
        if said[name] is None:
            raise Invalid("needed-to-submit", field=name)
    return {name: () if value is None and name in _COLLECTIONS else value for name, value in said.items()}


_COLLECTIONS = ("beneficiaries", "tags", "links", "builds_on", "units_concerned")


def _first(new: Any, old: Any) -> Any:
    return old if new is None else new
