"""tried_before: has anybody tried it? What resembles a text, shown while one writes; it informs and never blocks.

One row per idea, experiment and lesson. Shown are lessons, concluded experiments and submitted ideas, the declined and
withdrawn ones too. What was learned lies in lessons, each a stream of its own that may be heard of before the
experiments and ideas it is about: such a row waits, unshown, until its own first event comes.
"""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from chassis.processing.read_model import ReadModel, key, row
from chassis.processing.rows import Rows
from chassis.processing.words import words_of
from chassis.recorded import Recorded
from contracts.event import about, replace, value
from contracts.experiments import (
    CONCLUSIONS,
    ConclusionCorrected,
    ConclusionSupplemented,
    ExperimentClosed,
    ExperimentDrafted,
    ExperimentReopened,
    ExperimentRevised,
)
from contracts.experiments import Conclusion as Concluded
from contracts.ideas import (
    IdeaDeclined,
    IdeaHandedOver,
    IdeaRealised,
    IdeaReopened,
    IdeaRevised,
    IdeaSubmitted,
    IdeaWithdrawn,
)
from contracts.lessons import (
    LessonConfirmed,
    LessonContradicted,
    LessonRecorded,
    LessonReinstated,
    LessonRejected,
    LessonRevised,
    LessonStanding,
    LessonSuperseded,
    LessonSupported,
    LessonWithdrawn,
    StandingOfLesson,
)
from contracts.values import Outcome
from services.ideas.read_models.moves import MOVES, state_after

Kind = Literal["idea", "experiment", "lesson"]
Texts = Mapping[str, str]
_ONE_LINE = 240


@value
class Learned:
    """A lesson about an idea or an experiment."""

    lesson_id: str = about("The lesson.")
    recorded_at: datetime = about("When it was recorded.")
    statement: str = about("What was learned.", default="")
    standing: LessonStanding = about("Whether it holds.", default="emerging")

    @property
    def counts(self) -> bool:
        """Whether it is still said to be so."""
        return bool(self.statement) and self.standing not in ("rejected", "superseded", "withdrawn")


@row
class Tried:
    """Something that was tried, learned or thought of. Nothing about who it was."""

    thing: str = key()
    kind: Kind
    shown: bool = False
    title: str = ""
    unit: str = ""
    language: str = "sv"
    since: datetime | None = None
    """When the idea was submitted, the experiment concluded, the lesson recorded."""
    state: str | None = None
    """Of an idea or an experiment."""
    outcome: Outcome | None = None
    """Of an experiment; None again once it is reopened."""
    standing: LessonStanding | None = None
    """Of a lesson."""
    said: str = ""
    """The last word on an idea: why it was declined or withdrawn, what it changed."""
    lessons: tuple[Learned, ...] = ()
    """What was learned from it, by the lessons' ids."""
    tags: tuple[str, ...] = ()
    texts: Texts = dataclasses.field(default_factory=dict)
    """What it can be found by, field by field."""
    heading: str = ""
    words: str = ""

    @property
    def learned(self) -> str | None:
        """What was learned, in one line: of a lesson itself, else of the newest that counts, else the last word."""
        if self.kind == "lesson":
            return _one_line(self.texts.get("statement", ""))
        counting = [(lesson.recorded_at, lesson.statement) for lesson in self.lessons if lesson.counts]
        return _one_line(max(counting)[1] if counting else self.said) or None


def onto_tried_before(tried: Tried | None, recorded: Recorded, key: str) -> Tried:
    """The row after an event of its own, or of a lesson about it."""
    kind: Kind = key.partition("-")[0]  # type: ignore[assignment]
    tried = tried or Tried(thing=key, kind=kind)
    if key != recorded.stream:
        return _with_lesson(tried, recorded)
    return _with_words(_ONTO[kind](tried, recorded))


def _onto_idea(tried: Tried, recorded: Recorded) -> Tried:
    happening = recorded.event
    tried = replace(tried, state=state_after(happening) or tried.state)
    match happening:
        case IdeaSubmitted():
            return _first_seen(tried, recorded, happening)
        case IdeaRevised():
            return _reworded(tried, happening)
        case IdeaDeclined(reason=said) | IdeaRealised(what_changed=said) | IdeaWithdrawn(reason=said):
            return replace(tried, said=said or "")
        case IdeaReopened():
            return replace(tried, said="")
        case IdeaHandedOver(to_unit=unit):
            return replace(tried, unit=unit)
        case _:
            return tried


def _onto_experiment(tried: Tried, recorded: Recorded) -> Tried:
    happening = recorded.event
    tried = replace(tried, title=happening.title, unit=happening.unit)
    match happening:
        case Concluded():
            concluded = replace(tried, state="awaiting_lesson", outcome=happening.outcome)
            return _first_seen(concluded, recorded, happening)
        case ExperimentClosed():
            return replace(tried, state="closed")
        case ExperimentReopened(leads_to=state):
            return replace(tried, state=state, outcome=None)
        case _:
            return _reworded(tried, happening)


def _onto_lesson(tried: Tried, recorded: Recorded) -> Tried:
    happening = recorded.event
    tried = replace(tried, standing=_standing(tried.standing or "emerging", happening))
    match happening:
        case LessonRecorded():
            return _first_seen(tried, recorded, happening)
        case LessonRevised():
            return _reworded(tried, happening)
        case _:
            return tried


_ONTO: Mapping[Kind, Callable[[Tried, Recorded], Tried]] = {
    "idea": _onto_idea,
    "experiment": _onto_experiment,
    "lesson": _onto_lesson,
}
_TEXTS = (
    *("what", "why", "how", "expected_effect"),
    *("hypothesis", "test_method", "surprise", "deviations", "explanation"),
    *("statement", "observation", "recommendation", "applies_when", "does_not_apply_when"),
)
"""What people write of ideas, of experiments and of lessons."""


def _first_seen(tried: Tried, recorded: Recorded, happening: Any) -> Tried:
    return _reworded(replace(tried, shown=True, since=recorded.happened_at, unit=happening.unit), happening)


def _reworded(tried: Tried, happening: Any) -> Tried:
    """With what the event says anew; what it says nothing of stays, what it cleared is gone."""
    said = {name: text for name in _TEXTS if (text := getattr(happening, name, None)) is not None}
    cleared = getattr(happening, "cleared", ())
    texts = {name: text for name, text in {**tried.texts, **said}.items() if name not in cleared}
    title = "" if "title" in cleared else getattr(happening, "title", None) or tried.title
    tags = getattr(happening, "tags", None)
    language = getattr(happening, "language", None) or tried.language
    return replace(tried, texts=texts, title=title, tags=tried.tags if tags is None else tags, language=language)


def _with_words(tried: Tried) -> Tried:
    if not tried.shown:
        return tried
    return replace(tried, heading=words_of(tried.title, *tried.tags), words=words_of(*tried.texts.values()))


def _standing(before: LessonStanding, happening: object) -> LessonStanding:
    return happening.leads_to if isinstance(happening, StandingOfLesson) else before


def _with_lesson(tried: Tried, recorded: Recorded) -> Tried:
    happening = recorded.event
    known = {lesson.lesson_id: lesson for lesson in tried.lessons}
    lesson = known.get(happening.lesson_id) or Learned(lesson_id=happening.lesson_id, recorded_at=recorded.happened_at)
    known[lesson.lesson_id] = replace(
        lesson,
        statement=getattr(happening, "statement", None) or lesson.statement,
        standing=_standing(lesson.standing, happening),
    )
    return replace(tried, lessons=tuple(known[name] for name in sorted(known)))


def _things(recorded: Recorded) -> Iterable[str]:
    yield recorded.stream
    if recorded.stream.startswith("lesson-"):
        yield from (f"experiment-{about}" for about in recorded.event.experiment_ids)
        yield from (f"idea-{about}" for about in recorded.event.idea_ids)


def _one_line(text: str) -> str:
    """A text in one line, shortened at a word."""
    return textwrap.shorten(text, _ONE_LINE, placeholder=" …")


TRIED_BEFORE: ReadModel[Tried] = ReadModel(
    name="tried_before",
    version=1,
    row=Tried,
    sources=("ideas", "experiments"),
    on=(
        *(IdeaRevised, *MOVES),
        *(*CONCLUSIONS.values(), ConclusionSupplemented, ConclusionCorrected),
        *(ExperimentDrafted, ExperimentRevised, ExperimentClosed, ExperimentReopened),
        *(LessonRecorded, LessonRevised, LessonSupported, LessonContradicted, LessonConfirmed),
        *(LessonRejected, LessonSuperseded, LessonWithdrawn, LessonReinstated),
    ),
    keys=_things,
    fold=onto_tried_before,
    search="words",
    heading="heading",
)


def similar_to(rows: Rows[Tried], text: str, limit: int = 10, *, but: str | None = None) -> list[Tried]:
    """What resembles a text, the most alike first; ``but`` leaves out a thing, such as the idea being written."""
    # What is not shown has no words, and so is not found.
    return rows.matching(text, limit, *([rows.table.c.thing != but] if but else []))
