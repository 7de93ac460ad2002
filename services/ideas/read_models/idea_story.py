"""idea_story: what happened to my idea, from the first word to the lesson? One timeline across three aggregates.

One row per idea and event, and one per comment, whatever becomes of it. Nothing is ever taken out: what was declined,
withdrawn or failed stays in sight. Not in it: who supports (a number on the board), each single observation (they stand
with the experiment), and what the idea records only to follow its experiments.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import reduce
from typing import Any

import sqlalchemy as sa

from chassis.processing.read_model import ReadModel, indexed, key, row
from chassis.processing.rows import Page, Rows
from chassis.recorded import Recorded
from contracts.event import Sealed, family_of, replace
from contracts.experiments import (
    CONCLUSIONS,
    ApprovalReturned,
    ConclusionCorrected,
    CriteriaAmended,
    DecisionTaken,
    ExperimentApproved,
    ExperimentCancelled,
    ExperimentClosed,
    ExperimentDrafted,
    ExperimentPaused,
    ExperimentReopened,
    ExperimentResumed,
    ExperimentStarted,
    FollowUpDone,
    MeasuringEnded,
)
from contracts.ideas import (
    AuthorNamed,
    AuthorshipTransferred,
    CoachAssigned,
    CommentAdded,
    CommentEdited,
    IdeaDeclined,
    IdeaDrafted,
    IdeaHandedOver,
    IdeaPutOnHold,
    IdeaRealised,
    IdeaReopened,
    IdeaRevised,
    IdeaSelected,
    IdeaSubmitted,
    IdeaWithdrawn,
    JoinAccepted,
    JoinDeclined,
    JoinRequested,
    LessonBuiltUpon,
    MoreInformationRequested,
    ParticipantLeft,
    ReviewStarted,
)
from contracts.lessons import (
    LessonApplied,
    LessonCited,
    LessonConfirmed,
    LessonContradicted,
    LessonEndorsed,
    LessonRecorded,
    LessonReinstated,
    LessonRejected,
    LessonRevised,
    LessonSuperseded,
    LessonSupported,
    LessonValidated,
    LessonWithdrawn,
)


@row
class Happened:
    """One thing that happened to an idea.

    ``by`` may be an author whose name is hidden: who may see it is for the API to say. Of experiments and lessons
    nobody is named but who decided.
    """

    place: str = key()
    """``<idea id>/<event id>``; of a comment ``<idea id>/<comment id>``."""
    idea_id: str = indexed()
    at: datetime = indexed()
    version: int
    """Within its stream: the order of what happened at the same moment."""
    thing: str
    """What it happened to: ``idea-<id>``, ``experiment-<id>`` or ``lesson-<id>``."""
    what: str
    """The event without its version: ``experiment-failed``."""
    unit: str | None = None
    title: str | None = None
    text: str | None = None
    """What was said of it: a reason, a hypothesis, what was learned."""
    said: Sealed | None = None
    """A comment, or a message to the author; kept apart, sealed."""
    edited: bool = False
    code: str | None = None
    """The reason's code, the outcome, the way chosen."""
    until: date | None = None
    by: str | None = None
    refers_to: str | None = None
    """Another idea, experiment or lesson that it speaks of: ``lesson-<id>``."""
    authors_only: bool = False
    """Whether only author and co-authors may see it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """How an event is told: the names of its fields, which may be paths (``mandate.decided_by``)."""

    by: str | None = None
    text: str | None = None
    said: str | None = None
    code: str | None = None
    until: str | None = None
    refers_to: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Field → the kind of thing whose id it holds; the first that is not empty."""
    authors_only: bool = False


_DECIDER = "mandate.decided_by"
_REASON = _Told(text="reason")
_NOTE = _Told(text="note")
_TOLD: Mapping[type, _Told] = {
    IdeaDrafted: _Told(by="author.person_id", authors_only=True),
    IdeaSubmitted: _Told(by="author.person_id"),
    IdeaRevised: _Told(by="revised_by", text="reason"),
    IdeaWithdrawn: _Told(by="withdrawn_by", text="reason"),
    CommentAdded: _Told(by="commenter_id", said="text"),
    CommentEdited: _Told(by="commenter_id", said="text"),
    JoinRequested: _Told(by="person_id", said="message", authors_only=True),
    JoinAccepted: _Told(by="person_id"),
    JoinDeclined: _Told(by="person_id", authors_only=True),
    ParticipantLeft: _Told(by="person_id"),
    AuthorshipTransferred: _Told(by="transferred_by", text="reason"),
    AuthorNamed: _Told(by="person_id"),
    LessonBuiltUpon: _Told(by="said_by", text="how", refers_to={"lesson_id": "lesson"}),
    ReviewStarted: _Told(by="reviewed_by"),
    CoachAssigned: _Told(by="coach_id"),
    MoreInformationRequested: _Told(by="requested_by", text="question"),
    IdeaSelected: _Told(by=_DECIDER, text="reason", until="review_on"),
    IdeaDeclined: _Told(
        by=_DECIDER, text="reason", code="reason_code", refers_to={"lesson_id": "lesson", "duplicate_of": "idea"}
    ),
    IdeaPutOnHold: _Told(by=_DECIDER, text="obstacle", until="review_on"),
    IdeaHandedOver: _Told(by=_DECIDER, text="reason"),
    IdeaReopened: _Told(by="reopened_by", text="reason"),
    IdeaRealised: _Told(by=_DECIDER, text="what_changed", refers_to={"experiment_id": "experiment"}),
    ExperimentDrafted: _Told(text="hypothesis"),
    ExperimentApproved: _Told(by=_DECIDER, text="conditions"),
    ApprovalReturned: _Told(by=_DECIDER, text="reason"),
    ExperimentStarted: _Told(text="hypothesis"),
    CriteriaAmended: _REASON,
    ExperimentPaused: _REASON,
    ExperimentResumed: _Told(),
    MeasuringEnded: _Told(),
    **dict.fromkeys(CONCLUSIONS.values(), _Told(text="hypothesis", code="outcome")),
    ConclusionCorrected: _REASON,
    DecisionTaken: _Told(by=_DECIDER, text="reason", code="decision"),
    FollowUpDone: _Told(text="result"),
    ExperimentClosed: _Told(code="outcome"),
    ExperimentReopened: _REASON,
    ExperimentCancelled: _REASON,
    LessonRecorded: _Told(text="statement"),
    LessonRevised: _Told(text="statement"),
    LessonSupported: _Told(text="note", refers_to={"experiment_id": "experiment"}),
    LessonContradicted: _Told(text="note", refers_to={"experiment_id": "experiment"}),
    LessonConfirmed: _NOTE,
    LessonRejected: _REASON,
    LessonSuperseded: _Told(refers_to={"by": "lesson"}),
    LessonWithdrawn: _REASON,
    LessonReinstated: _REASON,
    LessonCited: _Told(text="how", refers_to={"by": "idea"}),
    LessonEndorsed: _Told(),
    LessonApplied: _Told(text="what_changed"),
    LessonValidated: _Told(text="proof"),
}


def onto_idea_story(told: Happened | None, recorded: Recorded, key: str) -> Happened:
    """What the event says; of a comment that is edited, its newest words in the place of the first."""
    happening = recorded.event
    told_as = _TOLD[type(happening)]
    if isinstance(happening, CommentEdited) and told is not None:
        return replace(told, said=_follow(happening, told_as.said), edited=True)
    return Happened(
        place=key,
        idea_id=key.partition("/")[0],
        at=recorded.happened_at,
        version=recorded.version,
        thing=recorded.stream,
        what=family_of(recorded.type),
        unit=getattr(happening, "to_unit", None) or getattr(happening, "unit", None),
        title=_open(getattr(happening, "title", None)),
        text=_follow(happening, told_as.text),
        said=_follow(happening, told_as.said),
        code=_follow(happening, told_as.code),
        until=_follow(happening, told_as.until),
        by=_follow(happening, told_as.by),
        refers_to=_refers_to(happening, told_as),
        authors_only=told_as.authors_only,
    )


def _open(text: str | Sealed | None) -> str | None:
    return None if isinstance(text, Sealed) else text


def _follow(happening: object, path: str | None) -> Any:
    return reduce(lambda value, name: getattr(value, name, None), path.split("."), happening) if path else None


def _refers_to(happening: object, told_as: _Told) -> str | None:
    ids = ((kind, _follow(happening, field)) for field, kind in told_as.refers_to.items())
    return next((f"{kind}-{id_}" for kind, id_ in ids if id_), None)


def _places(recorded: Recorded) -> Iterable[str]:
    happening = recorded.event
    name = getattr(happening, "comment_id", recorded.id)
    ideas = getattr(happening, "idea_ids", None)
    return [f"{idea}/{name}" for idea in ((happening.idea_id,) if ideas is None else ideas)]


IDEA_STORY: ReadModel[Happened] = ReadModel(
    name="idea_story",
    version=1,
    row=Happened,
    sources=("ideas", "experiments"),
    on=tuple(_TOLD),
    keys=_places,
    fold=onto_idea_story,
)


def story_page(
    story: Rows[Happened], idea_id: str, *, for_authors: bool, after: str | None = None, limit: int = 50
) -> Page[Happened]:
    """A page of an idea's story, oldest first; ``for_authors`` with what only author and co-authors may see.

    Raises Invalid for a cursor that is not its own.
    """
    columns = story.table.c
    where: list[sa.ColumnElement[bool]] = [columns.idea_id == idea_id]
    if not for_authors:
        where.append(~columns.authors_only)
    return story.page(*where, by=("at", "version"), after=after, limit=limit)
