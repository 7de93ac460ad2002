"""A lesson as it is shown: what it says, whether it holds, how it is used; and on its own page what happened to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from chassis.command import Caller
from chassis.recorded import Recorded
from contracts.event import about, family_of, value
from contracts.lessons import LessonMark, LessonStanding
from contracts.values import (
    Author,
    ExperimentId,
    IdeaId,
    Language,
    LessonId,
    Link,
    Note,
    Source,
    Text,
    Title,
    UnitId,
    Word,
)
from services.experiments.lesson import LESSON, known
from services.experiments.lesson_rights import allowed_actions
from services.experiments.read_models.lesson_library import (
    Application,
    Bearing,
    Citation,
    LessonCard,
    Validation,
    onto_lesson_library,
)


@value
class LessonShown:
    """A lesson in the library. Of people it names its author, and only if they want to be asked."""

    lesson_id: LessonId = about("The lesson.")
    standing: LessonStanding = about("Whether it holds.")
    use: tuple[LessonMark, ...] = about("How it has been used.")
    statement: Text = about("What was learned.")
    title: Title | None = about("The lesson in one line.")
    observation: Text | None = about("What was seen.")
    contributing_factors: tuple[Note, ...] = about("What it depended on.")
    recommendation: Text | None = about("What to do about it.")
    applies_when: Text | None = about("Where it holds.")
    does_not_apply_when: Text | None = about("Where it does not hold.")
    unit: UnitId = about("The unit that learned it.")
    tags: tuple[Word, ...] = about("Words to find it by.")
    links: tuple[Link, ...] = about("To read elsewhere.")
    language: Language = about("The language it is written in.")
    experiment_ids: tuple[ExperimentId, ...] = about("The experiments that it was learned from.")
    idea_ids: tuple[IdeaId, ...] = about("The ideas that it is about.")
    contact: Author | None = about("Whom to ask about it, if they want to be asked.")
    supporting: tuple[Bearing, ...] = about("The experiments that say the same.")
    contradicting: tuple[Bearing, ...] = about("The experiments that say something else.")
    reason: Note | None = about("Why it was rejected, withdrawn or reinstated, if that was its last word.")
    superseded_by: LessonId | None = about("The lesson that took its place.")
    uses: int = about("How often it was cited and applied.")
    endorsements: int = about("How many recommend it.")
    citations: tuple[Citation, ...] = about("The ideas that build on it.")
    applications: tuple[Application, ...] = about("What is done in another way because of it.")
    validations: tuple[Validation, ...] = about("What shows that it made a difference.")
    recorded_at: datetime = about("When it was written down.")
    reviewed_at: datetime | None = about("When somebody last looked at it again.")
    review_on: date | None = about("The day to look at it again.")
    source: Source | None = about("Where it was imported from.")
    allowed_actions: tuple[str, ...] = about("What the caller may do with it now.")


@value
class Step:
    """Something that happened to a lesson."""

    what: str = about("What, by the name of its event: lesson-supported.")
    at: datetime = about("When.")
    leads_to: LessonStanding | None = about("Whether it holds from then on, where that was the question.", default=None)
    experiment_id: ExperimentId | None = about("The experiment that it was about.", default=None)
    said: Text | None = about("In somebody's words: the reason, the note, the proof.", default=None)


@value
class LessonPage(LessonShown):
    """One lesson, as it was at ``version``."""

    version: int = about("How many events it has had.")
    story: tuple[Step, ...] = about("What happened to it, oldest first.")


_ON_THE_CARD = tuple(f.name for f in dataclasses.fields(LessonShown) if f.name != "allowed_actions")
_WORDS = ("reason", "note", "how", "what_changed", "proof", "statement")
"""The fields of events that hold what somebody said, the most telling first."""


def lesson_shown(card: LessonCard, actions: tuple[str, ...]) -> LessonShown:
    """A lesson as the library shows it to somebody who may do this with it."""
    return LessonShown(**_on_the_card(card), allowed_actions=actions)


def lesson_page(history: Sequence[Recorded], caller: Caller | None) -> LessonPage:
    """The page after these events. NotFound if nothing happened yet.

    Without a caller it is the page of a moment that is over, when nobody can do anything any more.
    """
    card: LessonCard | None = None
    for recorded in history:
        card = onto_lesson_library(card, recorded, recorded.subject)
    lesson = known(LESSON.fold([recorded.event for recorded in history]))
    return LessonPage(
        **(_on_the_card(card) if card else {}),
        allowed_actions=allowed_actions(lesson, caller) if caller else (),
        version=history[-1].version,
        story=tuple(_step(recorded) for recorded in history),
    )


def _on_the_card(card: LessonCard) -> dict[str, Any]:
    return {name: getattr(card, name) for name in _ON_THE_CARD}


def _step(recorded: Recorded) -> Step:
    happening = recorded.event
    return Step(
        what=family_of(recorded.type),
        at=recorded.happened_at,
        leads_to=getattr(happening, "leads_to", None),
        experiment_id=getattr(happening, "experiment_id", None),
        said=next((said for name in _WORDS if (said := getattr(happening, name, None))), None),
    )
