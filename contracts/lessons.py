"""What happens to a lesson in the service experiments: it is written down, holds or not, and is used or not.

Every event says what ``OfLesson`` says. A field that may be left out is None where it was, and collections are empty
then.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from contracts.event import about, event, value
from contracts.values import (
    Author,
    ExperimentId,
    IdeaId,
    Language,
    LessonId,
    Link,
    Note,
    PartId,
    PersonId,
    Source,
    Text,
    Title,
    UnitId,
    Word,
)

LessonStanding = Literal["emerging", "supported", "contested", "confirmed", "rejected", "superseded", "withdrawn"]
"""Whether it holds."""
LessonMark = Literal["recorded", "endorsed", "applied", "validated"]
"""How it has been used."""
LessonText = Literal["title", "observation", "recommendation", "applies_when", "does_not_apply_when", "review_on"]
"""The fields of a lesson that can be emptied again."""


@value
class OfLesson:
    """What every event of a lesson says: enough for the page of an experiment or an idea that it is about."""

    lesson_id: LessonId = about("The lesson.")
    experiment_ids: tuple[ExperimentId, ...] = about("The experiments that it was learned from.", default=(), most=50)
    idea_ids: tuple[IdeaId, ...] = about("The ideas that it is about.", default=(), most=50)
    unit: UnitId = about("The unit that learned it.")


@value
class StandingOfLesson(OfLesson):
    """What every event says that can change whether a lesson holds. One that is new is emerging."""

    leads_to: LessonStanding = about("Whether it holds, from here on.")


# ── Writing ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("lesson-recorded.v1")
class LessonRecorded(OfLesson):
    """Somebody wrote down what was learned."""

    statement: Text = about("What was learned: from that we learned …")
    title: Title | None = about("The lesson in one line.", default=None)
    observation: Text | None = about("What was seen.", default=None)
    contributing_factors: tuple[Note, ...] = about("What it depended on.", default=(), most=50)
    recommendation: Text | None = about("What to do about it: therefore we will …", default=None)
    applies_when: Text | None = about("Where it holds.", default=None)
    does_not_apply_when: Text | None = about("Where it does not hold.", default=None)
    tags: tuple[Word, ...] = about("Words to find it by.", default=(), most=50)
    links: tuple[Link, ...] = about("To read elsewhere.", default=(), most=20)
    language: Language = about("The language it is written in.", default="sv")
    author: Author = about("Who learned it.")
    contact_shown: bool = about("Whether the author wants to be asked about it.", default=False)
    review_on: date | None = about("The day to look at it again.", default=None)
    recorded_by: PersonId = about("Who wrote it down; not always its author.")
    source: Source | None = about("Where it was imported from.", default=None)


@event("lesson-revised.v1")
class LessonRevised(StandingOfLesson):
    """Some of its fields were changed. None: unchanged; an empty collection: emptied.

    Another statement is another claim: what experiments said of the one before no longer counts.
    """

    statement: Text | None = about("What was learned.", default=None)
    title: Title | None = about("The lesson in one line.", default=None)
    observation: Text | None = about("What was seen.", default=None)
    contributing_factors: tuple[Note, ...] | None = about("What it depended on.", default=None, most=50)
    recommendation: Text | None = about("What to do about it.", default=None)
    applies_when: Text | None = about("Where it holds.", default=None)
    does_not_apply_when: Text | None = about("Where it does not hold.", default=None)
    tags: tuple[Word, ...] | None = about("Words to find it by.", default=None, most=50)
    links: tuple[Link, ...] | None = about("To read elsewhere.", default=None, most=20)
    language: Language | None = about("The language it is written in.", default=None)
    contact_shown: bool | None = about("Whether the author wants to be asked about it.", default=None)
    review_on: date | None = about("The day to look at it again.", default=None)
    cleared: tuple[LessonText, ...] = about("Fields that were emptied.", default=(), most=6)
    reason: Note | None = about("Why.", default=None)
    revised_by: PersonId = about("Who changed it.")


@event("lesson-reviewed.v1")
class LessonReviewed(OfLesson):
    """Somebody looked at it again and let it stand as it is."""

    note: Note | None = about("What was found.", default=None)
    review_on: date | None = about("The day to look at it the next time.", default=None)
    reviewed_by: PersonId = about("Who looked.")


# ── Standing: does it hold? ────────────────────────────────────────────────────────────────────────────────────────


@event("lesson-supported.v1")
class LessonSupported(StandingOfLesson):
    """An experiment says the same."""

    experiment_id: ExperimentId = about("The experiment that supports it.")
    note: Note | None = about("How.", default=None)
    said_by: PersonId = about("Who says so.")


@event("lesson-contradicted.v1")
class LessonContradicted(StandingOfLesson):
    """An experiment says something else."""

    experiment_id: ExperimentId = about("The experiment that contradicts it.")
    note: Note | None = about("How.", default=None)
    said_by: PersonId = about("Who says so.")


@event("lesson-confirmed.v1")
class LessonConfirmed(StandingOfLesson):
    """It has been seen in more than one experiment, and a coach says that it holds."""

    supported_by: tuple[ExperimentId, ...] = about("The experiments that support it: two at least.")
    note: Note | None = about("What the coach adds.", default=None)
    confirmed_by: PersonId = about("The coach.")


@event("lesson-rejected.v1")
class LessonRejected(StandingOfLesson):
    """A coach says that it does not hold, and why."""

    reason: Note = about("Why.")
    rejected_by: PersonId = about("The coach.")


@event("lesson-superseded.v1")
class LessonSuperseded(StandingOfLesson):
    """Another lesson says it better; this one stays in sight and points there."""

    by: LessonId = about("The lesson that takes its place.")
    superseded_by: PersonId = about("Who says so.")


@event("lesson-withdrawn.v1")
class LessonWithdrawn(StandingOfLesson):
    """It is taken back; it stays in sight with the reason."""

    reason: Note = about("Why.")
    withdrawn_by: PersonId = about("Who took it back.")


@event("lesson-reinstated.v1")
class LessonReinstated(StandingOfLesson):
    """It was superseded or withdrawn, and counts again, from the beginning."""

    reason: Note = about("Why.")
    reinstated_by: PersonId = about("Who says so.")


# ── Use: has something changed? ────────────────────────────────────────────────────────────────────────────────────


@event("lesson-cited.v1")
class LessonCited(OfLesson):
    """An idea builds on it."""

    by: IdeaId = about("The idea that builds on it.")
    how: Note = about("How the idea builds on it.")


@event("lesson-endorsed.v1")
class LessonEndorsed(OfLesson):
    """Somebody recommends it to others."""

    endorsed_by: PersonId = about("Who recommends it.")


@event("lesson-applied.v1")
class LessonApplied(OfLesson):
    """Something is done in another way because of it."""

    application_id: PartId = about("This use of it.")
    where: Title = about("Where it is used; never a person's name.")
    what_changed: Note = about("What is done in another way now.")
    applied_on: date | None = about("The day it changed.", default=None)
    applied_by: PersonId = about("Who tells.")


@event("lesson-validated.v1")
class LessonValidated(OfLesson):
    """It has made a difference, and here is the proof."""

    validation_id: PartId = about("This proof.")
    proof: Note = about("What shows that it made a difference.")
    validated_by: PersonId = about("Who tells.")
