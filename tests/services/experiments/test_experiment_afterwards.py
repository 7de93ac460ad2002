"""After the conclusion: the lesson closes it, the decider decides, what is left is done, and it can be opened again."""

from __future__ import annotations

import pytest

from contracts.experiments import ExperimentClosed, LessonAttached, LessonPrompted
from tests.services.experiments.experiments import (
    BENGT,
    CONCLUDED,
    ERIK,
    FOLLOW_UP,
    KARIN,
    LATER_LESSON,
    LESSON,
    MEASURED,
    OTHER_DECIDER,
    PLANNED,
    SARA,
    STATES,
    after,
    assigning,
    attaching,
    changing_team,
    closing,
    concluding,
    deciding,
    finishing,
    reopening,
)

REOPENED = (*CONCLUDED, attaching(), reopening())


def test_a_lesson_closes_what_waits_for_it():
    attached, closed = after(*CONCLUDED).when(attaching()).events
    assert isinstance(attached, LessonAttached)
    assert isinstance(closed, ExperimentClosed)
    assert (closed.lesson_ids, closed.closed_by, closed.still_holds) == ((LESSON,), None, False)


@pytest.mark.parametrize("state", [state for state in STATES if state != "awaiting_lesson"])
def test_a_lesson_attaches_in_every_state_and_moves_nothing_else(state):
    when = after(*STATES[state]).when(attaching(LATER_LESSON))
    assert [type(event) for event in when.events] == [LessonAttached]
    assert when.and_then().state.state == state


def test_a_lesson_attaches_once():
    after(*PLANNED, attaching()).when(attaching()).then_nothing()
    after(*PLANNED, attaching()).when(attaching(reviewed=True)).then_nothing()


def test_nobody_closes_it_without_a_lesson():
    after(*CONCLUDED).when(closing(still_holds=True)).then_refused("lesson-missing", field="experiment_id")


def test_after_reopening_an_earlier_lesson_closes_nothing():
    concluded = after(*REOPENED, concluding("succeeded"))
    assert concluded.state.state == "awaiting_lesson"
    prompted = concluded.events[-1]
    assert isinstance(prompted, LessonPrompted)
    assert prompted.earlier_lesson_ids == (LESSON,)
    concluded.when(attaching()).then_nothing()


def test_after_reopening_a_later_lesson_closes_it():
    closed = after(*REOPENED, concluding("succeeded"), attaching(LATER_LESSON))
    assert closed.state.state == "closed"
    assert closed.events[-1].lesson_ids == (LATER_LESSON,)
    assert after(*REOPENED, attaching(LATER_LESSON), concluding("succeeded")).state.state == "closed"


def test_after_reopening_an_earlier_lesson_that_is_reviewed_closes_it():
    reviewed = after(*REOPENED, concluding("succeeded")).when(attaching(reviewed=True))
    assert [type(event) for event in reviewed.events] == [LessonAttached, ExperimentClosed]
    assert reviewed.events[0].again
    assert after(*REOPENED, attaching(reviewed=True), concluding("succeeded")).state.state == "closed"


def test_after_reopening_somebody_may_say_that_the_lesson_still_holds():
    concluded = after(*REOPENED, concluding("succeeded"))
    concluded.when(closing()).then_refused("say-that-it-still-holds", field="still_holds")
    (closed,) = concluded.when(closing(by=ERIK, still_holds=True)).events
    assert (closed.lesson_ids, closed.still_holds, closed.closed_by) == ((LESSON,), True, "erik")
    concluded.when(closing(by=SARA, still_holds=True)).then_refused("not-your-experiment")


def test_reopening_removes_nothing_but_what_stood():
    reopened = after(*REOPENED)
    assert (reopened.state.state, reopened.state.outcome) == ("awaiting_conclusion", None)
    assert reopened.state.observations == after(*CONCLUDED).state.observations
    assert reopened.state.lessons == (LESSON,)
    assert reopened.events[-1].previous_outcome == "succeeded"


def test_those_who_run_it_and_the_decider_reopen_it():
    assert after(*CONCLUDED, reopening(by=BENGT)).state.state == "awaiting_conclusion"
    after(*CONCLUDED).when(reopening(by=SARA)).then_refused("not-your-experiment")


def test_the_decider_chooses_how_to_go_on_when_it_is_closed_too():
    taken = after(*STATES["closed"]).when(deciding("pivot", on_behalf_of="olle")).events[0]
    assert (taken.decision, taken.outcome, taken.owner) == ("pivot", "succeeded", "karin")
    assert (taken.mandate.for_unit, taken.mandate.on_behalf_of) == ("vof", "olle")


def test_handing_over_says_to_whom_and_nothing_else_does():
    after(*CONCLUDED).when(deciding("hand_over")).then_refused("receiver-needed", field="receiver")
    after(*CONCLUDED).when(deciding("scale", receiver="IT")).then_refused("receiver-not-needed", field="receiver")
    assert after(*CONCLUDED).when(deciding("hand_over", receiver="Välfärdsteknik")).events[0].receiver


def test_nobody_decides_on_what_they_run():
    after(*CONCLUDED).when(deciding(by=KARIN)).then_refused("role-needed")
    after(*CONCLUDED).when(deciding(by=OTHER_DECIDER)).then_refused("role-needed")
    for team in (["bengt"], []):
        ran = after(*CONCLUDED, changing_team("bengt"), changing_team(*team))
        ran.when(deciding()).then_refused("own-matter", field="experiment_id")


def test_a_later_decision_takes_the_place_of_an_earlier_one():
    assert after(*CONCLUDED, deciding("retire"), deciding("iterate")).events[-1].decision == "iterate"


def test_who_sees_to_a_follow_up_says_when_it_is_done():
    assigned = after(*CONCLUDED, assigning(assignee="sara", by=BENGT))
    assigned.when(finishing(by=OTHER_DECIDER)).then_refused("not-your-experiment")
    done = assigned.when(finishing(by=SARA))
    assert (done.events[0].follow_up_id, done.events[0].done_by) == (FOLLOW_UP, "sara")
    done.and_then().when(finishing(by=SARA)).then_nothing()


def test_a_follow_up_is_the_owners_unless_somebody_is_named():
    assert after(*CONCLUDED).when(assigning()).events[0].assignee == "karin"
    after(*CONCLUDED).when(assigning(by=SARA)).then_refused("not-your-experiment")
    after(*CONCLUDED).when(finishing()).then_refused("no-such-follow-up")
    after(*MEASURED).when(assigning()).then_refused("not-in-this-state")
