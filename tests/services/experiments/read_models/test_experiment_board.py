"""The board of experiments: what is being tested, in which order, and what never is on it."""

from datetime import date

import pytest

from chassis.errors import Invalid
from chassis.testing.read_models import BEGINNING, History, ReadModelSuite, folded, kept
from contracts.experiments import (
    ApprovalReturned,
    Check,
    Checks,
    ChecksAnswered,
    CriteriaAmended,
    CriteriaSet,
    ExperimentApproved,
    ExperimentCancelled,
    ExperimentClosed,
    ExperimentPaused,
    ExperimentResumed,
    ExperimentRevised,
    ExperimentStarted,
    LessonAttached,
    MeasuringEnded,
    ObservationWithdrawn,
    OwnerChanged,
    TeamChanged,
)
from services.experiments.read_models.experiment_board import EXPERIMENT_BOARD, board_page, board_where
from tests.services.experiments.read_models.told import (
    COMPANY,
    GARDEN,
    HALF,
    HYPOTHESIS,
    MANDATE,
    MEMBER,
    OWNER,
    PHONE,
    ROOFS,
    SEEN,
    VIDEO,
    VISITS,
    concluded,
    decided,
    drafted,
    failed,
    observed,
    of,
    reopened,
)

NO = Check(answer="no")
ANSWERED = ChecksAnswered(
    **of(),
    checks=Checks(**dict.fromkeys(Checks.__slots__, NO)),
    needs_approval=False,
    answered_by=OWNER,
)
SET = CriteriaSet(**of(), criteria=(HALF,), set_by=OWNER)
APPROVED = ExperimentApproved(**of(), owner=OWNER, mandate=MANDATE)
RETURNED = ApprovalReturned(**of(), owner=OWNER, reason="Fråga brukarna först.", mandate=MANDATE)
STARTED = ExperimentStarted(
    **of(), hypothesis=HYPOTHESIS, criteria=(HALF,), criteria_hash="a" * 64, owner=OWNER, started_by=OWNER
)
PAUSED = ExperimentPaused(**of(), paused_by=OWNER)
RESUMED = ExperimentResumed(**of(), resumed_by=OWNER)
AMENDED = CriteriaAmended(
    **of(), reason="Fel enhet.", before=(HALF,), after=(HALF, HALF), criteria_hash="b" * 64, amended_by=OWNER
)
WITHDREW = ObservationWithdrawn(
    **of(), observation_id=SEEN, criterion_id="share", reason="Fel grupp.", late=False, withdrawn_by=OWNER
)
ENDED = MeasuringEnded(**of(), ended_by=OWNER)
ATTACHED = LessonAttached(**of(), lesson_id=COMPANY)
CLOSED = ExperimentClosed(**of(), outcome="failed", lesson_ids=(COMPANY,))
CANCELLED = ExperimentCancelled(**of(), reason="Hanns inte.", cancelled_by=OWNER)


def revised(leads_to="draft", title="Video i hemtjänsten", **changed):
    return ExperimentRevised(**of(title=title), leads_to=leads_to, revised_by=OWNER, **changed)


def everything():
    history = History("experiments")

    def video(*events):
        history.add("experiments", f"experiment-{VIDEO}", *events)

    video(drafted(hypothesis=HYPOTHESIS), SET, ANSWERED, APPROVED, RETURNED)
    history.add("experiments", f"experiment-{GARDEN}", drafted(GARDEN, title="Odling på tak", idea_ids=(ROOFS,)))
    video(revised(title="Videosamtal", phase="pilot", ends_on=date(2026, 9, 1)), APPROVED, STARTED)
    video(TeamChanged(**of(), owner=OWNER, team=(MEMBER,), joined=(MEMBER,), changed_by=OWNER))
    video(PAUSED, RESUMED, AMENDED, observed(), WITHDREW, observed(), ENDED, failed(), ATTACHED, CLOSED)
    video(OwnerChanged(**of(), previous=OWNER, to=MEMBER, reason="Nytt jobb.", changed_by=OWNER), decided())
    for outcome in ("succeeded", "inconclusive", "invalidated", "stopped_early"):
        more = {"invalidated": {"reason": "Fel."}, "stopped_early": {"reason_code": "external", "reason": "Snö."}}
        video(reopened(), concluded(outcome, **more.get(outcome, {})))
    history.add(
        "experiments",
        f"experiment-{GARDEN}",
        ExperimentCancelled(**of(GARDEN, title="Odling på tak", idea_ids=(ROOFS,)), reason="Snö.", cancelled_by=OWNER),
    )
    return history


class TestExperimentBoard(ReadModelSuite):
    model = EXPERIMENT_BOARD
    history = everything()


def card_after(*events):
    history = History("experiments")
    history.add("experiments", f"experiment-{VIDEO}", *events)
    return folded(EXPERIMENT_BOARD, history.events)[VIDEO]


@pytest.mark.parametrize(
    ("events", "state", "since"),
    [
        ((), "draft", 0),
        ((SET, ANSWERED), "draft", 0),
        ((APPROVED,), "ready", 1),
        ((APPROVED, SET), "draft", 2),
        ((APPROVED, RETURNED), "draft", 2),
        ((APPROVED, revised(leads_to="ready")), "ready", 1),
        ((STARTED,), "running", 1),
        ((STARTED, AMENDED, observed()), "running", 1),
        ((STARTED, PAUSED), "paused", 2),
        ((STARTED, PAUSED, RESUMED), "running", 3),
        ((STARTED, ENDED), "awaiting_conclusion", 2),
        ((STARTED, failed()), "awaiting_lesson", 2),
        ((STARTED, failed(), ATTACHED, CLOSED), "closed", 4),
        ((STARTED, failed(), reopened()), "awaiting_conclusion", 3),
        ((CANCELLED,), "cancelled", 1),
    ],
)
def test_a_card_says_where_an_experiment_is_and_since_when(events, state, since):
    card = card_after(drafted(), *events)
    assert (card.state, (card.step_at - BEGINNING).seconds // 60) == (state, since)


def test_the_plan_as_it_is_now_is_on_it():
    card = card_after(
        drafted(hypothesis=HYPOTHESIS, ends_on=date(2026, 9, 1)),
        revised(title="Videosamtal", phase="scale", cleared=("hypothesis", "ends_on")),
    )
    assert (card.title, card.phase, card.hypothesis, card.ends_on) == ("Videosamtal", "scale", None, None)


def test_withdrawn_observations_are_not_counted():
    assert card_after(drafted(), STARTED, observed(), observed(), WITHDREW).observations == 1


def test_a_conclusion_is_gone_when_the_experiment_is_reopened_and_the_lesson_is_not():
    concluded_card = card_after(drafted(), STARTED, failed(), decided(), ATTACHED)
    assert (concluded_card.outcome, concluded_card.evidence_level, concluded_card.decision) == (
        "failed",
        "moderate",
        "pivot",
    )
    card = card_after(drafted(), STARTED, failed(), decided(), ATTACHED, reopened())
    assert (card.outcome, card.evidence_level, card.decision, card.lesson_ids) == (None, None, None, (COMPANY,))


def test_whom_to_ask_is_named_only_if_they_want_to_be():
    assert card_after(drafted()).contact is None
    assert card_after(drafted(contact_shown=True)).contact == OWNER
    handed = OwnerChanged(**of(), previous=OWNER, to=MEMBER, reason="Nytt jobb.", changed_by=OWNER)
    assert card_after(drafted(), revised(contact_shown=True), handed).contact is None
    assert card_after(drafted(), handed, revised(contact_shown=True)).contact == MEMBER


@pytest.fixture
def board(open_store):
    history = History("experiments")
    for experiment_id, more in (
        (VIDEO, {"ends_on": date(2026, 9, 1)}),
        (PHONE, {"unit": "vof", "phase": "pilot", "idea_ids": (VISITS, ROOFS), "ends_on": date(2026, 6, 1)}),
        (GARDEN, {"unit": "sbf-gator", "idea_ids": (ROOFS,)}),
    ):
        history.add("experiments", f"experiment-{experiment_id}", drafted(experiment_id, **more))
    history.add("experiments", f"experiment-{VIDEO}", STARTED, failed())
    with kept(EXPERIMENT_BOARD, history, open_store) as rows:
        yield rows


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {VIDEO, PHONE, GARDEN}),
        ({"unit": "vof"}, {VIDEO, PHONE}),
        ({"unit": "vof-hemvard"}, {VIDEO}),
        ({"unit": "unheard-of"}, set()),
        ({"states": ("draft",)}, {PHONE, GARDEN}),
        ({"states": ("draft", "awaiting_lesson")}, {VIDEO, PHONE, GARDEN}),
        ({"phase": "pilot"}, {PHONE}),
        ({"outcome": "failed"}, {VIDEO}),
        ({"idea_id": ROOFS}, {PHONE, GARDEN}),
        ({"idea_id": VISITS, "states": ("draft",)}, {PHONE}),
    ],
)
def test_it_shows_what_is_asked_for(board, asked, found):
    page = board_page(board, *board_where(board, **asked))
    assert {card.experiment_id for card in page.rows} == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", [GARDEN, PHONE, VIDEO]),
        ("latest_step", [VIDEO, GARDEN, PHONE]),
        ("ending_soonest", [PHONE, VIDEO, GARDEN]),
    ],
)
def test_pages_of_every_order_follow_each_other(board, sort, order):
    found, after = [], None
    for _ in order:
        page = board_page(board, sort=sort, after=after, limit=1)
        found += [card.experiment_id for card in page.rows]
        after = page.next
    assert (found, after) == (order, None)


def test_a_made_up_cursor_is_refused(board):
    with pytest.raises(Invalid):
        board_page(board, after="kaffe")
