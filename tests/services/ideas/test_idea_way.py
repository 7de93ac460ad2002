"""Where an idea goes: looked into, decided on, tried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.testing.gwt import given
from contracts.ideas import (
    CoachAssigned,
    IdeaDeclined,
    IdeaHandedOver,
    IdeaPutOnHold,
    IdeaPutToTest,
    IdeaRealised,
    IdeaReopened,
    IdeaSelected,
    IdeaTestConcluded,
    IdeaTestDecided,
    IdeaTestReopened,
    MoreInformationRequested,
    ReviewStarted,
)
from contracts.values import Author, Mandate
from services.ideas.idea import IDEA, Trial
from services.ideas.idea_rights import allowed_actions
from services.ideas.idea_tried import after_all
from tests.services.ideas import giving
from tests.services.ideas.people import (
    AMINA,
    BENGT,
    BY_KARIN,
    CHIEF,
    EXPERIMENT_ID,
    IDEA_ID,
    IDEAS,
    KARIN,
    LESSON_ID,
    MANDATE,
    NOW,
    OTHER_EXPERIMENT_ID,
    OTHER_IDEA_ID,
    SUBMITTED,
    TODAY,
    somebody,
)

THE = {"idea_id": IDEA_ID, "unit": "vof"}
SENT_IN = given(IDEA, *IDEAS["submitted"])
DECISIONS = {
    "hand-over": giving.handing_over,
    "hold": giving.holding,
    "select": giving.selecting,
    "decline": giving.declining,
    "realise": giving.realising,
}

# ── Coaches ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_coach_looks_into_it_assigns_a_coach_and_asks_for_more():
    SENT_IN.when(giving.reviewing()).then(ReviewStarted(**THE, reviewed_by="amina"))
    SENT_IN.when(giving.assigning()).then(CoachAssigned(**THE, coach_id="amina", assigned_by="amina"))
    SENT_IN.when(giving.assigning(coach_id="eva")).then(CoachAssigned(**THE, coach_id="eva", assigned_by="amina"))
    SENT_IN.when(giving.questioning()).then(
        MoreInformationRequested(**THE, question="Hur många gånger?", requested_by="amina")
    )


@pytest.mark.parametrize("command", [giving.reviewing, giving.assigning, giving.questioning])
def test_only_a_coach_does(command):
    SENT_IN.when(command(by=KARIN)).then_refused("role-needed")
    SENT_IN.when(command(by=somebody("asta", "coach@sof"))).then_refused("role-needed")


@pytest.mark.parametrize("state", ["draft", "realised", "declined", "withdrawn"])
def test_a_coach_helps_while_there_is_something_to_help_with(state):
    refusal = "no-such-idea" if state == "draft" else "not-in-this-state"
    given(IDEA, *IDEAS[state]).when(giving.assigning()).then_refused(refusal)


# ── Deciders ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", DECISIONS.values(), ids=DECISIONS)
@pytest.mark.parametrize("by", [KARIN, AMINA, somebody("asta", "decider@sof")], ids=lambda by: by.person_id)
def test_only_a_decider_of_its_unit_decides(command, by):
    SENT_IN.when(command(by=by)).then_refused("role-needed")


@pytest.mark.parametrize("command", DECISIONS.values(), ids=DECISIONS)
def test_nobody_decides_on_what_they_author_and_somebody_above_does(command):
    own = given(IDEA).when(giving.having(by=BENGT)).and_then()
    own.when(command()).then_refused("own-matter", field="idea_id")
    (decided,) = own.when(command(by=CHIEF)).events
    assert decided.mandate == Mandate(decided_by="chief", decided_as="decider", for_unit="staden")


def test_nobody_decides_on_what_they_are_a_coauthor_of():
    joined = given(IDEA).when(giving.having(coauthors=("bengt",))).and_then()
    joined.when(giving.selecting()).then_refused("own-matter")


ONCE_THEIRS = {
    "handed over": (giving.having(by=BENGT), giving.transferring(by=BENGT)),
    "handed over as a draft": (
        giving.having(by=BENGT, draft=True),
        giving.transferring(by=BENGT, author=BY_KARIN),
        giving.submitting(),
    ),
    "left": (giving.having(coauthors=("bengt",)), giving.leaving(by=BENGT)),
}


@pytest.mark.parametrize("command", DECISIONS.values(), ids=DECISIONS)
@pytest.mark.parametrize("steps", ONCE_THEIRS.values(), ids=ONCE_THEIRS)
def test_nobody_decides_on_what_they_once_authored(command, steps):
    idea = given(IDEA)
    for step in steps:
        idea = idea.when(step).and_then()
    assert "bengt" not in idea.state.authors
    idea.when(command()).then_refused("own-matter", field="idea_id")
    assert not {"select", "decline", "hold", "realise", "hand-over"} & {*allowed_actions(idea.state, BENGT)}
    idea.when(command(by=CHIEF)).and_then()


def test_a_deciders_unit_covers_those_below_it():
    below = given(IDEA).when(giving.having(unit="vof-hemvard")).and_then()
    (decided,) = below.when(giving.selecting()).events
    assert (decided.unit, decided.mandate) == ("vof-hemvard", MANDATE)


def test_a_deputy_says_whom_they_stand_in_for():
    (decided,) = SENT_IN.when(giving.selecting(on_behalf_of="chief")).events
    assert decided.mandate.on_behalf_of == "chief"


def test_a_selected_idea_says_why_and_what_comes_next():
    plan = {"responsible": "oskar", "next_step": "Fråga en grupp.", "review_on": TODAY}
    SENT_IN.when(giving.selecting(**plan)).then(IdeaSelected(**THE, reason="Går att pröva.", **plan, mandate=MANDATE))


def test_an_idea_rests_until_a_day_that_has_not_passed():
    SENT_IN.when(giving.holding()).then(IdeaPutOnHold(**THE, review_on=TODAY, obstacle="Semester.", mandate=MANDATE))
    yesterday = TODAY - timedelta(days=1)
    SENT_IN.when(giving.holding(review_on=yesterday)).then_refused("day-has-passed", field="review_on")


def test_which_day_it_is_is_told_by_the_clock_in_stockholm():
    last_hour = NOW.replace(hour=23, minute=30)  # the next day there
    SENT_IN.when(giving.holding(at=last_hour)).then_refused("day-has-passed", field="review_on")


def test_an_idea_that_is_handed_over_waits_in_the_other_unit():
    handed = (
        given(IDEA, *IDEAS["selected"])
        .when(giving.handing_over())
        .then(IdeaHandedOver(idea_id=IDEA_ID, from_unit="vof", to_unit="sof", reason="Den är deras.", mandate=MANDATE))
    )
    assert (handed.state.state, handed.state.unit) == ("submitted", "sof")
    handed.when(giving.selecting()).then_refused("role-needed")
    handed.when(giving.selecting(by=somebody("asta", "decider@sof"))).and_then()


def test_an_idea_is_not_handed_to_where_it_is():
    SENT_IN.when(giving.handing_over(to_unit="vof")).then_refused("is-there-already", field="to_unit")


@pytest.mark.parametrize("code", ["already_started", "already_done", "not_feasible", "out_of_scope", "other"])
def test_a_decline_says_why_in_a_code_and_in_words(code):
    SENT_IN.when(giving.declining(reason_code=code)).then(
        IdeaDeclined(**THE, reason_code=code, reason="Inte vårt.", mandate=MANDATE)
    )
    SENT_IN.when(giving.declining(reason_code=code, lesson_id=LESSON_ID)).then_refused(
        "not-with-code", field="lesson_id"
    )


def test_a_duplicate_names_the_other_idea():
    SENT_IN.when(giving.declining(reason_code="duplicate", duplicate_of=OTHER_IDEA_ID)).and_then()
    SENT_IN.when(giving.declining(reason_code="duplicate")).then_refused("needed-with-code", field="duplicate_of")
    itself = giving.declining(reason_code="duplicate", duplicate_of=IDEA_ID)
    SENT_IN.when(itself).then_refused("duplicate-of-itself", field="duplicate_of")


def test_what_was_tried_before_names_its_lesson_and_that_the_circumstances_are_the_same():
    tried = {"reason_code": "tried_before", "lesson_id": LESSON_ID, "same_circumstances": True}
    SENT_IN.when(giving.declining(**tried)).then(IdeaDeclined(**THE, **tried, reason="Inte vårt.", mandate=MANDATE))
    SENT_IN.when(giving.declining(**{**tried, "lesson_id": None})).then_refused("needed-with-code", field="lesson_id")
    for told, slug in ((None, "needed-with-code"), (False, "other-circumstances")):
        unlike = giving.declining(**{**tried, "same_circumstances": told})
        SENT_IN.when(unlike).then_refused(slug, field="same_circumstances")


def test_a_small_fix_is_realised_by_hand():
    SENT_IN.when(giving.realising()).then(IdeaRealised(**THE, what_changed="Mötena hålls gående.", mandate=MANDATE))


def test_what_was_over_is_looked_at_again_by_its_decider():
    declined = given(IDEA, *IDEAS["declined"])
    declined.when(giving.reopening()).then(
        IdeaReopened(**THE, reason="Det är annorlunda nu.", leads_to="in_review", mandate=MANDATE, reopened_by="bengt")
    )
    declined.when(giving.reopening(by=KARIN)).then_refused("role-needed")


def test_what_its_author_took_back_its_author_may_bring_back():
    given(IDEA, *IDEAS["withdrawn"]).when(giving.reopening(by=KARIN)).then(
        IdeaReopened(**THE, reason="Det är annorlunda nu.", leads_to="submitted", reopened_by="karin")
    )


# ── Tests ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("decisions", "leads_to"),
    [
        ([None, "hand_over"], "in_experiment"),
        (["hand_over", "retire"], "realised"),
        (["retire", "scale"], "selected"),
        (["retire", "iterate"], "selected"),
        (["retire", "pivot"], "selected"),
        (["repeat"], "selected"),
        (["retire", "retire"], "not_realised"),
    ],
)
def test_all_tests_together_say_where_an_idea_is(decisions, leads_to):
    assert after_all({str(n): Trial(decision=decision) for n, decision in enumerate(decisions)}) == leads_to


def test_a_test_is_told_with_what_it_leads_to():
    of = {**THE, "experiment_id": EXPERIMENT_ID}
    tried = SENT_IN.when(giving.starting_test()).then(IdeaPutToTest(**of, leads_to="in_experiment"))
    concluded = tried.when(giving.concluding_test()).then(IdeaTestConcluded(**of, outcome="failed"))
    pivoted = concluded.when(giving.deciding_test()).then(
        IdeaTestDecided(**of, decision="pivot", reason="Byt spår.", leads_to="selected")
    )
    pivoted.when(giving.reopening_test()).then(IdeaTestReopened(**of, leads_to="in_experiment"))


def test_an_idea_with_an_undecided_test_stays_in_experiment():
    both = SENT_IN.when(giving.starting_test()).and_then()
    both = both.when(giving.starting_test(experiment_id=OTHER_EXPERIMENT_ID)).and_then()
    first = both.when(giving.deciding_test(decision="retire")).and_then()
    assert first.state.state == "in_experiment"
    second = first.when(giving.deciding_test(experiment_id=OTHER_EXPERIMENT_ID, decision="retire")).and_then()
    assert second.state.state == "not_realised"


def test_a_hand_over_realises_the_idea_and_says_who_took_it_over():
    handed = {"decision": "hand_over", "receiver": "Hemvården", "reason": "Det fungerar."}
    tried = SENT_IN.when(giving.starting_test()).and_then()
    told, realised = tried.when(giving.deciding_test(**handed)).events
    assert (told.leads_to, told.receiver) == ("realised", "Hemvården")
    assert realised == IdeaRealised(
        **THE, what_changed="Det fungerar.", experiment_id=EXPERIMENT_ID, receiver="Hemvården"
    )


def test_a_hand_over_that_waited_for_another_test_realises_the_idea_when_that_is_decided():
    handed = {"decision": "hand_over", "receiver": "Hemvården", "reason": "Det fungerar."}
    both = SENT_IN.when(giving.starting_test()).and_then()
    both = both.when(giving.starting_test(experiment_id=OTHER_EXPERIMENT_ID)).and_then()
    waiting = both.when(giving.deciding_test(**handed)).and_then()
    assert waiting.state.state == "in_experiment"
    retired = giving.deciding_test(experiment_id=OTHER_EXPERIMENT_ID, decision="retire", reason="Ingen gick.")
    _, realised = waiting.when(retired).events
    assert (realised.experiment_id, realised.receiver) == (EXPERIMENT_ID, "Hemvården")


def test_a_later_decision_takes_the_place_of_an_earlier_one():
    tried = SENT_IN.when(giving.starting_test()).and_then()
    handed = tried.when(giving.deciding_test(decision="hand_over", receiver="Hemvården")).and_then()
    assert handed.when(giving.deciding_test(decision="retire")).and_then().state.state == "not_realised"


def test_an_idea_that_nobody_had_records_nothing():
    given(IDEA).when(giving.starting_test()).then_refused("no-such-idea")


def test_a_test_of_a_draft_counts_once_the_draft_is_submitted():
    draft = given(IDEA, *IDEAS["draft"]).when(giving.starting_test()).and_then()
    submitted = draft.when(giving.submitting()).and_then()
    assert (submitted.state.state, set(submitted.state.tests)) == ("submitted", {EXPERIMENT_ID})


def test_a_decision_outlives_what_it_was_made_on():
    group = Author(kind="group", label="Kajen")
    moved = given(IDEA, SUBMITTED).when(giving.transferring(author=group)).and_then()
    assert moved.when(giving.selecting()).and_then().state.state == "selected"
