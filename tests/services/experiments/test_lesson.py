"""The rules of lessons."""

from __future__ import annotations

import dataclasses
from functools import partial

import pytest

from chassis.command import Caller
from chassis.testing.gwt import given
from contracts.lessons import LessonConfirmed, LessonRevised, LessonSupported
from contracts.values import Author, Source
from services.experiments.lesson import LESSON
from services.experiments.lesson_rights import allowed_actions
from services.experiments.lesson_standing import (
    ConfirmLesson,
    ContradictLesson,
    RejectLesson,
    SupersedeLesson,
    SupportLesson,
    WithdrawLesson,
    confirm,
    contradict,
    reject,
    supersede,
    support,
    withdraw,
)
from services.experiments.lesson_use import ApplyLesson, CiteLesson, EndorseLesson, apply, cite, endorse
from services.experiments.lesson_writing import RecordLesson, ReviseLesson, record, revise
from tests.services.experiments.lessons import (
    AMINA,
    BEARINGS,
    BETTER,
    IDEA,
    JONAS,
    KARIN,
    LESSON_ID,
    LETTERS,
    LEYLA,
    MACHINE,
    OTHER_IDEA,
    PART,
    PHONE,
    STANDINGS,
    STATEMENT,
    STRANGER,
    VIDEO,
    confirmed,
    contradicted,
    recorded,
    rejected,
    superseded,
    supported,
    withdrawn,
)

THIS = {"lesson_id": LESSON_ID}


@dataclasses.dataclass
class Tried:
    unit: str = "vof"
    idea_ids: tuple[str, ...] = (IDEA,)


def recording(*tested, by=LEYLA, **fields):
    return partial(record, RecordLesson(**{**THIS, "by": by, "statement": STATEMENT, **fields}), tested=tested)


def saying(experiment=VIDEO, by=KARIN):
    return partial(support, SupportLesson(**THIS, by=by, experiment_id=experiment))


def against(experiment=VIDEO):
    return partial(contradict, ContradictLesson(**THIS, by=KARIN, experiment_id=experiment))


def confirming(by=AMINA):
    return partial(confirm, ConfirmLesson(**THIS, by=by))


def revising(by=LEYLA, **fields):
    return partial(revise, ReviseLesson(**THIS, by=by, **fields))


def citing(idea=OTHER_IDEA):
    return partial(cite, CiteLesson(**THIS, idea_id=idea, how="Vi börjar där."))


# ── Writing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_lesson_needs_its_statement_and_nothing_else():
    given(LESSON).when(recording()).then(recorded(experiment_ids=(), idea_ids=()))


def test_a_lesson_takes_unit_and_ideas_from_its_experiments():
    when = given(LESSON).when(recording(Tried(), Tried("sof", (IDEA, OTHER_IDEA)), by=JONAS, experiment_ids=(VIDEO,)))
    (event,) = when.events
    assert (event.unit, event.idea_ids, event.experiment_ids) == ("vof", (IDEA, OTHER_IDEA), (VIDEO,))


def test_the_unit_that_is_said_counts_more_than_that_of_the_experiment():
    (event,) = given(LESSON).when(recording(Tried(), unit="sof")).events
    assert event.unit == "sof"


def test_somebody_who_belongs_to_no_unit_says_whose_lesson_it_is():
    homeless = Caller(person_id="leyla", roles={"employee": None})
    given(LESSON).when(recording(by=homeless)).then_refused("unit-needed", field="unit")


def test_who_only_looks_on_records_no_lesson():
    given(LESSON).when(recording(by=STRANGER)).then_refused("role-needed")


def test_a_group_s_lesson_is_the_groups_and_looked_after_by_who_wrote_it_down():
    group = Author(kind="group", label="Grupp 3")
    lesson = given(LESSON).when(recording(by=KARIN, author=group)).and_then()
    assert lesson.state.author == group
    assert "revise" in allowed_actions(lesson.state, KARIN)
    assert "revise" not in allowed_actions(lesson.state, JONAS)


def test_nobody_is_shown_as_a_contact_by_somebody_else():
    leyla = Author(kind="employee", person_id="leyla")
    given(LESSON).when(recording(by=KARIN, author=leyla, contact_shown=True)).then_refused("contact-is-the-authors")
    given(LESSON, recorded()).when(revising(by=AMINA, contact_shown=True)).then_refused("contact-is-the-authors")
    assert given(LESSON, recorded()).when(revising(contact_shown=True)).events[0].contact_shown


def test_only_services_import():
    row = Source(system="nasa", external_id="1042")
    given(LESSON).when(recording(source=row)).then_refused("only-services-import", field="source")


def test_the_same_row_imported_again_is_already_so():
    row = Source(system="nasa", external_id="1042")
    first = given(LESSON).when(recording(by=MACHINE, source=row, unit="vof"))
    assert first.events[0].source == row
    assert first.events[0].author == Author(kind="employee")
    first.and_then().when(recording(by=MACHINE, source=row, unit="vof")).then_nothing()


def test_another_statement_is_another_claim_and_begins_again():
    lesson = given(LESSON, *STANDINGS["confirmed"]).when(revising(statement="Det gäller inte nattetid.")).and_then()
    assert (lesson.state.standing, lesson.state.supporting) == ("emerging", ())
    lesson.when(confirming()).then_refused("not-in-this-state")


def test_the_same_statement_again_changes_nothing_of_what_experiments_said():
    lesson = given(LESSON, *STANDINGS["confirmed"])
    lesson.when(revising(statement=STATEMENT)).then_nothing()
    after = lesson.when(revising(statement=STATEMENT, title="Samvaro")).then(
        LessonRevised(**BEARINGS, leads_to="confirmed", title="Samvaro", revised_by="leyla")
    )
    assert after.state.standing == "confirmed"


def test_a_revision_that_says_nothing_is_already_so():
    given(LESSON, recorded()).when(revising(reason="Varför inte?")).then_nothing()


def test_nothing_is_both_changed_and_emptied():
    revision = revising(title="Samvaro", cleared=("title",))
    given(LESSON, recorded()).when(revision).then_refused("changed-and-emptied", field="title")


def test_a_lesson_is_revised_by_its_author_and_by_coaches_of_its_unit():
    for by in (LEYLA, AMINA):
        assert given(LESSON, recorded()).when(revising(by=by, title="Samvaro")).events
    for by in (KARIN, JONAS, STRANGER):
        given(LESSON, recorded()).when(revising(by=by, title="Samvaro")).then_refused("not-your-lesson")


# ── Standing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_experiment_supports_a_lesson_once():
    after = (
        given(LESSON, recorded())
        .when(saying(VIDEO))
        .then(LessonSupported(**BEARINGS, leads_to="supported", experiment_id=VIDEO, said_by="karin"))
    )
    after.when(saying(VIDEO, by=JONAS)).then_nothing()


def test_two_experiments_and_a_coach_confirm_a_lesson():
    one = given(LESSON, recorded(), supported(VIDEO))
    assert one.when(confirming()).then_refused("too-few-experiments").details == {"supporting": 1, "needed": 2}
    one.when(saying(PHONE)).and_then().when(confirming()).then(
        LessonConfirmed(**BEARINGS, leads_to="confirmed", supported_by=(VIDEO, PHONE), confirmed_by="amina")
    )


def test_an_experiment_counts_for_or_against_and_never_both():
    lesson = given(LESSON, *STANDINGS["supported"]).when(against(VIDEO)).and_then()
    assert (lesson.state.supporting, lesson.state.contradicting) == ((PHONE,), (VIDEO,))
    lesson.when(against(VIDEO)).then_nothing()
    lesson.when(confirming()).then_refused("too-few-experiments")
    again = lesson.when(saying(VIDEO)).and_then()
    assert (again.state.supporting, again.state.contradicting) == ((PHONE, VIDEO), ())
    assert again.state.standing == "contested"


def test_a_confirmed_lesson_that_an_experiment_contradicts_is_contested():
    lesson = given(LESSON, *STANDINGS["confirmed"]).when(against(LETTERS)).and_then()
    assert lesson.state.standing == "contested"
    assert lesson.when(confirming()).and_then().state.standing == "confirmed"


def test_nobody_confirms_or_rejects_a_lesson_of_their_own():
    own = recorded(author=Author(kind="employee", person_id="amina"))
    given(LESSON, own, supported(VIDEO), supported(PHONE)).when(confirming()).then_refused("own-lesson")
    rejecting = partial(reject, RejectLesson(**THIS, by=AMINA, reason="Nej."))
    given(LESSON, own).when(rejecting).then_refused("own-lesson")


def test_a_coach_of_another_unit_neither_confirms_nor_rejects():
    elsewhere = Caller(person_id="sven", roles={"employee": None, "coach": frozenset({"sof"})})
    given(LESSON, *STANDINGS["supported"]).when(confirming(elsewhere)).then_refused("role-needed")
    rejecting = partial(reject, RejectLesson(**THIS, by=KARIN, reason="Nej."))
    given(LESSON, recorded()).when(rejecting).then_refused("role-needed")


def superseding(successor_events, by=LEYLA, successor=BETTER):
    better = LESSON.fold(successor_events)
    command = SupersedeLesson(**THIS, by=by, superseded_by=successor)
    return lambda lesson: supersede(command, lesson, better)


def test_a_lesson_gives_way_only_to_one_that_stands():
    better = recorded(lesson_id=BETTER)
    lesson = given(LESSON, recorded())
    lesson.when(superseding([])).then_refused("no-such-lesson", field="superseded_by")
    lesson.when(superseding([recorded()], successor=LESSON_ID)).then_refused("supersedes-itself")
    for fate in (rejected(), superseded(), withdrawn()):
        lesson.when(superseding([better, fate])).then_refused("successor-does-not-stand", field="superseded_by")
    assert lesson.when(superseding([better])).events[0].by == BETTER


def test_only_who_looks_after_a_lesson_takes_it_back():
    back = partial(withdraw, WithdrawLesson(**THIS, by=KARIN, reason="Fel."))
    given(LESSON, recorded()).when(back).then_refused("not-your-lesson")


# ── Use ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_being_used_does_not_make_a_lesson_hold():
    applying = partial(
        apply, ApplyLesson(**THIS, by=JONAS, application_id=PART, where="Centrum", what_changed="Vi frågar först.")
    )
    lesson = given(LESSON, recorded()).when(applying).and_then().when(citing()).and_then()
    assert lesson.state.standing == "emerging"


def test_an_idea_cites_a_lesson_once():
    lesson = given(LESSON, recorded()).when(citing()).and_then()
    lesson.when(citing()).then_nothing()
    assert lesson.when(citing(IDEA)).and_then().state.cited_by == (OTHER_IDEA, IDEA)


def test_a_lesson_that_was_replaced_can_still_be_cited_but_one_taken_back_cannot():
    assert given(LESSON, recorded(), superseded()).when(citing()).events
    given(LESSON, recorded(), withdrawn()).when(citing()).then_refused("not-in-this-state")


def test_a_person_endorses_a_lesson_once():
    endorsing = partial(endorse, EndorseLesson(**THIS, by=KARIN))
    given(LESSON, recorded()).when(endorsing).and_then().when(endorsing).then_nothing()


def test_what_nobody_recorded_cannot_be_used():
    given(LESSON).when(citing()).then_refused("no-such-lesson")
    given(LESSON).when(saying()).then_refused("no-such-lesson")


# ── Who sees what they may do ──────────────────────────────────────────────────────────────────────────────────────

USING = {"support", "contradict", "endorse", "apply", "validate"}
TENDING = {"revise", "review", "supersede", "withdraw"}


@pytest.mark.parametrize(
    ("events", "by", "actions"),
    [
        ([recorded()], LEYLA, USING | TENDING),
        ([recorded()], KARIN, USING),
        ([recorded()], AMINA, USING | TENDING | {"reject"}),
        ([recorded()], STRANGER, set()),
        (STANDINGS["supported"], AMINA, USING | TENDING | {"confirm", "reject"}),
        ([recorded(), supported()], AMINA, USING | TENDING | {"reject"}),
        (STANDINGS["confirmed"], AMINA, USING | TENDING | {"reject"}),
        ([recorded(), rejected()], KARIN, {"support", "contradict"}),
        ([recorded(), superseded()], LEYLA, {"withdraw", "reinstate"}),
        ([recorded(), withdrawn()], LEYLA, {"reinstate"}),
        ([recorded(), withdrawn()], KARIN, set()),
        ([recorded(), contradicted(), confirmed()], KARIN, USING),
    ],
)
def test_allowed_actions_are_those_that_would_be_carried_out(events, by, actions):
    assert set(allowed_actions(LESSON.fold(events), by)) == actions
