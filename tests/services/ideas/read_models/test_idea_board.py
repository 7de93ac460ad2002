"""The board: what is on it, in which order, and what never is."""

from datetime import date

import pytest

from chassis.errors import Invalid
from chassis.testing.read_models import BEGINNING, History, ReadModelSuite, folded, kept
from contracts.ideas import (
    AuthorNamed,
    AuthorshipTransferred,
    CommentAdded,
    DraftRevised,
    IdeaDrafted,
    IdeaHandedOver,
    IdeaPutOnHold,
    IdeaPutToTest,
    IdeaRealised,
    IdeaReopened,
    IdeaRevised,
    IdeaSelected,
    IdeaSupported,
    IdeaTestDecided,
    IdeaTestReopened,
    IdeaWithdrawn,
    JoinAccepted,
    ParticipantLeft,
    ReviewStarted,
    SupportWithdrawn,
)
from contracts.values import Author
from services.ideas.read_models import IDEA_BOARD, board_page, board_where
from tests.services.ideas.read_models.told import (
    ANNA,
    AUTHOR,
    BIKES,
    CHALLENGE,
    COACH,
    COMMENT,
    GARDEN,
    KARIN,
    MANDATE,
    OLLE,
    TRIAL,
    VIDEO,
    declined,
    submitted,
)

HELD = IdeaPutOnHold(
    idea_id=VIDEO, unit="vof-hemvard", review_on=date(2026, 9, 1), obstacle="Upphandling", mandate=MANDATE
)
REVIEWED = ReviewStarted(idea_id=VIDEO, unit="vof-hemvard", reviewed_by=COACH)
SELECTED = IdeaSelected(idea_id=VIDEO, unit="vof-hemvard", reason="Många vill", mandate=MANDATE)
TESTED = IdeaPutToTest(idea_id=VIDEO, unit="vof-hemvard", experiment_id=TRIAL, leads_to="in_experiment")
DECIDED = IdeaTestDecided(
    idea_id=VIDEO, unit="vof-hemvard", experiment_id=TRIAL, decision="retire", reason="Nej", leads_to="not_realised"
)
DECLINED = declined(GARDEN, unit="sbf-gator")


def everything():
    history = History("ideas")

    def idea(idea_id, *events, **more):
        history.add("ideas", f"idea-{idea_id}", *events, **more)

    idea(VIDEO, IdeaDrafted(idea_id=VIDEO, author=AUTHOR, recorded_by=ANNA, unit="vof-hemvard", title="Viskat"))
    idea(
        VIDEO,
        DraftRevised(
            idea_id=VIDEO, author=AUTHOR, recorded_by=ANNA, revised_by=ANNA, revised=("title",), title="Viskat"
        ),
    )
    idea(VIDEO, JoinAccepted(idea_id=VIDEO, person_id=OLLE, accepted_by=ANNA))
    idea(VIDEO, submitted(coauthors=(OLLE,), author_visibility="name_hidden", challenge_id=CHALLENGE))
    idea(GARDEN, submitted(GARDEN, title="Odling på taket", what="Lådor", unit="sbf-gator", tags=("klimat",)))
    idea(BIKES, IdeaDrafted(idea_id=BIKES, author=AUTHOR, recorded_by=ANNA, unit="sbf-gator", title="Cykelgarage"))
    idea(VIDEO, IdeaSupported(idea_id=VIDEO, supporter_id=KARIN), IdeaSupported(idea_id=VIDEO, supporter_id=COACH))
    idea(VIDEO, SupportWithdrawn(idea_id=VIDEO, supporter_id=COACH))
    idea(VIDEO, CommentAdded(idea_id=VIDEO, comment_id=COMMENT, commenter_id=KARIN, text="Min mormor Greta vill"))
    idea(
        VIDEO,
        ParticipantLeft(idea_id=VIDEO, person_id=OLLE),
        JoinAccepted(idea_id=VIDEO, person_id=KARIN, accepted_by=ANNA),
    )
    idea(VIDEO, AuthorNamed(idea_id=VIDEO, person_id=ANNA), REVIEWED, HELD, SELECTED)
    idea(VIDEO, IdeaRevised(idea_id=VIDEO, title="Videomöten", tags=("video",), revised_by=ANNA))
    idea(
        VIDEO,
        AuthorshipTransferred(
            idea_id=VIDEO,
            previous=AUTHOR,
            author=Author(kind="employee", person_id=KARIN),
            author_visibility="named",
            transferred_by=ANNA,
        ),
    )
    idea(
        VIDEO,
        TESTED,
        DECIDED,
        IdeaTestReopened(idea_id=VIDEO, unit="vof", experiment_id=TRIAL, leads_to="in_experiment"),
    )
    idea(VIDEO, IdeaRealised(idea_id=VIDEO, unit="vof-hemvard", what_changed="Två av tre besök"))
    idea(GARDEN, DECLINED)
    idea(GARDEN, IdeaReopened(idea_id=GARDEN, unit="sbf-gator", reason="Fel", leads_to="in_review", reopened_by=ANNA))
    idea(
        GARDEN,
        IdeaHandedOver(idea_id=GARDEN, from_unit="sbf-gator", to_unit="ff", reason="Deras tak", mandate=MANDATE),
        IdeaWithdrawn(idea_id=GARDEN, unit="ff", withdrawn_by=ANNA),
    )
    return history


class TestIdeaBoard(ReadModelSuite):
    model = IDEA_BOARD
    history = everything()


def card_after(*events):
    history = History("ideas")
    history.add("ideas", f"idea-{VIDEO}", *events)
    return folded(IDEA_BOARD, history.events)[VIDEO]


def minutes_waited_from(card):
    return (card.waiting_since - BEGINNING).seconds // 60


def test_a_draft_is_never_on_it():
    rows = folded(IDEA_BOARD, everything().events)
    assert set(rows) == {VIDEO, GARDEN}


def test_no_row_holds_what_a_draft_or_a_comment_said():
    assert not any(word in repr(folded(IDEA_BOARD, everything().events)) for word in ("Viskat", "Greta"))


def test_it_has_the_number_of_supporters_and_never_who_they_are():
    card = card_after(submitted(), IdeaSupported(idea_id=VIDEO, supporter_id=OLLE))
    assert card.supporters == 1
    assert OLLE not in repr(card)


def test_a_name_that_is_hidden_stays_marked_so_that_it_can_be_hidden():
    assert card_after(submitted(author_visibility="name_hidden")).author_visibility == "name_hidden"
    shown = card_after(submitted(author_visibility="name_hidden"), AuthorNamed(idea_id=VIDEO, person_id=ANNA))
    assert shown.author_visibility == "named"


def test_who_takes_the_idea_over_is_no_longer_a_co_author():
    taken = AuthorshipTransferred(
        idea_id=VIDEO,
        previous=AUTHOR,
        author=Author(kind="employee", person_id=OLLE),
        author_visibility="named",
        transferred_by=ANNA,
    )
    card = card_after(submitted(coauthors=(OLLE, KARIN)), taken)
    assert (card.author.person_id, card.coauthors) == (OLLE, (KARIN,))


@pytest.mark.parametrize(
    ("events", "state", "since"),
    [
        ((), "submitted", 0),
        ((REVIEWED,), "in_review", 0),
        ((REVIEWED, HELD), "on_hold", 2),
        ((REVIEWED, HELD, REVIEWED), "in_review", 3),
        ((REVIEWED, HELD, HELD), "on_hold", 2),
        ((REVIEWED, SELECTED), "selected", 2),
        ((SELECTED, TESTED), "in_experiment", 2),
        ((SELECTED, TESTED, DECIDED), "not_realised", 3),
    ],
)
def test_an_idea_waits_from_when_it_was_last_answered(events, state, since):
    card = card_after(submitted(), *events)
    assert (card.state, minutes_waited_from(card)) == (state, since)
    assert card.settled == (state in ("in_experiment", "not_realised"))


def test_a_resting_idea_says_until_when_and_no_other_does():
    assert card_after(submitted(), HELD).rests_until == date(2026, 9, 1)
    assert card_after(submitted(), HELD, SELECTED).rests_until is None


@pytest.fixture
def board(open_store):
    history = History("ideas")
    for idea_id, unit, tags, more in (
        (VIDEO, "vof-hemvard", ("Hemtjänst",), {"challenge_id": CHALLENGE}),
        (GARDEN, "vof", ("klimat", "tjänst"), {}),
        (BIKES, "sbf-gator", ("klimat",), {"title": "Cykelgarage", "what": "Lås och tak"}),
    ):
        history.add("ideas", f"idea-{idea_id}", submitted(idea_id, unit=unit, tags=tags, **more))
    history.add("ideas", f"idea-{GARDEN}", *(IdeaSupported(idea_id=GARDEN, supporter_id=who) for who in (OLLE, KARIN)))
    history.add("ideas", f"idea-{VIDEO}", IdeaWithdrawn(idea_id=VIDEO, unit="vof-hemvard", withdrawn_by=ANNA))
    with kept(IDEA_BOARD, history, open_store) as rows:
        yield rows


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {VIDEO, GARDEN, BIKES}),
        ({"unit": "vof"}, {VIDEO, GARDEN}),
        ({"unit": "vof-hemvard"}, {VIDEO}),
        ({"unit": "staden"}, {VIDEO, GARDEN, BIKES}),
        ({"unit": "unheard-of"}, set()),
        ({"tag": "KLIMAT"}, {GARDEN, BIKES}),
        ({"tag": "tjänst"}, {GARDEN}),
        ({"tag": "hemtjänst"}, {VIDEO}),
        ({"tag": "klim%"}, set()),
        ({"state": "withdrawn"}, {VIDEO}),
        ({"challenge_id": CHALLENGE}, {VIDEO}),
        ({"unit": "vof", "tag": "klimat", "state": "submitted"}, {GARDEN}),
    ],
)
def test_it_shows_what_is_asked_for(board, asked, found):
    page = board_page(board, *board_where(board, **asked))
    assert {card.idea_id for card in page.rows} == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", [BIKES, GARDEN, VIDEO]),
        ("most_supported", [GARDEN, BIKES, VIDEO]),
        ("waiting_longest", [GARDEN, BIKES, VIDEO]),
    ],
)
def test_pages_of_every_order_follow_each_other(board, sort, order):
    found, after = [], None
    for _ in order:
        page = board_page(board, sort=sort, after=after, limit=1)
        found += [card.idea_id for card in page.rows]
        after = page.next
    assert (found, after) == (order, None)


def test_a_cursor_of_another_order_is_refused(board):
    page = board_page(board, sort="newest", limit=1)
    with pytest.raises(Invalid):
        board_page(board, sort="most_supported", after=page.next)


def test_a_search_finds_ideas_among_those_asked_for(board):
    assert [card.idea_id for card in board.matching("cykelgaraget", 5)] == [BIKES]
    assert board.matching("cykelgaraget", 5, *board_where(board, unit="vof")) == []
