"""The flow from idea to lesson: each idea goes one way, through what came of its latest test that was concluded."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from history.report.facts import Experiment, Facts, Idea

STAGES = ("submitted", "tried", "outcome", "learned", "used")
"""From left to right."""
_UNTRIED = (
    *("selected", "in_review", "submitted", "on_hold", "realised"),
    *("not_realised", "in_experiment", "declined", "withdrawn"),
)
_OUTCOMES = ("succeeded", "failed", "inconclusive", "stopped_early", "invalidated", "ongoing")
ORDER: Mapping[str, tuple[str, ...]] = {
    "submitted": ("all",),
    "tried": ("tried", *_UNTRIED),
    "outcome": _OUTCOMES,
    "learned": ("learned", "awaited"),
    "used": ("used", "unused"),
}
"""Stage → its nodes, from the top."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Node:
    """A place that ideas come to: a stage, and which of it."""

    stage: str
    name: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """How many ideas came to each node, and how many went from one to the next. Nodes with none are not there."""

    nodes: Mapping[Node, int]
    links: Mapping[tuple[Node, Node], int]

    def at(self, stage: str, name: str) -> int:
        """How many ideas came there."""
        return self.nodes.get(Node(stage=stage, name=name), 0)

    def of(self, stage: str) -> Iterator[tuple[Node, int]]:
        """The nodes of a stage, from the top."""
        for name in ORDER[stage]:
            node = Node(stage=stage, name=name)
            if node in self.nodes:
                yield node, self.nodes[node]

    def onwards(self, before: Node, stage: str, name: str) -> int:
        """How many went from there to there."""
        return self.links.get((before, Node(stage=stage, name=name)), 0)


def flow_of(facts: Facts) -> Flow:
    """Every submitted idea, each once."""
    tests = _latest(facts.experiments)
    used = {name for lesson in facts.lessons if lesson.uses for name in lesson.experiment_ids}
    ways = [tuple(_way(idea, tests.get(idea.idea_id), used)) for idea in facts.ideas]
    return Flow(
        nodes=Counter(node for way in ways for node in way),
        links=Counter(step for way in ways for step in pairwise(way)),
    )


def _latest(experiments: Iterable[Experiment]) -> Mapping[str, Experiment]:
    """Idea → its test that was concluded last, or, where none was, that started last."""
    in_order = sorted(experiments, key=lambda one: (one.is_concluded, one.concluded_at or one.started_at))
    return {idea: one for one in in_order for idea in one.idea_ids}


def _way(idea: Idea, test: Experiment | None, used: set[str]) -> Iterator[Node]:
    yield Node(stage="submitted", name="all")
    yield Node(stage="tried", name=idea.state if test is None else "tried")
    if test is None:
        return
    yield Node(stage="outcome", name=test.outcome or "ongoing")
    if not test.is_concluded:
        return
    yield Node(stage="learned", name="awaited" if test.learned_at is None else "learned")
    if test.learned_at is not None:
        yield Node(stage="used", name="used" if test.experiment_id in used else "unused")
