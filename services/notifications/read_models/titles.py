"""What are things called that happen to people? The public titles of ideas, challenges, experiments and lessons."""

from __future__ import annotations

from chassis.processing.read_model import ReadModel, key, row
from chassis.processing.rows import Rows
from chassis.recorded import Recorded
from contracts.experiments import ExperimentDrafted, ExperimentRevised
from contracts.ideas import ChallengeDrafted, ChallengeRevised, IdeaRevised, IdeaSubmitted
from contracts.lessons import LessonRecorded, LessonRevised


@row
class Title:
    """What one thing is called."""

    subject: str = key()
    title: str | None
    statement: str | None
    """Of a lesson; it stands for a title where there is none."""


def onto_titles(title: Title | None, recorded: Recorded, key: str) -> Title | None:
    """The title and statement that hold."""
    event = recorded.event
    before = title or Title(subject=key, title=None, statement=None)
    cleared = "title" in getattr(event, "cleared", ())
    return Title(
        subject=key,
        title=None if cleared else event.title or before.title,
        statement=getattr(event, "statement", None) or before.statement,
    )


TITLES = ReadModel(
    name="titles",
    version=1,
    row=Title,
    sources=("ideas", "experiments"),
    on=(
        *(ChallengeDrafted, ChallengeRevised, IdeaSubmitted, IdeaRevised),
        *(ExperimentDrafted, ExperimentRevised, LessonRecorded, LessonRevised),
    ),
    keys=lambda recorded: (recorded.stream,),
    fold=onto_titles,
)


def titles_of(rows: Rows[Title], subjects: set[str]) -> dict[str, str]:
    """Subject → what it is called, of those that are known."""
    found = {row.subject: row.title or row.statement for row in rows.some(subjects)}
    return {subject: title for subject, title in found.items() if title}
