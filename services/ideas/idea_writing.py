"""Writing an idea: having it, putting it in other words, building on a lesson, taking it back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from chassis.command import Caller, command, fresh, given
from chassis.errors import Invalid, NotAllowed
from contracts.event import about
from contracts.ideas import (
    DraftField,
    DraftRevised,
    IdeaDrafted,
    IdeaRevised,
    IdeaSubmitted,
    IdeaText,
    IdeaWithdrawn,
    LessonBuiltUpon,
    SimilarChecked,
)
from contracts.values import (
    Author,
    AuthorVisibility,
    ChallengeId,
    IdeaId,
    Language,
    LessonId,
    LessonUse,
    Link,
    Note,
    Origin,
    PartId,
    PersonId,
    Source,
    Text,
    Title,
    UnitId,
    Visibility,
    Word,
)
from services.ideas.challenge import Challenge, take
from services.ideas.idea import TABLE, Idea
from services.ideas.idea_rights import held_by, kept_by, seen_by
from services.ideas.mandate import COLLEAGUES, covers, unit_for

# ── Commands ───────────────────────────────────────────────────────────────────────────────────────────────────────


@command
class WrittenIdea:
    """What somebody has written down. Only title and what are needed; all else can come later."""

    title: Title = about("The idea in one line.")
    what: Text = about("What the idea is.")
    why: Text | None = about("Why it is needed.", default=None)
    how: Text | None = about("How it could be done.", default=None)
    expected_effect: Text | None = about("What it is hoped to lead to.", default=None)
    beneficiaries: tuple[Word, ...] = about("Whom it is for.", default=(), most=50)
    unit: UnitId | None = about("The unit that it is for; by default the challenge's, else the caller's.", default=None)
    units_concerned: tuple[UnitId, ...] = about("Other units that it concerns.", default=(), most=50)
    tags: tuple[Word, ...] = about("Words to find it by.", default=(), most=50)
    links: tuple[Link, ...] = about("To read elsewhere.", default=(), most=20)
    language: Language = about("The language it is written in.", default="sv")
    author: Author | None = about("Whose idea it is; by default the caller's.", default=None)
    coauthors: tuple[PersonId, ...] = about("Who has it together with the author.", default=(), most=50)
    author_visibility: AuthorVisibility = about("Whether colleagues see the author's name.", default="named")
    visibility: Visibility = about("Internal or public.", default="internal")
    builds_on: tuple[LessonUse, ...] = about("The lessons it builds on.", default=(), most=50)


@command
class SubmitIdea(WrittenIdea):
    """Have an idea: for everybody to see, or as a draft."""

    idea_id: IdeaId = fresh("The idea.", same_for="source")
    by: Caller = given()
    draft: bool = about("Keep it as a draft, which only its authors see.", default=False)
    origin: Origin | None = about("What it came from; by default challenge if it answers one, else idea.", default=None)
    challenge_id: ChallengeId | None = about("The challenge it answers.", default=None)
    workshop_id: PartId | None = about("The workshop it comes from.", default=None)
    similar_checked: SimilarChecked | None = about("What was shown that resembles it.", default=None)
    source: Source | None = about("Where it is imported from; role service only.", default=None)
    occurred_at: datetime | None = about("When it was had; role service only.", default=None)


@command
class SubmitIdeas:
    """Submit what a workshop came up with, at once or not at all."""

    idea_ids: tuple[IdeaId, ...] = fresh("The ideas, in their order.", each_of="ideas")
    by: Caller = given()
    challenge_id: ChallengeId = about("The challenge they answer.")
    workshop_id: PartId = about("The workshop they come from.")
    ideas: tuple[WrittenIdea, ...] = about("The ideas.", most=200)
    draft: bool = about("Keep them as drafts, of which each group submits what it keeps.", default=False)


@command
class Wording:
    """Other words for an idea. What is not named stays as it is."""

    title: Title | None = about("The idea in one line.", default=None)
    what: Text | None = about("What the idea is.", default=None)
    why: Text | None = about("Why it is needed.", default=None)
    how: Text | None = about("How it could be done.", default=None)
    expected_effect: Text | None = about("What it is hoped to lead to.", default=None)
    beneficiaries: tuple[Word, ...] | None = about("Whom it is for.", default=None, most=50)
    units_concerned: tuple[UnitId, ...] | None = about("Other units that it concerns.", default=None, most=50)
    tags: tuple[Word, ...] | None = about("Words to find it by.", default=None, most=50)
    links: tuple[Link, ...] | None = about("To read elsewhere.", default=None, most=20)
    builds_on: tuple[LessonUse, ...] | None = about("The lessons a draft builds on.", default=None, most=50)


@command
class ReviseIdea(Wording):
    """Put it in other words."""

    idea_id: IdeaId = given()
    by: Caller = given()
    cleared: tuple[IdeaText, ...] = about("Texts to empty.", default=(), most=3)
    reason: Note | None = about("Why; needed once the idea is selected.", default=None)


@command
class WithdrawIdea:
    """Take it back; it stays in sight."""

    idea_id: IdeaId = given()
    by: Caller = given()
    reason: Note | None = about("Why.", default=None)


@command
class BuildOnLesson:
    """Say that the idea builds on a lesson."""

    idea_id: IdeaId = given()
    by: Caller = given()
    lesson_id: LessonId = about("The lesson.")
    how: Note = about("How the idea builds on it.")


# ── Decisions ──────────────────────────────────────────────────────────────────────────────────────────────────────

_SEALED = ("title", "what", "why", "how", "expected_effect", "beneficiaries", "tags", "links", "builds_on")
WORDED = (*_SEALED, "units_concerned")
"""The fields that can be put in other words."""


def submit(command: SubmitIdea, idea: Idea | None, challenge: Challenge | None) -> list[object]:
    """Have an idea: for everybody to see, or as a draft. One from the same source again is already so."""
    _check_source(command)
    if idea is not None:
        return []
    author = _author(command.author, command.by)
    if command.challenge_id is not None:
        challenge = take(challenge, command.workshop_id)
    elif command.workshop_id is not None:
        raise Invalid("workshop-needs-challenge", field="workshop_id")
    unit = unit_for(command.unit or (challenge.unit if challenge else None), command.by)
    origin = origin_of(command.origin, command.challenge_id)
    return [_drafted(command, author, unit) if command.draft else _submitted(command, author, unit, origin)]


def each(command: SubmitIdeas) -> list[SubmitIdea]:
    """What a batch wants of each of its ideas; Invalid if there is none."""
    if not command.ideas:
        raise Invalid("nothing-submitted", field="ideas")
    return [
        SubmitIdea(
            **{f.name: getattr(one, f.name) for f in dataclasses.fields(one)},
            idea_id=idea_id,
            by=command.by,
            draft=command.draft,
            challenge_id=command.challenge_id,
            workshop_id=command.workshop_id,
        )
        for idea_id, one in zip(command.idea_ids, command.ideas, strict=True)
    ]


def revise(command: ReviseIdea, idea: Idea | None) -> list[object]:
    """Put it in other words; once it is selected, with a reason."""
    idea = kept_by(command.by, idea)
    TABLE.lead("revise", idea.state)
    changed = {name: new for name in WORDED if (new := getattr(command, name)) is not None}
    if not changed and not command.cleared:
        raise Invalid("nothing-revised")
    if twice := set(changed) & set(command.cleared):
        raise Invalid("changed-and-emptied", field=min(twice))
    return [_draft_revised(command, idea, changed) if idea.state == "draft" else _revised(command, idea, changed)]


def withdraw(command: WithdrawIdea, idea: Idea | None) -> list[object]:
    """Take it back; it stays in sight."""
    idea = held_by(command.by, idea)
    if TABLE.lead("withdraw", idea.state) is None:
        return []
    return [
        IdeaWithdrawn(idea_id=idea.idea_id, unit=idea.unit, reason=command.reason, withdrawn_by=command.by.person_id)
    ]


def build_on(command: BuildOnLesson, idea: Idea | None) -> list[object]:
    """Say that the idea builds on a lesson; each lesson once."""
    idea = seen_by(command.by, idea)
    TABLE.lead("lessons", idea.state)
    if not idea.kept_by(command.by.person_id) and not covers(command.by, "coach", idea.unit):
        raise NotAllowed("for-its-authors")
    if command.lesson_id in idea.lessons:
        return []
    return [
        LessonBuiltUpon(
            idea_id=idea.idea_id,
            unit=idea.unit,
            lesson_id=command.lesson_id,
            how=command.how,
            said_by=command.by.person_id,
        )
    ]


def _check_source(command: SubmitIdea) -> None:
    if command.by.has("service"):
        return
    if command.source is not None:
        raise NotAllowed("role-needed", field="source", roles="service")
    command.by.needs(*COLLEAGUES)


def _author(author: Author | None, by: Caller) -> Author:
    """Whose idea it is. Nobody has one in a colleague's name but an import; a coach names whom they speak for."""
    if author is None:
        return Author(kind="employee", person_id=by.person_id)
    if author.kind == "group" and author.label is None:
        raise Invalid("group-needs-label", field="author.label")
    if author.kind == "employee" and author.person_id is None and not by.has("service"):
        return Author(kind="employee", person_id=by.person_id, label=author.label)
    if author.person_id not in (None, by.person_id) and not _may_name(author, by):
        raise NotAllowed("not-your-name", field="author.person_id")
    return author


def _may_name(author: Author, by: Caller) -> bool:
    return by.has("service") or (by.has("coach") and author.kind != "employee")


def origin_of(origin: Origin | None, challenge_id: str | None) -> Origin:
    """What an idea came from; Invalid unless it is a challenge exactly when it answers one."""
    if origin is None:
        return "challenge" if challenge_id else "idea"
    if (origin == "challenge") != (challenge_id is not None):
        raise Invalid("origin-and-challenge", field="origin")
    return origin


def _drafted(command: SubmitIdea, author: Author, unit: str) -> IdeaDrafted:
    return IdeaDrafted(
        idea_id=command.idea_id,
        author=author,
        coauthors=_coauthors(command, author),
        author_visibility=command.author_visibility,
        visibility=command.visibility,
        recorded_by=command.by.person_id,
        unit=unit,
        language=command.language,
        challenge_id=command.challenge_id,
        workshop_id=command.workshop_id,
        **{name: getattr(command, name) or None for name in _SEALED},
        units_concerned=command.units_concerned,
    )


def _submitted(command: SubmitIdea, author: Author, unit: str, origin: Origin) -> IdeaSubmitted:
    return IdeaSubmitted(
        idea_id=command.idea_id,
        **{name: getattr(command, name) for name in WORDED},
        unit=unit,
        language=command.language,
        origin=origin,
        challenge_id=command.challenge_id,
        workshop_id=command.workshop_id,
        author=author,
        coauthors=_coauthors(command, author),
        author_visibility=command.author_visibility,
        visibility=command.visibility,
        similar_checked=command.similar_checked,
        recorded_by=command.by.person_id,
        source=command.source,
    )


def _coauthors(command: SubmitIdea, author: Author) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person for person in command.coauthors if person != author.person_id))


def _draft_revised(command: ReviseIdea, idea: Idea, changed: Mapping[str, Any]) -> DraftRevised:
    sealed = {name: value or None for name, value in changed.items() if name in _SEALED}
    return DraftRevised(
        idea_id=idea.idea_id,
        author=idea.author,
        recorded_by=idea.recorded_by,
        revised_by=command.by.person_id,
        revised=_named(changed, command.cleared),
        **sealed,
        units_concerned=command.units_concerned or (),
    )


def _named(changed: Mapping[str, Any], cleared: tuple[IdeaText, ...]) -> tuple[DraftField, ...]:
    return tuple(name for name in get_args(DraftField) if name in changed or name in cleared)


def _revised(command: ReviseIdea, idea: Idea, changed: Mapping[str, Any]) -> IdeaRevised:
    if "builds_on" in changed:
        raise Invalid("lessons-are-added", field="builds_on")
    if idea.state in ("selected", "in_experiment") and command.reason is None:
        raise Invalid("reason-needed", field="reason")
    return IdeaRevised(
        idea_id=idea.idea_id,
        **changed,
        cleared=command.cleared,
        reason=command.reason,
        revised_by=command.by.person_id,
    )
