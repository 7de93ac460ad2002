"""What its experiments do to an idea: recorded in every state, never refused."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.command import command
from contracts.ideas import (
    IdeaPutToTest,
    IdeaRealised,
    IdeaState,
    IdeaTestConcluded,
    IdeaTestDecided,
    IdeaTestReopened,
)
from contracts.values import ExperimentId, IdeaId, Note, Outcome, TestDecision, Title
from services.ideas.idea import TABLE, Idea, Trial, evolve, leads_to
from services.ideas.idea_rights import known

# ── Commands: of the rules that hear of experiments, never of a person ─────────────────────────────────────────────


@command
class PutToTest:
    """An experiment with the idea has started."""

    idea_id: IdeaId
    experiment_id: ExperimentId


@command
class ConcludeTest:
    """An experiment with the idea has a conclusion."""

    idea_id: IdeaId
    experiment_id: ExperimentId
    outcome: Outcome


@command
class DecideTest:
    """It is decided how to go on after an experiment."""

    idea_id: IdeaId
    experiment_id: ExperimentId
    decision: TestDecision
    reason: Note
    receiver: Title | None = None


@command
class ReopenTest:
    """An experiment that had a conclusion has it no longer."""

    idea_id: IdeaId
    experiment_id: ExperimentId


# ── Decisions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def put_to_test(command: PutToTest, idea: Idea | None) -> list[object]:
    """From now on it is in an experiment, unless it is a draft or taken back."""
    idea = known(idea)
    return [
        IdeaPutToTest(
            idea_id=idea.idea_id,
            unit=idea.unit,
            experiment_id=command.experiment_id,
            leads_to=leads_to("put_to_test", idea),
        )
    ]


def conclude_test(command: ConcludeTest, idea: Idea | None) -> list[object]:
    """A conclusion is told, and moves nothing: a failed test is not the end of an idea, nor a success its beginning."""
    idea = known(idea)
    return [
        IdeaTestConcluded(
            idea_id=idea.idea_id, unit=idea.unit, experiment_id=command.experiment_id, outcome=command.outcome
        )
    ]


def decide_test(command: DecideTest, idea: Idea | None) -> list[object]:
    """Where it goes from here follows from all its tests; a hand-over that realises it is told as such."""
    idea = known(idea)
    decided = Trial(decision=command.decision, receiver=command.receiver, reason=command.reason)
    by_rule = TABLE.lead("test_decided", idea.state) == "rule"
    state = after_all({**idea.tests, command.experiment_id: decided}) if by_rule else leads_to("test_concluded", idea)
    told = IdeaTestDecided(
        idea_id=idea.idea_id,
        unit=idea.unit,
        experiment_id=command.experiment_id,
        decision=command.decision,
        receiver=command.receiver,
        reason=command.reason,
        leads_to=state,
    )
    if state == "realised" != idea.state:
        return [told, _realised(evolve(idea, told))]
    return [told]


def reopen_test(command: ReopenTest, idea: Idea | None) -> list[object]:
    """Its conclusion and the decision after it no longer stand: it is in an experiment again."""
    idea = known(idea)
    return [
        IdeaTestReopened(
            idea_id=idea.idea_id,
            unit=idea.unit,
            experiment_id=command.experiment_id,
            leads_to=leads_to("put_to_test", idea),
        )
    ]


def after_all(tests: Mapping[str, Trial]) -> IdeaState:
    """The rule: any test undecided → in_experiment; else any hand_over → realised; else any that goes on → selected."""
    decisions = {test.decision for test in tests.values()}
    if None in decisions:
        return "in_experiment"
    if "hand_over" in decisions:
        return "realised"
    return "not_realised" if decisions == {"retire"} else "selected"


def _realised(idea: Idea) -> IdeaRealised:
    """What was handed over last is what has changed."""
    experiment_id, test = [(id_, test) for id_, test in idea.tests.items() if test.decision == "hand_over"][-1]
    return IdeaRealised(
        idea_id=idea.idea_id,
        unit=idea.unit,
        what_changed=test.reason or "",
        experiment_id=experiment_id,
        receiver=test.receiver,
    )
