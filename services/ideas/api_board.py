"""What people ask of all ideas together, over HTTP: the board, and whether anybody has tried it."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime

from marshmallow.validate import Length, Range

from chassis.command import Caller
from chassis.web import Read, Routes
from contracts.event import about, value
from contracts.ideas import IdeaState
from contracts.lessons import LessonStanding
from contracts.values import (
    Author,
    AuthorVisibility,
    ChallengeId,
    IdeaId,
    Language,
    Origin,
    Outcome,
    PartId,
    PersonId,
    Text,
    ThingId,
    Title,
    UnitId,
    Visibility,
    Word,
)
from services.ideas.api_ideas import told
from services.ideas.idea import IDEA, Idea
from services.ideas.idea_rights import allowed_actions, known
from services.ideas.read_models import (
    IDEA_BOARD,
    TRIED_BEFORE,
    IdeaCard,
    Sort,
    Tried,
    board_page,
    board_where,
    similar_to,
)

board = Routes("board", "Board: what ideas there are, which want support, and whether anybody has tried it")


@value
class IdeasAsked:
    """Which ideas, in which order."""

    unit: UnitId | None = about("Of this unit and those below it.", default=None)
    tag: Word | None = about("With this tag.", default=None)
    state: IdeaState | None = about("In this state.", default=None)
    challenge: ChallengeId | None = about("That answer this challenge.", default=None)
    text: str | None = about("That resemble this text, the most alike first.", default=None, validate=Length(1, 2_000))
    sort: Sort = about("newest, most_supported or waiting_longest; not with text.", default="newest")
    limit: int = about("How many at most.", default=50, validate=Range(min=1, max=200))
    after: str | None = about("What the page before said is next; not with text.", default=None)


@value
class IdeaListed:
    """An idea on the board."""

    idea_id: IdeaId = about("The idea.")
    state: IdeaState = about("Where it is.")
    title: Title = about("The idea in one line.")
    what: Text = about("What the idea is.")
    unit: UnitId = about("The unit that it is for.")
    units_concerned: tuple[UnitId, ...] = about("Other units that it concerns.")
    tags: tuple[Word, ...] = about("Words to find it by.")
    language: Language = about("The language it is written in.")
    origin: Origin = about("What it came from.")
    challenge_id: ChallengeId | None = about("The challenge it answers.")
    workshop_id: PartId | None = about("The workshop it comes from.")
    author: Author = about("Whose idea it is; a pseudonym of this idea where the name is hidden.")
    coauthors: tuple[PersonId, ...] = about("Who has it together with the author.")
    author_visibility: AuthorVisibility = about("Whether colleagues see the author's name.")
    visibility: Visibility = about("Internal or public.")
    supporters: int = about("How many support it.")
    comments: int = about("How much was said about it.")
    submitted_at: datetime = about("When everybody could see it.")
    waiting_since: datetime = about("Since when the next step is waited for.")
    rests_until: date | None = about("The day to look at it again, while it is on hold.")
    allowed_actions: tuple[str, ...] = about("What the caller may do with it now.")


@value
class IdeaList:
    """Some of the ideas."""

    items: tuple[IdeaListed, ...] = about("They, in the order asked for.")
    next: str | None = about("Where the next page begins.")
    behind: tuple[IdeaId, ...] = about("Those of them whose row lags.")


@board.query("/ideas", of=(IDEA_BOARD,))
def list_ideas(asked: IdeasAsked, read: Read) -> IdeaList:
    """List the ideas; declined, withdrawn and failed ones stay in sight."""
    rows = read.rows(IDEA_BOARD)
    where = board_where(rows, unit=asked.unit, tag=asked.tag, state=asked.state, challenge_id=asked.challenge)
    page = board_page(rows, *where, text=asked.text, sort=asked.sort, after=asked.after, limit=asked.limit)
    ideas = read.states(IDEA, (card.idea_id for card in page.rows))
    items = tuple(_listed(card, known(ideas[card.idea_id]), read.caller) for card in page.rows)
    return IdeaList(items=items, next=page.next, behind=rows.behind(page.rows))


_ON_THE_BOARD = tuple(f.name for f in dataclasses.fields(IdeaListed) if f.name != "allowed_actions")


def _listed(card: IdeaCard, idea: Idea, caller: Caller) -> IdeaListed:
    shown = IdeaListed(
        **{name: getattr(card, name) for name in _ON_THE_BOARD}, allowed_actions=allowed_actions(idea, caller)
    )
    return told(shown, idea.names, caller)


@value
class TriedAsked:
    """What somebody is about to do."""

    text: str = about("What it is, as far as it is written.", validate=Length(1, 2_000))
    but: ThingId | None = about("Not this: the idea that is being written.", default=None)
    limit: int = about("How many at most.", default=10, validate=Range(min=1, max=50))


@value
class TriedListed:
    """Something that was tried, learned or thought of before. Nothing about who it was."""

    thing: ThingId = about("Kind and id: experiment-<uuid>.")
    kind: str = about("idea, experiment or lesson.")
    title: str = about("It in one line.")
    unit: str = about("The unit it belongs to.")
    language: str = about("The language it is written in.")
    since: datetime | None = about("When it was submitted, concluded or recorded.")
    state: str | None = about("Where it is, of an idea or an experiment.")
    outcome: Outcome | None = about("What it was concluded with, of an experiment.")
    standing: LessonStanding | None = about("Whether it holds, of a lesson.")
    learned: str | None = about("What was learned from it, in one line.")
    tags: tuple[str, ...] = about("Words to find it by.")


@value
class TriedList:
    """What resembles the text."""

    items: tuple[TriedListed, ...] = about("The most alike first.")
    next: str | None = about("Always none: what is further down is hardly alike.", default=None)
    behind: tuple[ThingId, ...] = about("Those of them whose row lags.")


@board.query("/tried-before", of=(TRIED_BEFORE,))
def tried_before(asked: TriedAsked, read: Read) -> TriedList:
    """Ask whether anybody has tried it: finished experiments, lessons, ideas. It informs and never blocks."""
    rows = read.rows(TRIED_BEFORE)
    found = similar_to(rows, asked.text, asked.limit, but=asked.but)
    return TriedList(items=tuple(_tried(one) for one in found), behind=rows.behind(found))


def _tried(one: Tried) -> TriedListed:
    return TriedListed(**{f.name: getattr(one, f.name) for f in dataclasses.fields(TriedListed)})
