"""The story of one idea over HTTP: what happened to it, from its first word to its lesson."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime

from marshmallow.validate import Range

from chassis.web import Read, Routes
from contracts.event import about, value
from contracts.values import IdeaId, PersonalText
from services.ideas.api_ideas import told
from services.ideas.idea import IDEA
from services.ideas.idea_rights import seen_by
from services.ideas.read_models import IDEA_STORY, Happened, story_page

story = Routes("story", "Story: what happened to an idea, across its experiments and lessons")


@value
class StoryAsked:
    """Which part of whose story."""

    idea_id: IdeaId = about("The idea.")
    limit: int = about("How much at most.", default=50, validate=Range(min=1, max=200))
    after: str | None = about("What the page before said is next.", default=None)


@value
class Told:
    """One thing that happened."""

    at: datetime = about("When.")
    thing: str = about("What it happened to: idea-<id>, experiment-<id> or lesson-<id>.")
    what: str = about("What happened: the event's name without its version, experiment-failed.")
    unit: str | None = about("Where.")
    title: str | None = about("What it is called.")
    text: str | None = about("What was said of it: a reason, what was believed, what was learned.")
    said: PersonalText = about("A comment, or a message to the author; none once its writer is forgotten.")
    edited: bool = about("Whether that was put in other words since.")
    code: str | None = about("The reason's code, the outcome, the way chosen.")
    until: date | None = about("The day to look at it again.")
    by: str | None = about("Who; a pseudonym of this idea where the name is hidden.")
    refers_to: str | None = about("Another idea, experiment or lesson that it speaks of.")


@value
class StoryTold:
    """Some of what happened, oldest first."""

    items: tuple[Told, ...] = about("It.")
    next: str | None = about("Where the next page begins.")
    behind: tuple[str, ...] = about("The places in it that lag.")


@story.query("/ideas/<idea_id>/story", of=(IDEA_STORY,))
def tell_story(asked: StoryAsked, read: Read) -> StoryTold:
    """Tell what happened to an idea: declined, withdrawn and failed stay in sight."""
    idea = seen_by(read.caller, read.state(IDEA, asked.idea_id))
    rows = read.rows(IDEA_STORY)
    for_authors = idea.kept_by(read.caller.person_id)
    page = story_page(rows, asked.idea_id, for_authors=for_authors, after=asked.after, limit=asked.limit)
    answer = StoryTold(
        items=tuple(_told(happened) for happened in page.rows),
        next=page.next,
        behind=rows.behind(page.rows),
    )
    return told(answer, idea.names, read.caller)


def _told(happened: Happened) -> Told:
    return Told(**{f.name: getattr(happened, f.name) for f in dataclasses.fields(Told)})
