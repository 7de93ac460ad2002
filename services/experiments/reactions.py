"""What follows for experiments from what happens to lessons: a lesson attaches to its experiments and closes them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import sqlalchemy as sa

from chassis.processing.reaction import Reaction, Then
from chassis.recorded import Recorded
from contracts.lessons import LessonRecorded, LessonReviewed
from services.experiments.experiment import EXPERIMENT
from services.experiments.experiment_afterwards import attach_lesson


def when_a_lesson_is_recorded_attach_it(recorded: Recorded, _: sa.Connection) -> Iterable[Then]:
    """To every experiment that it was learned from, in whatever state; it closes those that wait for one."""
    return _attach(recorded.event, reviewed=False)


def when_a_lesson_is_reviewed_let_it_count_again(recorded: Recorded, _: sa.Connection) -> Iterable[Then]:
    """For every experiment of it that was reopened since: looked at again, it closes what waits for it."""
    return _attach(recorded.event, reviewed=True)


def _attach(lesson: LessonRecorded | LessonReviewed, *, reviewed: bool) -> Iterable[Then]:
    for experiment_id in dict.fromkeys(lesson.experiment_ids):
        yield Then(
            decider=EXPERIMENT,
            subject=experiment_id,
            decide=partial(attach_lesson, lesson.lesson_id, reviewed=reviewed),
            recipient=f"experiment-{experiment_id}",
        )


ATTACH_LESSONS = Reaction(
    name="attach-lessons",
    sources=("experiments",),
    on=(LessonRecorded,),
    then=when_a_lesson_is_recorded_attach_it,
)
COUNT_REVIEWED_LESSONS = Reaction(
    name="count-reviewed-lessons",
    sources=("experiments",),
    on=(LessonReviewed,),
    then=when_a_lesson_is_reviewed_let_it_count_again,
)
REACTIONS = (ATTACH_LESSONS, COUNT_REVIEWED_LESSONS)
