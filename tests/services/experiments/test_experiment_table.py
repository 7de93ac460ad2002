"""The experiment does what the table in docs/domain.md says, in every cell of it."""

from __future__ import annotations

import pytest

from services.experiments.experiment import TABLE
from tests.services.domain_tables import cells, commands, fulfil, states
from tests.services.experiments.experiments import (
    LATER_LESSON,
    MORE_SEEN,
    RESIDENTS,
    SHARE,
    STATES,
    after,
    amending,
    answering,
    approving,
    asking,
    assigning,
    attaching,
    cancelling,
    changing_owner,
    changing_team,
    closing,
    concluding,
    correcting,
    correcting_conclusion,
    deciding,
    ending,
    finishing,
    observing,
    pausing,
    reopening,
    resuming,
    returning,
    revising,
    seen,
    setting,
    starting,
    supplementing,
    withdrawing,
)

COMMANDS = {
    "set hypothesis, criteria, method; answer checks": [
        revising(hypothesis="En tredjedel räcker."),
        revising(test_method="Två månader i två grupper."),
        setting(SHARE),
        answering(RESIDENTS),
    ],
    "revise the rest (reason from start on)": [revising(title="Video i hela hemvården", reason="Fler vill vara med.")],
    "change owner or team": [changing_owner("sara"), changing_team("erik", "sara")],
    "ask for approval": [asking()],
    "approve": [approving()],
    "return {reason}": [returning()],
    "start": [starting()],
    "amend {reason}": [amending(SHARE)],
    "observe, correct an observation": [
        observing("55", id_=MORE_SEEN),
        correcting(value="64"),
        withdrawing(),
    ],
    "pause": [pausing()],
    "resume": [resuming()],
    "end measuring": [ending()],
    "conclude (any of five)": [
        concluding("succeeded"),
        concluding("failed", observed=(seen("18"),)),
        concluding("inconclusive", level="none"),
        concluding("stopped_early", reason_code="harm_seen", reason="Fall i hemmet."),
        concluding("invalidated", reason="Räkneverket räknade dubbelt."),
    ],
    "supplement, correct the conclusion": [
        supplementing(surprise="Många ville ses ändå."),
        correcting_conclusion(evidence_level="strong"),
    ],
    "decide; assign, do a follow-up": [deciding(), assigning(), finishing()],
    "reaction: lesson attached": [attaching(LATER_LESSON)],
    "close": [closing(still_holds=True)],
    "reopen {reason}": [reopening()],
    "cancel {reason}": [cancelling()],
}


def test_the_table_is_about_these_commands_and_states():
    assert set(commands("Experiment")) == set(COMMANDS)
    assert states("Experiment") == tuple(STATES) == TABLE.states


@pytest.mark.parametrize("cell", cells("Experiment"), ids=str)
def test_the_table_of_experiments_holds(cell):
    for decide in COMMANDS[cell.command]:
        fulfil(cell, after(*STATES[cell.state]), decide)


@pytest.mark.parametrize("state", ["running", "paused", "awaiting_conclusion"])
def test_a_conclusion_closes_at_once_where_a_lesson_is_there(state):
    experiment = after(*STATES[state], attaching())
    for decide in COMMANDS["conclude (any of five)"]:
        assert experiment.when(decide).and_then().state.state == "closed"
