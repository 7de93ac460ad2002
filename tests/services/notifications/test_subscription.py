"""Rules of what somebody follows."""

from functools import partial

from hypothesis import given as examples
from hypothesis import strategies as st

from chassis.testing.gwt import given
from contracts.notifications import Followed, Unfollowed
from services.notifications.subscription import (
    RESPONSIBILITIES,
    SUBSCRIPTION,
    ChangePart,
    Follow,
    Unfollow,
    follow,
    leave_part,
    take_part,
    unfollow,
)
from tests.services.notifications.people import ANNA, IDEA, at, caller

SUBJECT = f"idea-{IDEA}"


def followed(reason, minute, subject=SUBJECT):
    return Followed(person_id=ANNA, subject=subject, reason=reason, counts_from=at(minute))


def unfollowed(minute, reason=None):
    return Unfollowed(person_id=ANNA, subject=SUBJECT, reason=reason, counts_until=at(minute))


def following(minute, subject=SUBJECT):
    return partial(follow, Follow(subject=subject, by=caller(ANNA), at=at(minute)))


def unfollowing(minute):
    return partial(unfollow, Unfollow(subject=SUBJECT, by=caller(ANNA), at=at(minute)))


def becoming(reason, minute):
    return partial(take_part, ChangePart(person_id=ANNA, subject=SUBJECT, reason=reason, since=at(minute)))


def leaving(reason, minute):
    return partial(leave_part, ChangePart(person_id=ANNA, subject=SUBJECT, reason=reason, since=at(minute)))


def test_following_by_hand_counts_from_now_and_once():
    given(SUBSCRIPTION).when(following(3)).then(followed("manual", 3)).when(following(4)).then_nothing()


def test_a_tag_is_the_same_in_capitals():
    given(SUBSCRIPTION).when(following(3, "tag-Hemtjänst")).then(followed("manual", 3, "tag-hemtjänst")).when(
        following(4, "tag-HEMTJÄNST")
    ).then_nothing()


def test_following_by_itself_counts_from_its_cause_and_once_for_each_reason():
    given(SUBSCRIPTION).when(becoming("support", 1)).then(followed("support", 1)).when(
        becoming("support", 2)
    ).then_nothing().when(becoming("comment", 2)).then(followed("comment", 2))


def test_one_reason_less_leaves_the_others():
    left = given(SUBSCRIPTION, followed("support", 1), followed("comment", 2)).when(leaving("support", 3))
    assert set(left.then(unfollowed(3, "support")).state.followed[SUBJECT].reasons) == {"comment"}


def test_the_last_reason_gone_is_no_longer_following():
    gone = given(SUBSCRIPTION, followed("support", 1)).when(leaving("support", 3)).then(unfollowed(3, "support"))
    assert not gone.state.followed
    gone.when(leaving("support", 4)).then_nothing()
    gone.when(becoming("support", 5)).then(followed("support", 5))


def test_saying_no_ends_every_reason():
    no = given(SUBSCRIPTION, followed("author", 0), followed("manual", 1)).when(unfollowing(2)).then(unfollowed(2))
    assert not no.state.followed
    no.when(unfollowing(3)).then_nothing()


def test_no_is_not_undone_by_supporting_or_commenting():
    no = given(SUBSCRIPTION, followed("support", 1), unfollowed(2))
    no.when(becoming("support", 3)).then_nothing()
    no.when(becoming("comment", 3)).then_nothing()


def test_no_is_not_undone_by_what_one_was_already():
    given(SUBSCRIPTION, followed("team", 1), unfollowed(2)).when(becoming("team", 3)).then_nothing()


def test_no_is_undone_by_hand_and_by_a_responsibility_taken_on_later():
    no = given(SUBSCRIPTION, followed("support", 1), unfollowed(2))
    no.when(following(3)).then(followed("manual", 3))
    no.when(becoming("join", 3)).then(followed("join", 3))
    no.when(becoming("join", 2)).then_nothing()


def test_a_responsibility_left_and_taken_on_again_counts_again():
    again = given(SUBSCRIPTION, followed("author", 1), unfollowed(2)).when(leaving("author", 3))
    again.then(unfollowed(3, "author")).when(becoming("author", 4)).then(followed("author", 4))


def test_no_may_be_said_before_the_follow_has_arrived():
    given(SUBSCRIPTION).when(unfollowing(2)).then(unfollowed(2)).when(becoming("support", 1)).then_nothing()


REASONS = ["author", "support", "comment", "join", "team"]
STEPS = st.one_of(
    st.sampled_from([following, unfollowing]),
    st.tuples(st.just(becoming), st.sampled_from(REASONS)),
    st.tuples(st.just(leaving), st.sampled_from(REASONS)),
)


@examples(st.lists(STEPS, max_size=12))
def test_after_a_no_only_a_hand_or_a_responsibility_makes_one_follow(steps):
    aggregate, said_no = given(SUBSCRIPTION), False
    for minute, step in enumerate(steps):
        make, *reason = step if isinstance(step, tuple) else (step,)
        after = aggregate.when(make(*reason, minute)).and_then()
        again = after.when(make(*reason, minute))
        assert not again.events, "the same again is nothing"
        follows = after.state is not None and SUBJECT in after.state.followed
        if make is unfollowing:
            said_no = True
            assert not follows
        elif make is following:
            said_no = False
            assert follows
        elif said_no and follows and not (aggregate.state and SUBJECT in aggregate.state.followed):
            assert set(reason) <= RESPONSIBILITIES
        aggregate = after
