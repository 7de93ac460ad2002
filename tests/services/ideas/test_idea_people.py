"""Supporting an idea, talking about it, joining it, carrying it on."""

from __future__ import annotations

import pytest

from chassis.testing.gwt import given
from contracts.ideas import (
    AuthorNamed,
    AuthorshipTransferred,
    CommentAdded,
    CommentEdited,
    IdeaSupported,
    JoinAccepted,
    JoinDeclined,
    JoinRequested,
    ParticipantLeft,
    SupportWithdrawn,
)
from contracts.values import Author
from services.ideas.idea import IDEA
from services.ideas.idea_people import MOST_COAUTHORS
from services.ideas.idea_rights import allowed_actions
from tests.services.ideas import giving
from tests.services.ideas.people import (
    AMINA,
    BENGT,
    BY_KARIN,
    CHIEF,
    COMMENT_ID,
    IDEA_ID,
    IDEAS,
    KARIN,
    LEYLA,
    OSKAR,
    OTHER_IDEA_ID,
    SUBMITTED,
    somebody,
)

IDEA_OF_KARIN = given(IDEA, *IDEAS["submitted"])
BY_OSKAR = Author(kind="employee", person_id="oskar")


def test_one_supports_an_idea_once_and_may_stop():
    supported = IDEA_OF_KARIN.when(giving.supporting()).then(IdeaSupported(idea_id=IDEA_ID, supporter_id="oskar"))
    supported.when(giving.supporting()).then_nothing()
    stopped = supported.when(giving.no_longer_supporting()).then(
        SupportWithdrawn(idea_id=IDEA_ID, supporter_id="oskar")
    )
    stopped.when(giving.no_longer_supporting()).then_nothing()


def test_nobody_supports_an_idea_of_their_own():
    IDEA_OF_KARIN.when(giving.supporting(by=KARIN)).then_refused("own-idea", field="idea_id")
    joined = IDEA_OF_KARIN.when(giving.accepting()).and_then()
    joined.when(giving.supporting(by=LEYLA)).then_refused("own-idea")


def test_becoming_a_coauthor_ends_ones_support():
    supported = IDEA_OF_KARIN.when(giving.supporting(by=LEYLA)).and_then()
    supported.when(giving.accepting()).then(
        JoinAccepted(idea_id=IDEA_ID, person_id="leyla", accepted_by="karin"),
        SupportWithdrawn(idea_id=IDEA_ID, supporter_id="leyla"),
    )


def test_becoming_the_author_ends_ones_support():
    supported = IDEA_OF_KARIN.when(giving.supporting()).and_then()
    transferred, withdrawn = supported.when(giving.transferring()).events
    assert isinstance(transferred, AuthorshipTransferred)
    assert withdrawn == SupportWithdrawn(idea_id=IDEA_ID, supporter_id="oskar")


def test_a_reply_names_whom_it_answers():
    IDEA_OF_KARIN.when(giving.commenting(by=KARIN, in_reply_to=COMMENT_ID)).then(
        CommentAdded(
            idea_id=IDEA_ID,
            comment_id=OTHER_IDEA_ID,
            commenter_id="karin",
            in_reply_to=COMMENT_ID,
            replied_to="oskar",
            text="Jag är med.",
        )
    )
    IDEA_OF_KARIN.when(giving.commenting(in_reply_to=IDEA_ID)).then_refused("no-such-comment", field="in_reply_to")


def test_only_its_writer_edits_a_comment():
    IDEA_OF_KARIN.when(giving.editing()).then(
        CommentEdited(idea_id=IDEA_ID, comment_id=COMMENT_ID, commenter_id="oskar", text="Mycket bra.")
    )
    IDEA_OF_KARIN.when(giving.editing(by=KARIN)).then_refused("not-your-comment")
    IDEA_OF_KARIN.when(giving.editing(comment_id=IDEA_ID)).then_refused("no-such-comment", field="comment_id")


def test_whoever_asked_waits_for_an_answer_and_may_ask_again_after_a_no():
    asked = IDEA_OF_KARIN.when(giving.asking()).then(
        JoinRequested(idea_id=IDEA_ID, person_id="oskar", message="Får jag vara med?")
    )
    asked.when(giving.asking()).then_nothing()
    declined = asked.when(giving.saying_no(person_id="oskar")).then(
        JoinDeclined(idea_id=IDEA_ID, person_id="oskar", declined_by="karin")
    )
    declined.when(giving.asking()).and_then()


def test_an_author_has_joined_already():
    IDEA_OF_KARIN.when(giving.asking(by=KARIN)).then_nothing()
    joined = IDEA_OF_KARIN.when(giving.accepting()).and_then()
    joined.when(giving.asking(by=LEYLA)).then_nothing()
    joined.when(giving.accepting()).then_nothing()


def test_only_who_has_asked_is_answered_and_only_by_its_authors():
    IDEA_OF_KARIN.when(giving.accepting(person_id="oskar")).then_refused("has-not-asked")
    IDEA_OF_KARIN.when(giving.saying_no(person_id="oskar")).then_refused("has-not-asked")
    IDEA_OF_KARIN.when(giving.accepting(by=LEYLA)).then_refused("for-its-authors")
    joined = IDEA_OF_KARIN.when(giving.accepting()).and_then().when(giving.asking()).and_then()
    joined.when(giving.accepting(by=LEYLA, person_id="oskar")).and_then()


def test_an_idea_has_a_limited_number_of_coauthors():
    full = [JoinAccepted(idea_id=IDEA_ID, person_id=f"p{n:03}", accepted_by="karin") for n in range(MOST_COAUTHORS)]
    given(IDEA, *IDEAS["submitted"], *full).when(giving.accepting()).then_refused("too-many-coauthors")


def test_a_coauthor_may_leave_and_the_author_hands_over_instead():
    joined = IDEA_OF_KARIN.when(giving.accepting()).and_then()
    joined.when(giving.leaving()).then(ParticipantLeft(idea_id=IDEA_ID, person_id="leyla")).when(
        giving.leaving()
    ).then_nothing()
    joined.when(giving.leaving(by=KARIN)).then_refused("author-cannot-leave")


@pytest.mark.parametrize("by", [KARIN, BENGT, CHIEF])
def test_the_author_or_the_units_decider_lets_somebody_else_carry_it_on(by):
    IDEA_OF_KARIN.when(giving.transferring(by=by)).then(
        AuthorshipTransferred(
            idea_id=IDEA_ID,
            previous=BY_KARIN,
            author=BY_OSKAR,
            author_visibility="named",
            reason="Byter jobb.",
            transferred_by=by.person_id,
        )
    ).when(giving.transferring(by=BENGT)).then_nothing()


@pytest.mark.parametrize("by", [OSKAR, AMINA, somebody("asta", "decider@sof")])
def test_nobody_else_does(by):
    IDEA_OF_KARIN.when(giving.transferring(by=by)).then_refused("for-its-author")


def test_a_coauthor_who_takes_it_over_is_no_longer_a_coauthor():
    joined = IDEA_OF_KARIN.when(giving.accepting()).and_then()
    taken = joined.when(giving.transferring(author=Author(kind="employee", person_id="leyla"))).and_then()
    assert (taken.state.author.person_id, taken.state.coauthors) == ("leyla", ())
    taken.when(giving.withdrawing(by=KARIN)).then_refused("for-its-author")


def test_whoever_takes_over_is_somebody():
    nobody = giving.transferring(author=Author(kind="employee"))
    IDEA_OF_KARIN.when(nobody).then_refused("author-needs-person", field="author.person_id")
    IDEA_OF_KARIN.when(giving.transferring(author=Author(kind="group"))).then_refused("group-needs-label")
    IDEA_OF_KARIN.when(giving.transferring(author=Author(kind="group", label="Kajen"))).and_then()


def test_showing_ones_name_is_ones_own_step_and_is_taken_once():
    IDEA_OF_KARIN.when(giving.showing_name(by=BENGT)).then_refused("for-its-author")
    named = IDEA_OF_KARIN.when(giving.showing_name()).then(AuthorNamed(idea_id=IDEA_ID, person_id="karin"))
    named.when(giving.showing_name()).then_nothing()


def test_a_name_stays_hidden_after_the_authorship_went_on_until_it_is_shown():
    gone_on = IDEA_OF_KARIN.when(giving.transferring(author_visibility="name_hidden")).and_then()
    names = gone_on.state.names
    assert names.hides("karin")
    assert names.hides("oskar")
    assert len({names.told("karin"), names.told("oskar"), "karin", "oskar"}) == 4
    shown = gone_on.when(giving.showing_name()).and_then().state.names
    assert (shown.told("karin"), shown.told("oskar")) == ("karin", names.told("oskar"))


def test_a_pseudonym_is_of_one_idea():
    other = IDEA.fold([SUBMITTED])
    elsewhere = given(IDEA).when(giving.having(idea_id=OTHER_IDEA_ID, author_visibility="name_hidden")).and_then().state
    assert other.names.told("karin") != elsewhere.names.told("karin")


@pytest.mark.parametrize(
    ("by", "offered"),
    [
        (KARIN, {"revise", "withdraw", "comments", "lessons", "accept", "decline-join", "authorship", "show-name"}),
        (OSKAR, {"support", "comments", "joins"}),
        (LEYLA, {"support", "comments"}),
        (AMINA, {"support", "comments", "joins", "lessons", "review", "coach", "ask"}),
        (
            BENGT,
            {"support", "comments", "joins", "authorship", "hand-over", "hold", "select", "decline", "realise"},
        ),
        (somebody("asta", "analyst"), set()),
    ],
)
def test_a_caller_is_offered_what_they_may_do_and_nothing_else(by, offered):
    assert set(allowed_actions(IDEA_OF_KARIN.state, by)) == offered


def test_whoever_is_hidden_is_answered_by_what_they_are_called_here():
    gone_on = IDEA_OF_KARIN.when(giving.transferring()).and_then()
    asked = gone_on.when(giving.asking(by=KARIN)).and_then()
    told = asked.state.names.told("karin")
    assert told != "karin"
    joined = asked.when(giving.accepting(by=OSKAR, person_id=told)).then(
        JoinAccepted(idea_id=IDEA_ID, person_id="karin", accepted_by="oskar")
    )
    back = giving.transferring(by=OSKAR, author=Author(kind="employee", person_id=told))
    assert joined.when(back).and_then().state.author.person_id == "karin"
