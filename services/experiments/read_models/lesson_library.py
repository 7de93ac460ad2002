"""lesson_library: what have we learned about something, does it hold, and who used it?

One row per lesson. Its standing says whether it holds, its marks how it was used; what was rejected, superseded or
withdrawn stays in sight. It says which unit learned it, and who only if they want to be asked.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from chassis.processing.labels import labelled, labels
from chassis.processing.read_model import ReadModel, indexed, key, one_subject, row
from chassis.processing.rows import Page, Rows
from chassis.processing.words import words_of
from chassis.recorded import Recorded
from contracts.event import about, replace, value
from contracts.lessons import (
    LessonApplied,
    LessonCited,
    LessonConfirmed,
    LessonContradicted,
    LessonEndorsed,
    LessonMark,
    LessonRecorded,
    LessonReinstated,
    LessonRejected,
    LessonReviewed,
    LessonRevised,
    LessonStanding,
    LessonSuperseded,
    LessonSupported,
    LessonValidated,
    LessonWithdrawn,
    StandingOfLesson,
)
from contracts.units import descendants
from contracts.values import Author, Link, Source

Sort = Literal["newest", "most_used"]


@value
class Bearing:
    """An experiment that speaks for or against the lesson."""

    experiment_id: str = about("The experiment.")
    note: str | None = about("How.", default=None)


@value
class Citation:
    """An idea that builds on the lesson."""

    idea_id: str = about("The idea.")
    how: str = about("How it builds on it.")
    cited_at: datetime = about("When.")


@value
class Application:
    """Something that is done in another way because of the lesson."""

    application_id: str = about("This use of it.")
    where: str = about("Where.")
    what_changed: str = about("What is done in another way now.")
    applied_on: date | None = about("The day it changed.", default=None)
    told_at: datetime = about("When it was told.")


@value
class Validation:
    """What shows that the lesson made a difference."""

    validation_id: str = about("This proof.")
    proof: str = about("The proof.")
    told_at: datetime = about("When it was told.")


@row
class LessonCard:
    """A lesson as it stands in the library."""

    lesson_id: str = key()
    standing: LessonStanding = indexed(default="emerging")
    unit: str = indexed()
    recorded_at: datetime = indexed()
    uses: int = indexed(default=0)
    """How often it was cited and applied."""
    statement: str
    title: str | None = None
    observation: str | None = None
    contributing_factors: tuple[str, ...] = ()
    recommendation: str | None = None
    applies_when: str | None = None
    does_not_apply_when: str | None = None
    tags: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    language: str = "sv"
    experiment_ids: tuple[str, ...] = ()
    idea_ids: tuple[str, ...] = ()
    author: Author
    contact_shown: bool = False
    review_on: date | None = None
    reviewed_at: datetime | None = None
    source: Source | None = None
    supporting: tuple[Bearing, ...] = ()
    contradicting: tuple[Bearing, ...] = ()
    superseded_by: str | None = None
    reason: str | None = None
    """Why it was rejected, withdrawn or reinstated, as long as that is its last word."""
    citations: tuple[Citation, ...] = ()
    endorsements: int = 0
    applications: tuple[Application, ...] = ()
    validations: tuple[Validation, ...] = ()
    marks: str = ""
    tag_line: str = ""
    heading: str = ""
    words: str = ""

    @property
    def use(self) -> tuple[LessonMark, ...]:
        """Its marks of use."""
        marks: dict[LessonMark, bool] = {
            "recorded": True,
            "endorsed": self.endorsements > 0,
            "applied": bool(self.applications),
            "validated": bool(self.validations),
        }
        return tuple(mark for mark, made in marks.items() if made)

    @property
    def contact(self) -> Author | None:
        """Whom to ask about it."""
        return self.author if self.contact_shown else None


def onto_lesson_library(card: LessonCard | None, recorded: Recorded, key: str) -> LessonCard | None:
    """The card after an event."""
    happening = recorded.event
    if isinstance(happening, LessonRecorded):
        return _searchable(_taken_in(happening, recorded.happened_at))
    if card is None:
        return None
    if isinstance(happening, StandingOfLesson):
        return _searchable(_stands(_reworded(card, happening), happening))
    return _used(card, happening, recorded.happened_at)


_TEXTS = (
    *("statement", "title", "observation", "contributing_factors", "recommendation", "applies_when"),
    *("does_not_apply_when", "tags", "links", "language", "contact_shown", "review_on"),
)
"""What is written of a lesson, and can be revised."""


def _taken_in(lesson: LessonRecorded, at: datetime) -> LessonCard:
    written: dict[str, Any] = {name: getattr(lesson, name) for name in _TEXTS}
    return LessonCard(
        lesson_id=lesson.lesson_id,
        unit=lesson.unit,
        recorded_at=at,
        experiment_ids=lesson.experiment_ids,
        idea_ids=lesson.idea_ids,
        author=lesson.author,
        source=lesson.source,
        **written,
    )


def _reworded(card: LessonCard, happening: StandingOfLesson) -> LessonCard:
    if not isinstance(happening, LessonRevised):
        return card
    changed: dict[str, Any] = dict.fromkeys(happening.cleared)
    changed |= {name: new for name in _TEXTS if (new := getattr(happening, name)) is not None}
    return replace(card, **changed)


def _stands(card: LessonCard, happening: StandingOfLesson) -> LessonCard:
    """With its standing, and who and what speaks for and against it."""
    card = replace(card, standing=happening.leads_to)
    match happening:
        case LessonRevised(statement=str()):
            return replace(card, supporting=(), contradicting=(), reason=None)
        case LessonReinstated(reason=reason):
            return replace(card, supporting=(), contradicting=(), superseded_by=None, reason=reason)
        case LessonSupported(experiment_id=experiment, note=note):
            supporting = (*card.supporting, Bearing(experiment_id=experiment, note=note))
            return replace(
                card, supporting=supporting, contradicting=_without(experiment, card.contradicting), reason=None
            )
        case LessonContradicted(experiment_id=experiment, note=note):
            contradicting = (*card.contradicting, Bearing(experiment_id=experiment, note=note))
            return replace(card, supporting=_without(experiment, card.supporting), contradicting=contradicting)
        case LessonConfirmed():
            return replace(card, reason=None)
        case LessonRejected(reason=reason) | LessonWithdrawn(reason=reason):
            return replace(card, reason=reason)
        case LessonSuperseded(by=better):
            return replace(card, superseded_by=better)
        case _:
            return card


def _without(experiment: str, bearings: tuple[Bearing, ...]) -> tuple[Bearing, ...]:
    return tuple(other for other in bearings if other.experiment_id != experiment)


def _used(card: LessonCard, happening: object, at: datetime) -> LessonCard:
    """With its marks of use, and what is looked at again."""
    match happening:
        case LessonReviewed(review_on=day):
            return replace(card, reviewed_at=at, review_on=day or card.review_on)
        case LessonCited(by=idea, how=how):
            card = replace(card, citations=(*card.citations, Citation(idea_id=idea, how=how, cited_at=at)))
        case LessonEndorsed():
            card = replace(card, endorsements=card.endorsements + 1)
        case LessonApplied() as told:
            application = Application(
                application_id=told.application_id,
                where=told.where,
                what_changed=told.what_changed,
                applied_on=told.applied_on,
                told_at=at,
            )
            card = replace(card, applications=(*card.applications, application))
        case LessonValidated(validation_id=id_, proof=proof):
            validation = Validation(validation_id=id_, proof=proof, told_at=at)
            card = replace(card, validations=(*card.validations, validation))
    return replace(card, uses=len(card.citations) + len(card.applications), marks=labels(*card.use))


def _searchable(card: LessonCard) -> LessonCard:
    said = (card.statement, card.recommendation, card.observation, card.applies_when, card.does_not_apply_when)
    return replace(
        card,
        heading=words_of(card.title or card.statement, *card.tags),
        words=words_of(*said, *card.contributing_factors),
        tag_line=labels(*card.tags),
        marks=labels(*card.use),
    )


LESSON_LIBRARY: ReadModel[LessonCard] = ReadModel(
    name="lesson_library",
    version=1,
    row=LessonCard,
    sources=("experiments",),
    on=(
        *(LessonRecorded, LessonRevised, LessonReviewed),
        *(LessonSupported, LessonContradicted, LessonConfirmed, LessonRejected),
        *(LessonSuperseded, LessonWithdrawn, LessonReinstated),
        *(LessonCited, LessonEndorsed, LessonApplied, LessonValidated),
    ),
    keys=one_subject,
    fold=onto_lesson_library,
    search="words",
    heading="heading",
)


def library_where(
    library: Rows[LessonCard],
    *,
    unit: str | None = None,
    tag: str | None = None,
    standings: tuple[LessonStanding, ...] = (),
    use: LessonMark | None = None,
) -> list[sa.ColumnElement[bool]]:
    """The lessons of this unit and every unit below it, with this tag, in one of these standings, with this mark.

    What is None or empty is not asked for. For ``library_page`` and ``Rows.count``.
    """
    columns = library.table.c
    where: list[sa.ColumnElement[bool]] = []
    if unit is not None:
        where.append(columns.unit.in_(sorted(descendants(unit))))
    if tag is not None:
        where.append(labelled(columns.tag_line, tag))
    if standings:
        where.append(columns.standing.in_(standings))
    if use is not None:
        where.append(labelled(columns.marks, use))
    return where


_ORDERS: dict[Sort, tuple[str, ...]] = {"newest": ("recorded_at",), "most_used": ("uses", "recorded_at")}


def library_page(
    library: Rows[LessonCard],
    *where: sa.ColumnElement[bool],
    text: str | None = None,
    sort: Sort = "newest",
    after: str | None = None,
    limit: int = 50,
) -> Page[LessonCard]:
    """A page of the library, or what resembles a text. Raises Invalid for a cursor not its own."""
    return library.page(*where, text=text, by=_ORDERS[sort], descending=True, after=after, limit=limit)
