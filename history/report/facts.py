"""What the report counts: ideas, experiments, lessons and what bound them together, as of one moment. Nobody is in it.

Moments have time zones. Whatever is in order is in the order of ids, so that the same history gives the same page.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property

from contracts.calendar import day_of
from contracts.values import Outcome


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A title that somebody wrote, and the language that it is in."""

    text: str
    language: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """A submitted idea. ``shown`` are ids of what its author was shown of what resembles it: ``lesson-<uuid>``."""

    idea_id: str
    unit: str
    state: str
    shown: frozenset[str] = frozenset()
    tried_before: bool = False
    """Whether it does not go on since the same was tried under the same circumstances."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """An experiment that has started; without ``concluded_at`` it goes on."""

    experiment_id: str
    unit: str
    named: Named
    idea_ids: tuple[str, ...]
    started_at: datetime
    ends_on: date | None = None
    outcome: Outcome | None = None
    concluded_at: datetime | None = None
    learned_at: datetime | None = None
    """When a lesson of it was first written down."""
    follows: str | None = None
    """The experiment that it goes on from."""

    @property
    def is_concluded(self) -> bool:
        """Whether its conclusion stands: one that was reopened has none until the next."""
        return self.outcome is not None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Where a lesson is used. ``unit`` is None where only words of somebody's own say where."""

    unit: str | None
    cited: bool
    """Whether an idea builds on it; else something is done in another way because of it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson, whatever its standing."""

    lesson_id: str
    unit: str
    named: Named
    standing: str
    recorded_at: datetime
    experiment_ids: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """An idea that builds on a lesson, from a moment on."""

    idea_id: str
    lesson_id: str
    since: datetime


@dataclasses.dataclass(frozen=True, kw_only=True)
class Facts:
    """All of it. ``as_of`` is the moment that was asked for, else that of the last event; None where there is none."""

    as_of: datetime | None
    ideas: tuple[Idea, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    buildings: tuple[Building, ...] = ()

    @property
    def today(self) -> date:
        """The day of ``as_of``. Only where there is one."""
        assert self.as_of is not None, "something has happened"  # noqa: S101 - whoever asks has an event
        return day_of(self.as_of)

    @cached_property
    def concluded(self) -> tuple[Experiment, ...]:
        """Those whose conclusion stands."""
        return tuple(each for each in self.experiments if each.is_concluded)

    @cached_property
    def ongoing(self) -> tuple[Experiment, ...]:
        """Those that have started and have no conclusion yet."""
        return tuple(each for each in self.experiments if not each.is_concluded)

    @cached_property
    def lesson_by_id(self) -> Mapping[str, Lesson]:
        """By id."""
        return {each.lesson_id: each for each in self.lessons}

    @cached_property
    def buildings_of(self) -> Mapping[str, Sequence[Building]]:
        """Idea → what it builds on."""
        found: dict[str, list[Building]] = defaultdict(list)
        for each in self.buildings:
            found[each.idea_id].append(each)
        return found

    @cached_property
    def experiment_by_id(self) -> Mapping[str, Experiment]:
        """By id."""
        return {each.experiment_id: each for each in self.experiments}
