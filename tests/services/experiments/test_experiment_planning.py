"""Planning, approval, start: what is believed and by what it is judged, before anything is tested."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from chassis.command import Caller
from contracts.experiments import Check, ExperimentDrafted, ExperimentStarted, criteria_hash
from services.experiments.experiment_rights import allowed_actions
from tests.services.experiments.experiments import (
    ALL_NO,
    BENGT,
    COACH,
    ERIK,
    EXPERIMENT_ID,
    HYPOTHESIS,
    KARIN,
    OTHER_DECIDER,
    PLANNED,
    RESIDENTS,
    RUNNING,
    SARA,
    SATISFACTION,
    SHARE,
    STATES,
    after,
    amending,
    answering,
    approving,
    asking,
    cancelling,
    changing_owner,
    changing_team,
    drafting,
    pausing,
    reopening,
    returning,
    revising,
    setting,
    showing,
    starting,
)


def test_whoever_works_here_plans_an_experiment_of_their_own():
    (drafted,) = after(drafting(unit="vof", team=("erik", "erik", "karin"))).events
    assert isinstance(drafted, ExperimentDrafted)
    assert (drafted.experiment_id, drafted.unit) == (EXPERIMENT_ID, "vof")
    assert (drafted.owner, drafted.team, drafted.drafted_by) == ("karin", ("erik",), "karin")


def test_its_unit_is_ones_own_where_none_is_named():
    assert after(drafting()).state.unit == "vof-hemvard"
    nowhere = Caller(person_id="kim", roles={"employee": None})
    after().when(drafting(by=nowhere)).then_refused("unit-needed", field="unit")


def test_only_those_who_work_here_plan_experiments():
    analyst = Caller(person_id="ana", roles={"analyst": None}, unit="slf")
    after().when(drafting(by=analyst)).then_refused("role-needed")


def test_a_coach_plans_for_somebody_else_and_nobody_else_does():
    assert after(drafting(by=COACH, owner="karin")).state.owner == "karin"
    after().when(drafting(by=SARA, owner="karin")).then_refused("owner-is-named-by-coaches", field="owner")


def test_it_does_not_end_before_it_starts():
    early, late = date(2026, 3, 1), date(2026, 4, 1)
    after().when(drafting(starts_on=late, ends_on=early)).then_refused("ends-before-it-starts", field="ends_on")
    planned = after(drafting(starts_on=late))
    planned.when(revising(ends_on=early)).then_refused("ends-before-it-starts", field="ends_on")
    assert planned.when(revising(ends_on=early, cleared=("starts_on",))).and_then().state.ends_on == early


def test_only_those_who_run_it_change_the_plan():
    for decision in (revising, lambda by: setting(SHARE, by=by), lambda by: answering(by=by)):
        for stranger in (SARA, BENGT, COACH):
            after(*PLANNED).when(decision(by=stranger)).then_refused("not-your-experiment")
    assert after(*PLANNED, revising(by=ERIK, title="Video")).state.title == "Video"


def test_saying_what_is_so_already_changes_nothing():
    after(*PLANNED).when(revising(hypothesis=HYPOTHESIS, title="Video i hemvården")).then_nothing()
    after(*RUNNING).when(revising(hypothesis=HYPOTHESIS)).then_nothing()


def test_a_field_is_changed_or_emptied_and_not_both():
    emptied = after(*PLANNED, revising(cleared=("hypothesis",)))
    assert emptied.state.hypothesis is None
    both = revising(hypothesis="Annat.", cleared=("hypothesis",))
    after(*PLANNED).when(both).then_refused("changed-and-emptied", field="hypothesis")


@pytest.mark.parametrize("field", ["hypothesis", "test_method", "idea_ids"])
def test_what_is_tested_is_frozen_from_the_start(field):
    new = {"hypothesis": "Annat.", "test_method": "Annat.", "idea_ids": ()}[field]
    changing = revising(**{field: new}, reason="Vi tänkte om.")
    after(*RUNNING).when(changing).then_refused("frozen-since-start", field=field)
    assert after(*STATES["ready"], changing).state.state == "draft"


def test_criteria_are_frozen_from_the_start():
    after(*RUNNING).when(setting(SHARE)).then_refused("frozen-since-start", field="criteria")


def test_a_change_after_the_start_says_why():
    after(*RUNNING).when(revising(title="Video")).then_refused("reason-needed", field="reason")


def test_criteria_without_a_name_are_numbered_and_names_are_unique():
    unnamed = dataclasses.replace(SHARE, id=None)
    first = dataclasses.replace(SHARE, id="criterion-1")
    criteria = after(drafting(), setting(unnamed, first, unnamed)).state.criteria
    assert [criterion.id for criterion in criteria] == ["criterion-2", "criterion-1", "criterion-3"]
    after(drafting()).when(setting(SHARE, SHARE)).then_refused("criterion-twice", field="criteria")


@pytest.mark.parametrize("name", ["residents", "personal_data"])
def test_who_is_concerned_is_informed_and_the_answer_says_how(name):
    silent = dataclasses.replace(ALL_NO, **{name: Check(answer="handled")})
    after(drafting()).when(answering(silent)).then_refused("note-needed", field=f"checks.{name}.note")
    unsure = dataclasses.replace(ALL_NO, **{name: Check(answer="needs_help")})
    assert after(drafting(), answering(unsure)).state.raised_checks == (name,)


def test_its_owner_starts_alone_what_no_check_concerns():
    started = after(*PLANNED).when(starting()).events[0]
    assert isinstance(started, ExperimentStarted)
    assert started.criteria_hash == criteria_hash(HYPOTHESIS, started.criteria)
    assert len(started.criteria_hash) == 64


def test_what_a_check_concerns_starts_when_the_decider_has_approved():
    concerned = (drafting(), setting(SHARE), answering(RESIDENTS))
    after(*concerned).when(starting()).then_refused("approval-needed")
    assert after(*concerned, asking(), approving(), starting()).state.state == "running"


def test_changing_what_was_approved_asks_for_approval_anew():
    approved = (drafting(), setting(SHARE), answering(RESIDENTS), asking(), approving())
    after(*approved, setting(SHARE, SATISFACTION)).when(starting()).then_refused("approval-needed")
    assert after(*approved, revising(title="Video"), starting()).state.state == "running"


@pytest.mark.parametrize(
    ("steps", "slug"),
    [
        ((drafting(hypothesis=None), setting(SHARE), answering()), "hypothesis-missing"),
        ((drafting(), answering()), "goal-missing"),
        ((drafting(), setting(dataclasses.replace(SHARE, threshold=None)), answering()), "goal-missing"),
        ((drafting(), setting(SATISFACTION), answering()), "goal-missing"),
        ((drafting(), setting(SHARE)), "checks-unanswered"),
    ],
)
def test_it_starts_with_a_belief_a_goal_with_a_threshold_and_answered_checks(steps, slug):
    experiment = after(*steps)
    experiment.when(starting()).then_refused(slug)


def test_approval_is_asked_for_what_was_thought_of():
    after(drafting()).when(asking()).then_refused("checks-unanswered")
    after(drafting()).when(approving()).then_refused("checks-unanswered")
    assert after(*PLANNED).when(asking()).events[0].checks == ALL_NO


def test_a_decider_of_the_unit_or_one_above_approves():
    approved = after(*PLANNED, asking()).when(approving(conditions="Besök när brukaren vill.")).events[0]
    assert (approved.mandate.decided_by, approved.mandate.for_unit) == ("bengt", "vof")
    for stranger in (OTHER_DECIDER, SARA, COACH, KARIN):
        after(*PLANNED, asking()).when(approving(by=stranger)).then_refused("role-needed")
        after(*PLANNED, asking()).when(returning(by=stranger)).then_refused("role-needed")


@pytest.mark.parametrize("involved", ["owner", "team"])
def test_nobody_approves_what_they_run(involved):
    mine = {"owner": [changing_owner("bengt")], "team": [changing_team("bengt")]}[involved]
    after(*PLANNED, *mine).when(approving()).then_refused("own-matter", field="experiment_id")
    above = Caller(person_id="cecilia", roles={"decider": frozenset({"staden"})}, unit="staden")
    assert after(*PLANNED, *mine, approving(by=above)).state.state == "ready"


ONCE_THEIRS = {
    "as owner": (changing_owner("bengt"), changing_owner("karin", by=BENGT)),
    "in the team": (changing_team("bengt"), changing_team("sara")),
}


@pytest.mark.parametrize("steps", ONCE_THEIRS.values(), ids=ONCE_THEIRS)
def test_nobody_approves_what_they_once_ran(steps):
    handed = after(*PLANNED, *steps)
    assert "bengt" not in handed.state.people
    handed.when(approving()).then_refused("own-matter", field="experiment_id")
    handed.when(returning()).then_refused("own-matter", field="experiment_id")
    assert not {"approve", "return"} & {*allowed_actions(handed.state, BENGT)}


def test_what_is_returned_is_a_draft_again_with_the_reason():
    returned = after(*STATES["ready"]).when(returning())
    assert returned.events[0].reason == "Prata med facket först."
    assert returned.and_then().state.state == "draft"


def test_criteria_are_amended_in_the_open():
    amended = after(*RUNNING).when(amending(SHARE)).events[0]
    assert ([c.id for c in amended.before], [c.id for c in amended.after]) == (
        ["video-share", "satisfaction"],
        ["video-share"],
    )
    assert amended.criteria_hash == criteria_hash(HYPOTHESIS, amended.after)
    after(*RUNNING).when(amending(SATISFACTION)).then_refused("goal-missing")
    after(*RUNNING).when(amending(SHARE, SATISFACTION)).then_nothing()


def test_owner_and_decider_hand_it_over_and_nothing_stops():
    changed = after(*RUNNING).when(changing_owner("erik")).events[0]
    assert (changed.previous, changed.to, changed.team) == ("karin", "erik", ())
    assert after(*RUNNING, changing_owner("sara", by=BENGT), pausing(by=SARA)).state.state == "paused"
    after(*RUNNING).when(changing_owner("erik", by=ERIK)).then_refused("not-your-experiment")
    after(*RUNNING).when(changing_owner("karin")).then_nothing()
    after(*RUNNING, changing_owner("sara", by=BENGT)).when(pausing()).then_refused("not-your-experiment")


def test_a_change_of_team_tells_who_joined_and_who_left():
    changed = after(*PLANNED).when(changing_team("sara", "karin")).events[0]
    assert (changed.team, changed.joined, changed.left) == (("sara",), ("sara",), ("erik",))
    after(*PLANNED).when(changing_team("erik")).then_nothing()
    after(*PLANNED).when(changing_team("sara", by=SARA)).then_refused("not-your-experiment")


def test_only_its_owner_chooses_to_be_asked_about_it_and_a_new_owner_chooses_anew():
    shown = after(*STATES["closed"], showing())
    assert shown.state.contacts == {"karin"}
    shown.when(showing()).then_nothing()
    assert shown.when(showing(False)).and_then().state.contacts == frozenset()
    assert after(*STATES["closed"], showing(), changing_owner("erik")).state.contacts == frozenset()
    for other in (ERIK, BENGT):
        after(*PLANNED).when(showing(by=other)).then_refused("contact-is-the-owners")
    for_another = drafting(by=COACH, owner="karin", contact_shown=True)
    after().when(for_another).then_refused("contact-is-the-owners", field="contact_shown")


def test_what_was_cancelled_can_be_planned_again():
    again = after(*STATES["ready"], cancelling(), reopening())
    assert again.state.state == "draft"
    assert again.state.criteria == after(*PLANNED).state.criteria


def test_nobody_has_an_experiment_that_is_not_there():
    for decision in (revising(), starting(), approving(), asking(), cancelling()):
        after().when(decision).then_refused("no-such-experiment")
