"""idea_board: what ideas are there, and which want my support? One row per submitted idea; drafts are never in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import sqlalchemy as sa

from chassis.processing.labels import labelled, labels
from chassis.processing.read_model import ReadModel, indexed, key, one_subject, row
from chassis.processing.rows import Page, Rows
from chassis.processing.words import words_of
from chassis.recorded import Recorded
from contracts.event import replace
from contracts.ideas import (
    AuthorNamed,
    AuthorshipTransferred,
    CommentAdded,
    IdeaHandedOver,
    IdeaPutOnHold,
    IdeaRevised,
    IdeaState,
    IdeaSubmitted,
    IdeaSupported,
    JoinAccepted,
    ParticipantLeft,
    SupportWithdrawn,
)
from contracts.units import descendants
from contracts.values import Author, AuthorVisibility, Origin, Visibility
from services.ideas.read_models.moves import MOVES, state_after

Sort = Literal["newest", "most_supported", "waiting_longest"]


@row
class IdeaCard:
    """An idea as it hangs on the board.

    ``author`` is there whether or not ``author_visibility`` hides it: who may see it is for the API to say.
    """

    idea_id: str = key()
    state: IdeaState = indexed()
    unit: str = indexed()
    challenge_id: str | None = indexed(default=None)
    supporters: int = indexed(default=0)
    submitted_at: datetime = indexed()
    settled: bool = False
    """Whether nobody is waited for: it is being tried, or it is over."""
    waiting_since: datetime = indexed()
    """Since when the next step is waited for; of a settled idea, since when it is settled."""
    rests_until: date | None = None
    title: str
    what: str
    tags: tuple[str, ...] = ()
    units_concerned: tuple[str, ...] = ()
    workshop_id: str | None = None
    language: str = "sv"
    origin: Origin = "idea"
    visibility: Visibility = "internal"
    author: Author
    coauthors: tuple[str, ...] = ()
    author_visibility: AuthorVisibility = "named"
    comments: int = 0
    tag_line: str = ""
    heading: str = ""
    words: str = ""


def onto_idea_board(card: IdeaCard | None, recorded: Recorded, key: str) -> IdeaCard | None:
    """The card after an event. Its first is the submission: what happened to a draft before it leaves no trace."""
    happening = recorded.event
    if isinstance(happening, IdeaSubmitted):
        return _hung_up(happening, recorded.happened_at)
    if card is None:
        return None
    return _moved(_people(_worded(card, happening), happening), happening, recorded.happened_at)


def _hung_up(idea: IdeaSubmitted, at: datetime) -> IdeaCard:
    return _with_words(
        IdeaCard(
            idea_id=idea.idea_id,
            state="submitted",
            unit=idea.unit,
            challenge_id=idea.challenge_id,
            submitted_at=at,
            waiting_since=at,
            title=idea.title,
            what=idea.what,
            tags=idea.tags,
            units_concerned=idea.units_concerned,
            workshop_id=idea.workshop_id,
            language=idea.language,
            origin=idea.origin,
            visibility=idea.visibility,
            author=idea.author,
            coauthors=idea.coauthors,
            author_visibility=idea.author_visibility,
        )
    )


def _worded(card: IdeaCard, happening: object) -> IdeaCard:
    if not isinstance(happening, IdeaRevised):
        return card
    names = ("title", "what", "tags", "units_concerned")
    changed = {name: new for name in names if (new := getattr(happening, name)) is not None}
    return _with_words(replace(card, **changed))


def _with_words(card: IdeaCard) -> IdeaCard:
    return replace(
        card,
        heading=words_of(card.title, *card.tags),
        words=words_of(card.what),
        tag_line=labels(*card.tags),
    )


def _people(card: IdeaCard, happening: object) -> IdeaCard:
    match happening:
        case IdeaSupported():
            return replace(card, supporters=card.supporters + 1)
        case SupportWithdrawn():
            return replace(card, supporters=card.supporters - 1)
        case CommentAdded():
            return replace(card, comments=card.comments + 1)
        case JoinAccepted(person_id=person):
            return replace(card, coauthors=(*card.coauthors, person))
        case ParticipantLeft(person_id=person):
            return replace(card, coauthors=tuple(other for other in card.coauthors if other != person))
        case AuthorshipTransferred(author=author, author_visibility=visibility):
            others = tuple(other for other in card.coauthors if other != author.person_id)
            return replace(card, author=author, author_visibility=visibility, coauthors=others)
        case AuthorNamed():
            return replace(card, author_visibility="named")
        case _:
            return card


_SETTLED: frozenset[IdeaState] = frozenset({"in_experiment", "realised", "not_realised", "declined", "withdrawn"})
_STILL_UNANSWERED: frozenset[IdeaState] = frozenset({"submitted", "in_review"})


def _moved(card: IdeaCard, happening: object, at: datetime) -> IdeaCard:
    state = state_after(happening)
    if state is not None:
        card = _in_state(card, state, at)
    match happening:
        case IdeaHandedOver(to_unit=unit):
            return replace(card, unit=unit)
        case IdeaPutOnHold(review_on=day):
            return replace(card, rests_until=day)
        case _:
            return card


def _in_state(card: IdeaCard, state: IdeaState, at: datetime) -> IdeaCard:
    # What waits for its first answer goes on waiting for it, in whatever hands.
    goes_on_waiting = state == card.state or {state, card.state} <= _STILL_UNANSWERED
    return replace(
        card,
        state=state,
        settled=state in _SETTLED,
        waiting_since=card.waiting_since if goes_on_waiting else at,
        rests_until=card.rests_until if state == "on_hold" else None,
    )


IDEA_BOARD: ReadModel[IdeaCard] = ReadModel(
    name="idea_board",
    version=1,
    row=IdeaCard,
    sources=("ideas",),
    on=(
        *(IdeaRevised, IdeaSupported, SupportWithdrawn, CommentAdded),
        *(JoinAccepted, ParticipantLeft, AuthorshipTransferred, AuthorNamed, *MOVES),
    ),
    keys=one_subject,
    fold=onto_idea_board,
    search="words",
    heading="heading",
)


def board_where(
    board: Rows[IdeaCard],
    *,
    unit: str | None = None,
    tag: str | None = None,
    state: IdeaState | None = None,
    challenge_id: str | None = None,
) -> list[sa.ColumnElement[bool]]:
    """The ideas of this unit and every unit below it, with this tag (in any case of letters), in this state, …

    What is None is not asked for. For ``board_page`` and ``Rows.count``.
    """
    columns = board.table.c
    where: list[sa.ColumnElement[bool]] = []
    if unit is not None:
        where.append(columns.unit.in_(sorted(descendants(unit))))
    if tag is not None:
        where.append(labelled(columns.tag_line, tag))
    if state is not None:
        where.append(columns.state == state)
    if challenge_id is not None:
        where.append(columns.challenge_id == challenge_id)
    return where


_ORDERS: dict[Sort, tuple[tuple[str, ...], bool]] = {
    "newest": (("submitted_at",), True),
    "most_supported": (("supporters", "submitted_at"), True),
    "waiting_longest": (("settled", "waiting_since"), False),
}


def board_page(
    board: Rows[IdeaCard],
    *where: sa.ColumnElement[bool],
    text: str | None = None,
    sort: Sort = "newest",
    after: str | None = None,
    limit: int = 50,
) -> Page[IdeaCard]:
    """A page of the board, or what resembles a text; ``waiting_longest`` has the settled ones last.

    Raises Invalid for a cursor not its own.
    """
    by, descending = _ORDERS[sort]
    return board.page(*where, text=text, by=by, descending=descending, after=after, limit=limit)
