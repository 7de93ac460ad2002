"""The lesson does what the table in docs/domain.md says, in every cell of it."""

from __future__ import annotations

from functools import partial

import pytest

from chassis.testing.gwt import given
from services.experiments.lesson import LESSON, TABLE
from services.experiments.lesson_standing import (
    ConfirmLesson,
    ContradictLesson,
    ReinstateLesson,
    RejectLesson,
    SupersedeLesson,
    SupportLesson,
    WithdrawLesson,
    confirm,
    contradict,
    reinstate,
    reject,
    supersede,
    support,
    withdraw,
)
from services.experiments.lesson_use import (
    ApplyLesson,
    CiteLesson,
    EndorseLesson,
    ValidateLesson,
    apply,
    cite,
    endorse,
    validate,
)
from services.experiments.lesson_writing import ReviewLesson, ReviseLesson, review, revise
from tests.services.domain_tables import cells, commands, fulfil, states
from tests.services.experiments.lessons import (
    AMINA,
    BETTER,
    IDEA,
    KARIN,
    LESSON_ID,
    LEYLA,
    PART,
    STANDINGS,
    recorded,
)

THIS = {"lesson_id": LESSON_ID}
ANOTHER = "00000000-0000-4000-8000-0000000000e9"


def superseding(lesson):
    better = given(LESSON, recorded(lesson_id=BETTER)).state
    return supersede(SupersedeLesson(**THIS, by=LEYLA, superseded_by=BETTER), lesson, better)


COMMANDS = {
    "supported by an experiment": [partial(support, SupportLesson(**THIS, by=KARIN, experiment_id=ANOTHER))],
    "contradicted by an experiment": [partial(contradict, ContradictLesson(**THIS, by=KARIN, experiment_id=ANOTHER))],
    "confirm (coach, ≥ 2 supporting)": [partial(confirm, ConfirmLesson(**THIS, by=AMINA))],
    "reject {reason} (coach)": [partial(reject, RejectLesson(**THIS, by=AMINA, reason="Höll inte i vinter."))],
    "revise the statement": [partial(revise, ReviseLesson(**THIS, by=LEYLA, statement="Samvaro går inte på video."))],
    "revise the rest, review": [
        partial(revise, ReviseLesson(**THIS, by=LEYLA, title="Samvaro")),
        partial(review, ReviewLesson(**THIS, by=LEYLA)),
    ],
    "endorse, apply, validate": [
        partial(endorse, EndorseLesson(**THIS, by=KARIN)),
        partial(apply, ApplyLesson(**THIS, by=KARIN, application_id=PART, where="Centrum", what_changed="Vi frågar.")),
        partial(validate, ValidateLesson(**THIS, by=KARIN, validation_id=PART, proof="Färre återbesök.")),
    ],
    "cite (a reaction to the idea's event)": [partial(cite, CiteLesson(**THIS, idea_id=IDEA, how="Vi börjar där."))],
    "supersede {by}": [superseding],
    "withdraw {reason}": [partial(withdraw, WithdrawLesson(**THIS, by=LEYLA, reason="Jag hade fel."))],
    "reinstate {reason}": [partial(reinstate, ReinstateLesson(**THIS, by=LEYLA, reason="Jag hade rätt."))],
}


def test_the_table_is_about_these_commands_and_standings():
    assert set(commands("Lesson")) == set(COMMANDS)
    assert states("Lesson") == tuple(STANDINGS) == TABLE.states


@pytest.mark.parametrize("cell", cells("Lesson"), ids=str)
def test_the_table_of_lessons_holds(cell):
    for decide in COMMANDS[cell.command]:
        fulfil(cell, given(LESSON, *STANDINGS[cell.state]), decide, field="standing")
