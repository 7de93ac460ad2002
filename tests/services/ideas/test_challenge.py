"""What may happen to a challenge."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from functools import partial

import pytest

from chassis.testing.gwt import given
from contracts.ideas import ChallengeDrafted, ChallengeExtended, ChallengeRevised
from services.ideas.challenge import (
    CHALLENGE,
    CancelChallenge,
    CloseChallenge,
    EvaluateChallenge,
    ExtendChallenge,
    OpenChallenge,
    ReopenChallenge,
    allowed_actions,
    cancel,
    close,
    evaluate,
    extend,
    open_challenge,
    reopen,
    take,
)
from services.ideas.challenge_writing import (
    DraftChallenge,
    PlanWorkshop,
    ReviseChallenge,
    draft,
    plan_workshop,
    revise,
)
from tests.services.domain_tables import cells, commands, fulfil
from tests.services.ideas.people import (
    AMINA,
    BENGT,
    CHALLENGE_ID,
    CHALLENGES,
    KARIN,
    NOW,
    PLANNED,
    TODAY,
    WORKSHOP_ID,
    somebody,
)

RUN_BY_AMINA = {"challenge_id": CHALLENGE_ID, "by": AMINA}
NEXT_WEEK = TODAY + timedelta(days=7)


def opening(by=AMINA):
    return partial(open_challenge, OpenChallenge(challenge_id=CHALLENGE_ID, by=by))


def revising(**changes):
    return partial(revise, ReviseChallenge(**RUN_BY_AMINA, **changes))


def extending(closes_on=NEXT_WEEK):
    return partial(extend, ExtendChallenge(**RUN_BY_AMINA, at=NOW, closes_on=closes_on))


def taking(workshop_id=None):
    return lambda challenge: [take(challenge, workshop_id)]


COMMANDS = {
    "open": opening(),
    "revise (reason once open)": revising(title="Hur?", reason="Kortare."),
    "plan workshop": partial(plan_workshop, PlanWorkshop(**RUN_BY_AMINA, workshop_id=WORKSHOP_ID, name="Kullen")),
    "take an idea": taking(),
    "take a workshop's idea": taking(WORKSHOP_ID),
    "extend": extending(),
    "evaluate": partial(evaluate, EvaluateChallenge(**RUN_BY_AMINA)),
    "close": partial(close, CloseChallenge(**RUN_BY_AMINA, outcome_text="Tolv idéer, en prövas.")),
    "reopen {reason}": partial(reopen, ReopenChallenge(**RUN_BY_AMINA, reason="Två idéer blev kvar.")),
    "cancel {reason}": partial(cancel, CancelChallenge(**RUN_BY_AMINA, reason="Frågan är besvarad.")),
}
DRAFT = DraftChallenge(challenge_id=CHALLENGE_ID, by=AMINA, title="Hur gör vi nytt?")


def test_every_row_of_the_table_has_its_command():
    assert set(COMMANDS) == set(commands("Challenge"))


@pytest.mark.parametrize("cell", cells("Challenge"), ids=str)
def test_the_table_of_challenges_holds(cell):
    fulfil(cell, given(CHALLENGE, *CHALLENGES[cell.state]), COMMANDS[cell.command])


def test_a_challenge_is_drafted_for_the_coachs_own_unit_unless_another_is_named():
    given(CHALLENGE).when(partial(draft, DRAFT)).then(
        ChallengeDrafted(challenge_id=CHALLENGE_ID, title="Hur gör vi nytt?", unit="vof", drafted_by="amina")
    )
    elsewhere = given(CHALLENGE).when(partial(draft, dataclasses.replace(DRAFT, unit="sof"))).and_then()
    assert elsewhere.state.unit == "sof"


def test_a_challenge_needs_a_unit():
    nowhere = dataclasses.replace(DRAFT, by=somebody("eva", "coach", unit=None))
    given(CHALLENGE).when(partial(draft, nowhere)).then_refused("unit-needed", field="unit")


@pytest.mark.parametrize("by", [KARIN, BENGT, somebody("eva", "coach@sof")])
def test_only_a_coach_of_the_unit_runs_a_challenge(by):
    given(CHALLENGE).when(partial(draft, dataclasses.replace(DRAFT, by=by, unit="vof"))).then_refused("role-needed")
    given(CHALLENGE, *CHALLENGES["draft"]).when(opening(by)).then_refused("role-needed")


def test_a_coach_of_a_unit_above_runs_it_too():
    given(CHALLENGE, *CHALLENGES["draft"]).when(opening(somebody("eva", "coach@staden"))).and_then()


def test_a_challenge_nobody_has_drafted_is_not_there():
    given(CHALLENGE).when(opening()).then_refused("no-such-challenge")
    given(CHALLENGE).when(taking()).then_refused("no-such-challenge", field="challenge_id")


def test_what_is_not_named_stays_as_it_is():
    given(CHALLENGE, *CHALLENGES["draft"]).when(revising(why="Behoven växer.")).then(
        ChallengeRevised(challenge_id=CHALLENGE_ID, unit="vof", why="Behoven växer.", revised_by="amina")
    )


@pytest.mark.parametrize("state", ["open", "evaluating"])
def test_once_it_has_opened_a_revision_needs_its_reason(state):
    given(CHALLENGE, *CHALLENGES[state]).when(revising(title="Hur?")).then_refused("reason-needed", field="reason")


def test_a_revision_changes_something():
    given(CHALLENGE, *CHALLENGES["draft"]).when(revising()).then_refused("nothing-revised")


def test_a_field_is_not_changed_and_emptied_at_once():
    both = revising(closes_on=NEXT_WEEK, cleared=("closes_on",))
    given(CHALLENGE, *CHALLENGES["draft"]).when(both).then_refused("changed-and-emptied", field="closes_on")


def test_a_challenge_does_not_close_before_it_opens():
    days = {"opens_on": date(2026, 5, 1), "closes_on": date(2026, 4, 1)}
    backwards = partial(draft, dataclasses.replace(DRAFT, **days))
    given(CHALLENGE).when(backwards).then_refused("closes-before-it-opens", field="closes_on")
    opens = given(CHALLENGE, *CHALLENGES["draft"]).when(revising(opens_on=days["opens_on"])).and_then()
    opens.when(revising(closes_on=days["closes_on"])).then_refused("closes-before-it-opens", field="closes_on")
    opens.when(revising(closes_on=days["closes_on"], cleared=("opens_on",))).and_then()


def test_a_longer_time_is_a_later_day_than_was_promised():
    promised = given(CHALLENGE, *CHALLENGES["open"]).when(extending(NEXT_WEEK)).and_then()
    promised.when(extending(NEXT_WEEK)).then_refused("not-later", field="closes_on")
    promised.when(extending(NEXT_WEEK + timedelta(days=1))).and_then()


def test_a_day_that_has_passed_is_not_promised():
    yesterday = TODAY - timedelta(days=1)
    for state in ("open", "evaluating"):
        given(CHALLENGE, *CHALLENGES[state]).when(extending(yesterday)).then_refused("not-later", field="closes_on")


def test_extending_while_its_ideas_are_gone_through_opens_it_again():
    given(CHALLENGE, *CHALLENGES["evaluating"]).when(extending(TODAY)).then(
        ChallengeExtended(challenge_id=CHALLENGE_ID, unit="vof", closes_on=TODAY, extended_by="amina")
    ).when(taking()).and_then()


def test_a_workshop_must_have_been_planned():
    unplanned = "3f0d2c1e-0000-4000-8000-00000000ffff"
    opened = given(CHALLENGE, *CHALLENGES["open"])
    opened.when(taking(unplanned)).then_refused("no-such-workshop", field="workshop_id")
    opened.when(taking(PLANNED.workshop_id)).and_then()


def test_a_caller_is_offered_what_they_may_do_and_nothing_else():
    state = given(CHALLENGE, *CHALLENGES["open"]).state
    assert set(allowed_actions(state, AMINA)) == {
        *("revise", "workshops", "extend", "evaluate", "close", "cancel", "ideas")
    }
    assert allowed_actions(state, KARIN) == ("ideas",)
    assert allowed_actions(given(CHALLENGE, *CHALLENGES["cancelled"]).state, AMINA) == ()
