"""Who may do what with an experiment: those who run it, the unit's decider, and nobody in a matter of their own."""

from __future__ import annotations

from collections.abc import Callable

from chassis.command import Caller
from chassis.errors import NotAllowed
from contracts.experiments import Criterion
from contracts.units import lineage
from contracts.values import Mandate, PersonId
from services.experiments.experiment import TABLE, Experiment, FollowUp, Observation

COLLEAGUES = ("employee", "coach", "decider")
"""The roles that plan and run experiments."""
Right = Callable[[Experiment, Caller], bool]


def runs(experiment: Experiment, person: Caller) -> bool:
    """Whether the experiment is theirs: they lead it or are of its team."""
    return person.person_id in experiment.people


def answers_for(experiment: Experiment, person: Caller) -> bool:
    """Whether they are decider of the unit, or of one that answers for it."""
    return any(person.has("decider", unit) for unit in lineage(experiment.unit))


def decides(experiment: Experiment, person: Caller) -> bool:
    """Whether they may decide on it: never on what they own or team, or once did (jäv)."""
    return answers_for(experiment, person) and person.person_id not in experiment.involved


def tends(experiment: Experiment, person: Caller) -> bool:
    """Whether they see to that it goes on: those who run it, and the unit's decider."""
    return runs(experiment, person) or answers_for(experiment, person)


def owns(experiment: Experiment, person: Caller) -> bool:
    """Whether they lead it."""
    return person.person_id == experiment.owner


def hands_over(experiment: Experiment, person: Caller) -> bool:
    """Whether they may let somebody else lead it: its owner, and the unit's decider."""
    return owns(experiment, person) or answers_for(experiment, person)


def finishes(left: FollowUp, experiment: Experiment, person: Caller) -> bool:
    """Whether they may say that a follow-up is done: who sees to it, and those who see to the experiment."""
    return person.person_id == left.assignee or tends(experiment, person)


def needs(right: Right, experiment: Experiment, by: Caller) -> None:
    """Raise NotAllowed unless the caller has this right to the experiment."""
    if not right(experiment, by):
        raise NotAllowed("not-your-experiment")


def mandate(experiment: Experiment, by: Caller, on_behalf_of: PersonId | None = None) -> Mandate:
    """By what right the caller decides on it; NotAllowed("role-needed", "own-matter") where there is none."""
    if not answers_for(experiment, by):
        raise NotAllowed("role-needed", roles="decider", unit=experiment.unit)
    if by.person_id in experiment.involved:
        raise NotAllowed("own-matter", field="experiment_id")
    nearest = next(unit for unit in lineage(experiment.unit) if by.has("decider", unit))
    return Mandate(decided_by=by.person_id, decided_as="decider", for_unit=nearest, on_behalf_of=on_behalf_of)


def judged_by(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    """The goals with a threshold: without one of these nothing can be concluded."""
    return tuple(c for c in criteria if c.role == "goal" and c.threshold is not None)


ACTIONS: dict[str, tuple[str, Right]] = {
    "revise": ("revise", runs),
    "criteria": ("set", runs),
    "checks": ("set", runs),
    "owner": ("people", hands_over),
    "team": ("people", tends),
    "contact": ("people", owns),
    "ask-approval": ("ask", runs),
    "approve": ("approve", decides),
    "return": ("send_back", decides),
    "start": ("start", runs),
    "amend": ("amend", runs),
    "observations": ("observe", runs),
    "pause": ("pause", runs),
    "resume": ("resume", runs),
    "end-measuring": ("end", runs),
    "conclude": ("conclude", tends),
    "supplement": ("tell", runs),
    "correct": ("tell", runs),
    "decide": ("go_on", decides),
    "follow-ups": ("go_on", tends),
    "close": ("close", runs),
    "reopen": ("reopen", tends),
    "cancel": ("cancel", tends),
}
"""Action → its row in the table of commands, and who may."""


def allowed_actions(experiment: Experiment, person: Caller) -> tuple[str, ...]:
    """What this person may do with the experiment as it is now, by the last part of the route (``revise``: PATCH)."""
    return tuple(
        action
        for action, (row, right) in ACTIONS.items()
        if TABLE.allows(row, experiment.state) and right(experiment, person) and _in_reach(action, experiment)
    )


def actions_on_observation(seen: Observation, experiment: Experiment, person: Caller) -> tuple[str, ...]:
    """What this person may do with one observation, by the last part of the route."""
    may = TABLE.allows("observe", experiment.state) and runs(experiment, person) and not seen.withdrawn
    return ("correct", "withdraw") if may else ()


def actions_on_follow_up(left: FollowUp, experiment: Experiment, person: Caller) -> tuple[str, ...]:
    """What this person may do with one follow-up, by the last part of the route."""
    may = TABLE.allows("go_on", experiment.state) and finishes(left, experiment, person) and not left.done
    return ("done",) if may else ()


def _in_reach(action: str, experiment: Experiment) -> bool:
    """Whether nothing that the experiment still lacks stands in the way."""
    match action:
        case "start":
            complete = bool(experiment.hypothesis and judged_by(experiment.criteria) and experiment.checks)
            return complete and (experiment.state == "ready" or not experiment.raised_checks)
        case "ask-approval" | "approve":
            return experiment.checks is not None
        case "close":
            return bool(experiment.lessons)
        case _:
            return True
