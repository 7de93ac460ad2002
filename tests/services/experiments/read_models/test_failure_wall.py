"""The wall: every failed experiment, what it expected, saw and taught, in whatever order it is heard of."""

import dataclasses
from datetime import date, timedelta

import pytest

from chassis.testing.read_models import BEGINNING, History, ReadModelSuite, folded, kept
from contracts.experiments import (
    ConclusionCorrected,
    ConclusionSupplemented,
    CriteriaAmended,
    Effort,
    ExperimentRevised,
    ObservationCorrected,
    ObservationWithdrawn,
    OwnerChanged,
    TeamChanged,
)
from contracts.lessons import (
    LessonConfirmed,
    LessonContradicted,
    LessonReinstated,
    LessonRejected,
    LessonSuperseded,
    LessonSupported,
)
from services.experiments.read_models.failure_wall import (
    FAILURE_WALL,
    Amended,
    Failure,
    Learned,
    SeenLate,
    wall_page,
    wall_where,
)
from tests.services.experiments.read_models.told import (
    CHALLENGE,
    COMPANY,
    GARDEN,
    HALF,
    HYPOTHESIS,
    LEYLA,
    MEMBER,
    MISSED,
    OWNER,
    PHONE,
    ROOFS,
    SEEN,
    SEEN_LATER,
    TABLETS,
    VIDEO,
    VISITS,
    about_lesson,
    decided,
    failed,
    observed,
    of,
    recorded,
    reopened,
    revised,
    withdrawn,
)

AMENDED = CriteriaAmended(
    **of(), reason="Fel grupp.", before=(HALF,), after=(HALF,), criteria_hash="b" * 64, amended_by=OWNER
)
EXPLAINED = ConclusionSupplemented(
    **of(), surprise="Många ville ha ett kortare besök.", cost=Effort(hours=120), supplemented_by=OWNER
)
CORRECTED = ConclusionCorrected(**of(), evidence_level="weak", reason="Få svarade.", corrected_by=OWNER)
RECOUNTED = ObservationCorrected(
    **of(),
    observation_id=SEEN_LATER,
    criterion_id="share",
    value="22",
    evidence_type="usage_data",
    observed_on=date(2026, 6, 1),
    late=True,
    previous_value="20",
    reason="Räknat igen.",
    corrected_by=OWNER,
)
UNCOUNTED = ObservationWithdrawn(
    **of(), observation_id=SEEN_LATER, criterion_id="share", reason="Fel grupp.", late=True, withdrawn_by=OWNER
)
SUPPORTED = LessonSupported(**about_lesson(), leads_to="supported", experiment_id=PHONE, said_by=LEYLA)


def told():
    """An experiment that fails and two lessons from it: one from before, one after the conclusion."""
    history = History("experiments")

    def video(*events):
        history.add("experiments", f"experiment-{VIDEO}", *events)

    history.add("experiments", f"lesson-{COMPANY}", recorded(), SUPPORTED)
    video(AMENDED, failed(), EXPLAINED)
    history.add("experiments", f"lesson-{TABLETS}", recorded(TABLETS, "Surfplattan krånglade."))
    video(decided())
    return history


def everything():
    history = told()

    def video(*events):
        history.add("experiments", f"experiment-{VIDEO}", *events)

    def lesson(*events):
        history.add("experiments", f"lesson-{COMPANY}", *events)

    video(observed(SEEN_LATER, "20", late=True), RECOUNTED, UNCOUNTED, observed(SEEN_LATER, "21", late=True))
    video(CORRECTED, reopened())
    video(ExperimentRevised(**of(), contact_shown=True, leads_to="awaiting_conclusion", revised_by=OWNER), failed())
    video(OwnerChanged(**of(), previous=OWNER, to=MEMBER, reason="Nytt jobb.", changed_by=OWNER))
    video(TeamChanged(**of(), owner=MEMBER, changed_by=MEMBER))
    lesson(
        LessonConfirmed(**about_lesson(), leads_to="confirmed", supported_by=(PHONE, GARDEN), confirmed_by=LEYLA),
        LessonContradicted(**about_lesson(), leads_to="contested", experiment_id=PHONE, said_by=LEYLA),
        LessonRejected(**about_lesson(), leads_to="rejected", reason="Nej.", rejected_by=LEYLA),
        revised(statement="Samvaro går sällan att ersätta.", title="Samvaro", recommendation="Fråga först."),
        LessonSuperseded(**about_lesson(), leads_to="superseded", by=TABLETS, superseded_by=LEYLA),
        LessonReinstated(**about_lesson(), leads_to="emerging", reason="Jo.", reinstated_by=LEYLA),
        withdrawn(),
    )
    history.add("experiments", f"experiment-{GARDEN}", failed(GARDEN, title="Odling på tak", idea_ids=(ROOFS,)))
    return history


class TestFailureWall(ReadModelSuite):
    model = FAILURE_WALL
    history = everything()


# ── Five orders of arrival, by hand: the experiment's own, the lesson from before, the lesson from after ────────────

HISTORY = told()


def minute(n):
    return BEGINNING + n * timedelta(minutes=1)


COMPANY_ALONE = Learned(
    lesson_id=COMPANY, recorded_at=minute(0), statement="Samvaro går inte att ersätta.", standing="emerging"
)
COMPANY_TOO = dataclasses.replace(COMPANY_ALONE, standing="supported")
TABLETS_TOO = Learned(lesson_id=TABLETS, recorded_at=minute(5), statement="Surfplattan krånglade.")
WHOLE = Failure(
    experiment_id=VIDEO,
    shown=True,
    failed_at=minute(3),
    unit="vof-hemvard",
    title="Video i hemtjänsten",
    hypothesis=HYPOTHESIS,
    test_method="Tre månader i en grupp.",
    per_criterion=(MISSED,),
    evidence_level="moderate",
    amendments=(Amended(at=minute(2), reason="Fel grupp.", before=(HALF,), after=(HALF,)),),
    surprise="Många ville ha ett kortare besök.",
    cost=Effort(hours=120),
    decision="pivot",
    lessons=(COMPANY_TOO, TABLETS_TOO),
    idea_ids=(VISITS,),
    owner=OWNER,
)


def row(order):
    events = HISTORY.dealt(order, e=f"experiment-{VIDEO}", l=f"lesson-{COMPANY}", t=f"lesson-{TABLETS}")
    found = folded(FAILURE_WALL, events)[VIDEO]
    return dataclasses.replace(found, heading="", words="")


@pytest.mark.parametrize("order", ["lleeete", "eeeellt", "tlleeee", "elteele", "letelee"])
def test_in_every_order_of_arrival_the_wall_says_the_same(order):
    assert row(order) == WHOLE


def test_a_lesson_waits_unseen_for_its_experiment_to_fail():
    waiting = row("ll")
    assert waiting == Failure(experiment_id=VIDEO, lessons=(COMPANY_TOO,))
    assert not waiting.shown


def test_a_failure_hangs_on_the_wall_before_anybody_has_learned_from_it():
    assert row("ee") == dataclasses.replace(WHOLE, surprise=None, cost=None, decision=None, lessons=())


def test_the_failure_comes_between_two_lessons():
    assert row("tee") == dataclasses.replace(WHOLE, surprise=None, cost=None, decision=None, lessons=(TABLETS_TOO,))


def test_a_lesson_recorded_long_after_stands_beside_the_conclusion():
    assert row("eeel") == dataclasses.replace(WHOLE, decision=None, lessons=(COMPANY_ALONE,))


def test_what_an_amendment_changed_is_known_before_anything_failed():
    assert row("te") == Failure(
        experiment_id=VIDEO,
        unit="vof-hemvard",
        title="Video i hemtjänsten",
        amendments=WHOLE.amendments,
        lessons=(TABLETS_TOO,),
        idea_ids=(VISITS,),
    )


# ── What it shows ──────────────────────────────────────────────────────────────────────────────────────────────────


def failure_after(*events):
    history = History("experiments")
    history.add("experiments", f"experiment-{VIDEO}", *events)
    return folded(FAILURE_WALL, history.events)[VIDEO]


def test_a_reopened_experiment_is_taken_down_until_it_fails_again():
    assert not failure_after(failed(), EXPLAINED, decided(), reopened()).shown
    again = failure_after(failed(), EXPLAINED, decided(), reopened(), failed())
    assert (again.shown, again.surprise, again.decision) == (True, None, None)


def test_what_was_seen_after_the_conclusion_stands_beside_it_and_changes_nothing():
    failure = failure_after(failed(), observed(SEEN, "60", late=True), observed(SEEN_LATER, "20", late=True), RECOUNTED)
    assert [(seen.observation_id, seen.value) for seen in failure.late] == [(SEEN, "60"), (SEEN_LATER, "22")]
    assert failure.late[1] == SeenLate(
        observation_id=SEEN_LATER, criterion_id="share", value="22", observed_on=date(2026, 6, 1)
    )
    assert failure.per_criterion == (MISSED,)
    assert failure_after(failed(), observed(SEEN_LATER, "20", late=True), UNCOUNTED).late == ()


def test_what_was_seen_before_the_conclusion_is_in_it_and_not_beside_it():
    assert failure_after(observed(), failed()).late == ()


def test_a_correction_does_not_take_back_what_it_says_nothing_of():
    failure = failure_after(failed(), EXPLAINED, CORRECTED)
    assert (failure.surprise, failure.evidence_level) == ("Många ville ha ett kortare besök.", "weak")


def test_whom_to_ask_is_named_only_if_they_want_to_be():
    assert failure_after(failed()).contact is None
    assert failure_after(failed(contact_shown=True)).contact == OWNER
    assert LEYLA not in repr(folded(FAILURE_WALL, everything().events))


def test_a_lesson_that_was_emptied_of_its_title_has_none():
    history = told()
    history.add("experiments", f"lesson-{COMPANY}", revised(title="Samvaro"), revised(cleared=("title",)))
    (lesson, _) = folded(FAILURE_WALL, history.events)[VIDEO].lessons
    assert lesson.title is None


# ── How it is asked ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def wall(open_store):
    history = told()
    history.add(
        "experiments",
        f"experiment-{GARDEN}",
        failed(GARDEN, title="Odling på tak", unit="sbf-gator", idea_ids=(ROOFS,), challenge_id=CHALLENGE),
    )
    history.add("experiments", f"experiment-{PHONE}", failed(PHONE), reopened(PHONE))
    with kept(FAILURE_WALL, history, open_store) as rows:
        yield rows


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [GARDEN, VIDEO]),
        ({"unit": "vof"}, [VIDEO]),
        ({"unit": "sof"}, []),
        ({"challenge_id": CHALLENGE}, [GARDEN]),
    ],
)
def test_it_shows_what_is_asked_for_the_latest_first(wall, asked, found):
    assert [failure.experiment_id for failure in wall_page(wall, *wall_where(wall, **asked)).rows] == found


def test_pages_follow_each_other(wall):
    first = wall_page(wall, *wall_where(wall), limit=1)
    second = wall_page(wall, *wall_where(wall), limit=1, after=first.next)
    assert [page.rows[0].experiment_id for page in (first, second)] == [GARDEN, VIDEO]
    assert second.next is None


def test_a_failure_is_found_by_what_was_learned_from_it(wall):
    assert [failure.experiment_id for failure in wall.matching("surfplattan krånglar", 5)] == [VIDEO]
