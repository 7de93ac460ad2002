"""What is shown of the services' read models, and what its columns mean: as the contract says, or said here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from contracts.event import description_of
from contracts.experiments import ExperimentDrafted, ExperimentFailed
from contracts.ideas import IdeaSubmitted
from contracts.lessons import LessonRecorded
from history.models import MODELS
from history.typed import Column, columns_of

INTERNAL = ("heading", "words", "tag_line", "marks", "shown", "settled", "ideas")
"""Columns of rows that are there to be searched or sorted by."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A read model, the events whose fields its columns are, and what the others mean."""

    model: str
    of: tuple[type[Any], ...]
    others: Mapping[str, str]

    @property
    def description(self) -> str:
        """What a row is."""
        return (MODELS[self.model].row.__doc__ or "").strip().partition("\n")[0]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those that are shown, in the order of the row."""
        columns = columns_of(MODELS[self.model].row, leave_out=INTERNAL)
        return tuple(dataclasses.replace(each, description=self._meaning(each.name)) for each in columns)

    def _meaning(self, name: str) -> str:
        if name in self.others:
            return self.others[name]
        return next(
            description_of(kind, name) for kind in self.of if name in {f.name for f in dataclasses.fields(kind)}
        )


SHOWN: Mapping[str, Shown] = {
    "ideas": Shown(
        model="idea_board",
        of=(IdeaSubmitted,),
        others={
            "state": "Where it is.",
            "supporters": "How many support it.",
            "submitted_at": "When everybody could see it.",
            "waiting_since": "Since when the next step is waited for; of one that is settled, since when it is.",
            "rests_until": "The day to look at it again, while it is on hold.",
            "comments": "How much was said about it.",
        },
    ),
    "experiments": Shown(
        model="experiment_board",
        of=(ExperimentDrafted,),
        others={
            "state": "Where it is.",
            "outcome": "What it was concluded with; null as long as it is not.",
            "drafted_at": "When it was first written down.",
            "step_at": "When it came into the state it is in.",
            "ends": "The day it is meant to end; 9999-12-31 where there is none.",
            "criteria": "What it is judged by.",
            "observations": "How much was seen.",
            "amendments": "How often the criteria were changed while it ran.",
            "evidence_level": "How well founded its conclusion is: none, weak, moderate, strong.",
            "decision": "What was decided afterwards.",
            "lesson_ids": "What was learned from it.",
        },
    ),
    "lessons": Shown(
        model="lesson_library",
        of=(LessonRecorded,),
        others={
            "standing": "Whether it holds.",
            "recorded_at": "When it was recorded.",
            "uses": "How often it was cited and applied.",
            "reviewed_at": "When somebody looked at it again.",
            "supporting": "Experiments that support it.",
            "contradicting": "Experiments that contradict it.",
            "superseded_by": "The lesson in its place.",
            "reason": "Why it was rejected, withdrawn or reinstated, as long as that is its last word.",
            "citations": "Where it was cited.",
            "endorsements": "How many vouch for it.",
            "applications": "Where it was applied.",
            "validations": "How it was checked again.",
        },
    ),
    "failures": Shown(
        model="failure_wall",
        of=(ExperimentFailed,),
        others={
            "failed_at": "When it failed.",
            "amendments": "Changes, while the test ran, of what it was to be judged by.",
            "late": "What was seen after the conclusion: it stands beside it, and never changes it.",
            "surprise": "What nobody had expected.",
            "deviations": "What was done otherwise than planned.",
            "explanation": "Why it failed, as its owner sees it.",
            "cost": "What it took.",
            "decision": "What was decided afterwards.",
            "lessons": "What was learned from it, the oldest first.",
        },
    ),
}
"""View → what it shows."""
