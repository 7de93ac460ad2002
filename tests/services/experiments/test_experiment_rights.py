"""What a page says that one may do is what one may do: no more, no less, in every state and for everybody."""

from __future__ import annotations

import pytest

from services.experiments.experiment_rights import actions_on_follow_up, actions_on_observation, allowed_actions
from tests.services.experiments.experiments import (
    BENGT,
    COACH,
    CONCLUDED,
    ERIK,
    KARIN,
    MORE_SEEN,
    OTHER_DECIDER,
    PLANNED,
    RESIDENTS,
    SARA,
    SHARE,
    STATES,
    after,
    amending,
    answering,
    approving,
    asking,
    assigning,
    cancelling,
    changing_owner,
    changing_team,
    closing,
    concluding,
    correcting,
    correcting_conclusion,
    deciding,
    drafting,
    ending,
    finishing,
    observing,
    pausing,
    reopening,
    resuming,
    returning,
    revising,
    setting,
    showing,
    starting,
    supplementing,
    withdrawing,
)

ABANDONED = {"reason_code": "abandoned", "reason": "Ingen hade tid."}
ACTIONS = {
    "revise": lambda by: revising(by, title="Video i centrum", reason="Fler vill vara med."),
    "criteria": lambda by: setting(SHARE, by=by),
    "checks": lambda by: answering(RESIDENTS, by),
    "owner": lambda by: changing_owner("lena", by),
    "team": lambda by: changing_team("lena", by=by),
    "contact": lambda by: showing(by=by),
    "ask-approval": asking,
    "approve": approving,
    "return": returning,
    "start": starting,
    "amend": lambda by: amending(SHARE, by=by),
    "observations": lambda by: observing("55", id_=MORE_SEEN, by=by),
    "pause": pausing,
    "resume": resuming,
    "end-measuring": ending,
    "conclude": lambda by: concluding("stopped_early", by=by, **ABANDONED),
    "supplement": lambda by: supplementing(by, surprise="Oj."),
    "correct": lambda by: correcting_conclusion(by, evidence_level="strong"),
    "decide": lambda by: deciding(by=by),
    "follow-ups": assigning,
    "close": lambda by: closing(by, still_holds=True),
    "reopen": reopening,
    "cancel": cancelling,
}
"""Action → a command that does it, given by somebody."""
SITUATIONS = {
    **STATES,
    "only a title": (drafting(hypothesis=None),),
    "concerns residents": (drafting(), setting(SHARE), answering(RESIDENTS)),
    "no goal": (drafting(), answering()),
    "without a lesson": CONCLUDED,
    "the decider's own": (*PLANNED, changing_owner("bengt")),
    "the decider's own, concluded": (*CONCLUDED, changing_team("bengt")),
}


@pytest.mark.parametrize("person", [KARIN, ERIK, BENGT, SARA, COACH, OTHER_DECIDER], ids=lambda who: who.person_id)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_one_may_do_what_is_allowed_and_nothing_else(situation, person):
    experiment = after(*SITUATIONS[situation])
    works = {action for action, by in ACTIONS.items() if experiment.when(by(person)).events}
    assert set(allowed_actions(experiment.state, person)) == works


@pytest.mark.parametrize("person", [KARIN, ERIK, BENGT, SARA, COACH, OTHER_DECIDER], ids=lambda who: who.person_id)
@pytest.mark.parametrize("situation", STATES)
def test_one_may_do_with_its_parts_what_is_allowed(situation, person):
    experiment = after(*STATES[situation])
    for seen in experiment.state.observations:
        does = {
            "correct": correcting(seen.observation_id, person, value="64"),
            "withdraw": withdrawing(seen.observation_id, person),
        }
        works = tuple(action for action, decide in does.items() if experiment.when(decide).events)
        assert actions_on_observation(seen, experiment.state, person) == works
    for left in experiment.state.follow_ups:
        works = ("done",) if experiment.when(finishing(person)).events else ()
        assert actions_on_follow_up(left, experiment.state, person) == works


def test_every_action_is_tried_here():
    everything = {action for steps in SITUATIONS.values() for by in (KARIN, BENGT) for action in _allowed(steps, by)}
    assert everything == set(ACTIONS)


def _allowed(steps, person):
    return allowed_actions(after(*steps).state, person)
