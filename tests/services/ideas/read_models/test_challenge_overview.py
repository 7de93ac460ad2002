"""How a challenge is going: its days, its workshops, and numbers that are never anybody's."""

from datetime import date

import pytest

from chassis.testing.read_models import BEGINNING, History, ReadModelSuite, folded, kept
from contracts.experiments import (
    ExperimentCancelled,
    ExperimentDrafted,
    ExperimentFailed,
    ExperimentInconclusive,
    ExperimentInvalidated,
    ExperimentReopened,
    ExperimentRevised,
    ExperimentStarted,
    ExperimentStoppedEarly,
    ExperimentSucceeded,
)
from contracts.ideas import (
    ChallengeCancelled,
    ChallengeClosed,
    ChallengeDrafted,
    ChallengeExtended,
    ChallengeOpened,
    ChallengeReopened,
    ChallengeRevised,
    EvaluationStarted,
    IdeaHandedOver,
    IdeaPutOnHold,
    IdeaPutToTest,
    IdeaRealised,
    IdeaReopened,
    IdeaSelected,
    IdeaTestDecided,
    IdeaTestReopened,
    IdeaWithdrawn,
    ReviewStarted,
    WorkshopPlanned,
)
from services.ideas.read_models import (
    CHALLENGE_OVERVIEW,
    CHALLENGE_PARTS,
    CameOf,
    ChallengeCard,
    Part,
    Workshop,
    came_of,
    challenges_page,
)
from tests.services.ideas.read_models.told import (
    ANNA,
    BIKES,
    CHALLENGE,
    COACH,
    DECIDER,
    GARDEN,
    LESSON,
    MANDATE,
    OTHER_CHALLENGE,
    OTHER_TRIAL,
    TRIAL,
    VIDEO,
    WORKSHOP,
    concluded,
    declined,
    submitted,
    trial,
)

HERE = {"challenge_id": CHALLENGE, "unit": "slf-hr"}
DRAFTED = ChallengeDrafted(
    **HERE,
    title="Hur kan vi tänka nytt?",
    why="För dem vi finns till för",
    closes_on=date(2026, 5, 1),
    drafted_by=COACH,
)
PLANNED = WorkshopPlanned(
    **HERE, workshop_id=WORKSHOP, name="Dag ett", held_on=date(2026, 3, 9), groups=("Blå",), planned_by=COACH
)
OPENED = ChallengeOpened(**HERE, opened_by=COACH)
CLOSED = ChallengeClosed(**HERE, outcome_text="Tolv idéer", closed_by=COACH)
EXTENDED = ChallengeExtended(**HERE, closes_on=date(2026, 6, 1), extended_by=COACH)
EVALUATED = EvaluationStarted(**HERE, started_by=COACH)
REOPENED = ChallengeReopened(**HERE, reason="En till", reopened_by=COACH)
CANCELLED = ChallengeCancelled(**HERE, reason="Ingen tid", cancelled_by=COACH)


def challenges():
    history = History("ideas")
    revised = ChallengeRevised(**HERE, title="Hur kan vi göra nytt?", cleared=("closes_on",), revised_by=COACH)
    history.add(
        *("ideas", f"challenge-{CHALLENGE}", DRAFTED, PLANNED, revised, OPENED, EVALUATED, EXTENDED, CLOSED, REOPENED)
    )
    other = {"challenge_id": OTHER_CHALLENGE, "unit": "vof"}
    history.add(
        *("ideas", f"challenge-{OTHER_CHALLENGE}"),
        ChallengeDrafted(**other, title="En annan", drafted_by=COACH),
        ChallengeCancelled(**other, reason="Nej", cancelled_by=COACH),
    )
    return history


class TestChallengeOverview(ReadModelSuite):
    model = CHALLENGE_OVERVIEW
    history = challenges()


def card_after(*events):
    history = History("ideas")
    history.add("ideas", f"challenge-{CHALLENGE}", *events)
    return folded(CHALLENGE_OVERVIEW, history.events)[CHALLENGE]


def test_a_whole_row():
    assert card_after(DRAFTED, PLANNED, OPENED, CLOSED) == ChallengeCard(
        challenge_id=CHALLENGE,
        state="closed",
        unit="slf-hr",
        drafted_at=BEGINNING,
        title="Hur kan vi tänka nytt?",
        why="För dem vi finns till för",
        closes_on=date(2026, 5, 1),
        opened_at=BEGINNING.replace(minute=2),
        closed_at=BEGINNING.replace(minute=3),
        outcome_text="Tolv idéer",
        workshops=(
            Workshop(workshop_id=WORKSHOP, name="Dag ett", held_on=date(2026, 3, 9), unit="slf-hr", groups=("Blå",)),
        ),
    )


@pytest.mark.parametrize(
    ("events", "state", "closes_on"),
    [
        ((), "draft", date(2026, 5, 1)),
        ((OPENED,), "open", date(2026, 5, 1)),
        ((OPENED, EVALUATED), "evaluating", date(2026, 5, 1)),
        ((OPENED, EVALUATED, EXTENDED), "open", date(2026, 6, 1)),
        ((OPENED, CLOSED), "closed", date(2026, 5, 1)),
        ((OPENED, CLOSED, REOPENED), "evaluating", date(2026, 5, 1)),
        ((OPENED, CANCELLED), "cancelled", date(2026, 5, 1)),
    ],
)
def test_it_shows_where_the_challenge_is(events, state, closes_on):
    card = card_after(DRAFTED, *events)
    assert (card.state, card.closes_on) == (state, closes_on)


def test_a_reopened_challenge_no_longer_says_what_came_of_it():
    card = card_after(DRAFTED, OPENED, CLOSED, REOPENED)
    assert (card.closed_at, card.outcome_text) == (None, None)


def test_a_day_that_is_cleared_is_gone():
    assert card_after(DRAFTED, ChallengeRevised(**HERE, cleared=("closes_on",), revised_by=COACH)).closes_on is None


def test_drafts_are_listed_only_for_those_who_prepare_them(open_store):
    history = challenges()
    history.add(
        "ideas", f"challenge-{VIDEO}", ChallengeDrafted(challenge_id=VIDEO, title="Än", unit="vof", drafted_by=COACH)
    )
    with kept(CHALLENGE_OVERVIEW, history, open_store) as found:
        listed = [card.challenge_id for card in challenges_page(found).rows]
        assert listed == [OTHER_CHALLENGE, CHALLENGE]
        assert challenges_page(found, with_drafts=True).rows[0].challenge_id == VIDEO
        assert [card.challenge_id for card in challenges_page(found, unit="slf").rows] == [CHALLENGE]
        assert [card.challenge_id for card in challenges_page(found, state="cancelled").rows] == [OTHER_CHALLENGE]


def parts():
    history = History("ideas")
    at = {"idea_id": VIDEO, "unit": "vof-hemvard"}
    history.add(
        *("ideas", f"idea-{VIDEO}", submitted(challenge_id=CHALLENGE)),
        ReviewStarted(**at, reviewed_by=COACH),
        IdeaPutOnHold(**at, review_on=date(2026, 9, 1), obstacle="Pengar", mandate=MANDATE),
        IdeaSelected(**at, reason="Många vill", mandate=MANDATE),
        IdeaPutToTest(**at, experiment_id=OTHER_TRIAL, leads_to="in_experiment"),
        IdeaPutToTest(**at, experiment_id=TRIAL, leads_to="in_experiment"),
    )
    history.add("ideas", f"idea-{GARDEN}", submitted(GARDEN, challenge_id=CHALLENGE), declined(GARDEN))
    history.add("ideas", f"idea-{BIKES}", submitted(BIKES))
    history.add(
        *("experiments", f"experiment-{TRIAL}"),
        trial(ExperimentDrafted, challenge_id=CHALLENGE, owner=ANNA, drafted_by=ANNA),
        trial(ExperimentRevised, phase="pilot", leads_to="draft", revised_by=ANNA),
        trial(ExperimentStarted, hypothesis="Hälften", criteria=(), criteria_hash="-", owner=ANNA, started_by=ANNA),
        concluded(ExperimentFailed),
    )
    other = {"experiment_id": OTHER_TRIAL}
    history.add(
        *("experiments", f"experiment-{OTHER_TRIAL}"),
        trial(ExperimentDrafted, **other, owner=ANNA, drafted_by=ANNA),
        trial(ExperimentCancelled, **other, reason="Nej", cancelled_by=ANNA),
        trial(ExperimentReopened, **other, reason="Jo", leads_to="draft", reopened_by=ANNA),
        *(concluded(kind, **other) for kind in (ExperimentSucceeded, ExperimentInconclusive, ExperimentStoppedEarly)),
        concluded(ExperimentInvalidated, **other),
    )
    return history


def moved(history):
    at = {"idea_id": GARDEN, "unit": "vof-hemvard"}
    history.add(
        *("ideas", f"idea-{GARDEN}"),
        IdeaReopened(**at, reason="Fel", leads_to="in_review", reopened_by=DECIDER),
        IdeaHandedOver(idea_id=GARDEN, from_unit="vof-hemvard", to_unit="vof", reason="Deras", mandate=MANDATE),
        IdeaTestDecided(**at, experiment_id=TRIAL, decision="pivot", reason="Om", leads_to="selected"),
        IdeaTestReopened(**at, experiment_id=TRIAL, leads_to="in_experiment"),
        IdeaRealised(**at, what_changed="Lådor"),
        IdeaWithdrawn(**at, withdrawn_by=ANNA),
    )
    return history


class TestChallengeParts(ReadModelSuite):
    model = CHALLENGE_PARTS
    history = moved(parts())


# Five interleavings of an idea (i), its experiment (e) and another (o): each row is of one stream only.
@pytest.mark.parametrize(
    ("order", "rows"),
    [
        ("e", {"e": (CHALLENGE, None, "planned")}),
        (
            "e i o",
            {"e": (CHALLENGE, None, "planned"), "i": (CHALLENGE, "submitted", None), "o": (None, None, "planned")},
        ),
        ("i i e e e", {"e": (CHALLENGE, None, "running"), "i": (CHALLENGE, "in_review", None)}),
        ("o o i i i", {"o": (None, None, "cancelled"), "i": (CHALLENGE, "on_hold", None)}),
        ("o o o e e e e", {"o": (None, None, "planned"), "e": (CHALLENGE, None, "failed")}),
    ],
)
def test_a_row_is_what_was_heard_so_far_in_whatever_order(order, rows):
    streams = {"i": f"idea-{VIDEO}", "e": f"experiment-{TRIAL}", "o": f"experiment-{OTHER_TRIAL}"}
    found = folded(CHALLENGE_PARTS, parts().dealt(order, **streams))
    expected = {
        streams[letter]: Part(thing=streams[letter], challenge_id=challenge, idea=idea, experiment=experiment)
        for letter, (challenge, idea, experiment) in rows.items()
    }
    assert found == expected


def test_what_came_of_it_is_counted_over_ideas_and_the_experiments_that_test_them(open_store):
    with kept(CHALLENGE_PARTS, parts(), open_store) as rows:
        assert came_of(rows, [CHALLENGE, LESSON]) == {
            CHALLENGE: CameOf(ideas={"in_experiment": 1, "declined": 1}, experiments={"failed": 1, "invalidated": 1}),
            LESSON: CameOf(ideas={}, experiments={}),
        }


def test_no_row_knows_of_anybody():
    rows = folded(CHALLENGE_PARTS, parts().events) | folded(CHALLENGE_OVERVIEW, challenges().events)
    assert not any(person in repr(rows) for person in (ANNA, COACH, DECIDER))
