"""What follows for lessons from what happens elsewhere: an idea that builds on a lesson cites it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import sqlalchemy as sa

from chassis.processing.reaction import Reaction, Then
from chassis.recorded import Recorded
from contracts.ideas import IdeaSubmitted, LessonBuiltUpon
from contracts.values import LessonUse
from services.experiments.lesson import LESSON
from services.experiments.lesson_use import CiteLesson, cite


def when_an_idea_builds_on_lessons_cite_them(recorded: Recorded, _: sa.Connection) -> Iterable[Then]:
    """Every lesson that the idea names, when it is submitted or later; a lesson nobody recorded is refused."""
    for use in _named_by(recorded.event):
        command = CiteLesson(lesson_id=use.lesson_id, idea_id=recorded.event.idea_id, how=use.how)
        yield Then(
            decider=LESSON, subject=use.lesson_id, decide=partial(cite, command), recipient=f"lesson-{use.lesson_id}"
        )


def _named_by(happening: object) -> tuple[LessonUse, ...]:
    match happening:
        case IdeaSubmitted(builds_on=lessons):
            # An idea may name a lesson twice; it is one command.
            return tuple({use.lesson_id: use for use in lessons}.values())
        case LessonBuiltUpon(lesson_id=lesson, how=how):
            return (LessonUse(lesson_id=lesson, how=how),)
        case _:
            return ()


CITE_LESSONS = Reaction(
    name="cite-lessons",
    sources=("ideas",),
    on=(IdeaSubmitted, LessonBuiltUpon),
    then=when_an_idea_builds_on_lessons_cite_them,
)

REACTIONS = (CITE_LESSONS,)
