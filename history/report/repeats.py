"""Repeat failures: a test that failed although about the same had failed before it began. And those that then held.

About the same is what the history itself says: a test that goes on from the earlier one; the same idea; an idea whose
author was shown the earlier test, or a lesson from it; an idea that builds on a lesson from it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from history.report.facts import Experiment, Facts, Idea

WAYS = ("goes_on", "same_idea", "built_upon", "shown")
"""How a test is bound to an earlier one, the closest first."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A test that failed before another one started, and how that one is bound to it."""

    experiment: Experiment
    way: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A test, and those about the same that had failed before it started; the latest first."""

    experiment: Experiment
    earlier: tuple[Earlier, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Outcome, or ongoing → tests: those that were the first of their kind, and those after a failure.

    ``failed`` are the repeat failures, the latest first; ``spared`` ideas that do not go on since the same was tried.
    """

    first: Mapping[str, int]
    after: Mapping[str, int]
    failed: tuple[Again, ...]
    spared: int

    def by_way(self) -> Mapping[str, int]:
        """How many repeat failures are bound to an earlier one in which way, each by its closest."""
        found = Counter(min((one.way for one in again.earlier), key=WAYS.index) for again in self.failed)
        return {way: found[way] for way in WAYS}


def repeats_of(facts: Facts) -> Repeats:
    """Of every test that has started."""
    find = _finder(facts)
    found = [Again(experiment=one, earlier=tuple(_latest_first(find(one)))) for one in facts.experiments]
    failed = [each for each in found if each.earlier and each.experiment.outcome == "failed"]
    failed.sort(key=lambda each: (_concluded(each.experiment), each.experiment.experiment_id), reverse=True)
    return Repeats(
        first=_outcomes(each.experiment for each in found if not each.earlier),
        after=_outcomes(each.experiment for each in found if each.earlier),
        failed=tuple(failed),
        spared=sum(idea.tried_before for idea in facts.ideas),
    )


def _outcomes(experiments: Iterable[Experiment]) -> Mapping[str, int]:
    return Counter(one.outcome or "ongoing" for one in experiments)


def _latest_first(found: Iterable[Earlier]) -> list[Earlier]:
    """Each test once, by the way that binds it closest."""
    closest: dict[str, Earlier] = {}
    for one in sorted(found, key=lambda each: WAYS.index(each.way)):
        closest.setdefault(one.experiment.experiment_id, one)
    return sorted(
        closest.values(), key=lambda each: (_concluded(each.experiment), each.experiment.experiment_id), reverse=True
    )


def _concluded(experiment: Experiment) -> datetime:
    return experiment.concluded_at or experiment.started_at


def _finder(facts: Facts) -> Callable[[Experiment], Iterator[Earlier]]:
    """What finds the failed tests that one is bound to."""
    ideas = {idea.idea_id: idea for idea in facts.ideas}
    of_idea: dict[str, list[str]] = defaultdict(list)
    for each in facts.concluded:
        for idea in each.idea_ids:
            of_idea[idea].append(each.experiment_id)

    def find(one: Experiment) -> Iterator[Earlier]:
        bound = [("goes_on", one.follows)] if one.follows else []
        bound += [("same_idea", other) for idea in one.idea_ids for other in of_idea[idea]]
        bound += [("built_upon", other) for other in _built_upon(one, facts)]
        bound += [("shown", other) for idea in one.idea_ids for other in _shown(ideas.get(idea), facts)]
        for way, other in bound:
            earlier = facts.experiment_by_id.get(other)
            if earlier is not None and _had_failed(earlier, one):
                yield Earlier(experiment=earlier, way=way)

    return find


def _had_failed(earlier: Experiment, one: Experiment) -> bool:
    at = earlier.concluded_at
    return earlier.outcome == "failed" and earlier is not one and at is not None and at <= one.started_at


def _built_upon(one: Experiment, facts: Facts) -> Iterator[str]:
    """The experiments whose lessons its ideas built on before it started."""
    for idea in one.idea_ids:
        for building in facts.buildings_of.get(idea, ()):
            lesson = facts.lesson_by_id.get(building.lesson_id)
            if lesson is not None and building.since <= one.started_at:
                yield from lesson.experiment_ids


def _shown(idea: Idea | None, facts: Facts) -> Iterator[str]:
    """The experiments that its author was shown, or lessons from which."""
    for thing in sorted(idea.shown) if idea else ():
        kind, _, name = thing.partition("-")
        if kind == "experiment":
            yield name
        elif kind == "lesson" and name in facts.lesson_by_id:
            yield from facts.lesson_by_id[name].experiment_ids
