"""Who is told what, and that every order in which histories arrive gives the same notifications."""

from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.decider import change, handle
from chassis.testing.history import History
from contracts.experiments import FollowUpAssigned, OwnerChanged, TeamChanged
from contracts.ideas import (
    AuthorshipTransferred,
    ChallengeClosed,
    CoachAssigned,
    IdeaHandedOver,
    IdeaSupported,
    JoinAccepted,
    JoinRequested,
    MoreInformationRequested,
    ParticipantLeft,
    ReviewStarted,
    SupportWithdrawn,
)
from contracts.notifications import Followed, Unfollowed
from contracts.values import Author
from services.notifications.reactions.happening import notification_id
from services.notifications.subscription import SUBSCRIPTION
from tests.services.notifications.arrivals import OWN, STEPS, Arrivals
from tests.services.notifications.happenings import (
    MANDATE,
    OF_EXPERIMENT,
    closed,
    commented,
    concluded,
    decided,
    declined,
    drafted,
    lesson,
    opened,
    prompted,
    selected,
    started,
    submitted,
)
from tests.services.notifications.people import (
    ANNA,
    BO,
    CHALLENGE,
    CILLA,
    COACH,
    DECIDER,
    EXPERIMENT,
    IDEA,
    KARIN,
    LESSON,
    at,
)

IDEA_STREAM, EXPERIMENT_STREAM = f"idea-{IDEA}", f"experiment-{EXPERIMENT}"
CHALLENGE_STREAM, LESSON_STREAM = f"challenge-{CHALLENGE}", f"lesson-{LESSON}"


@pytest.fixture
def arrive(tmp_path_factory):
    """Lets a history arrive; gives the rules before they have heard of anything."""
    made = []

    def arrive(history):
        made.append(Arrivals(tmp_path_factory.mktemp("arrivals"), history))
        return made[-1]

    yield arrive
    for arrivals in made:
        arrivals.close()


def history(*told):
    """(stream, by, event) in the order of recording, a minute apart."""
    made = History(OWN)
    for stream, by, event in told:
        service = "ideas" if stream.split("-")[0] in ("idea", "challenge") else "experiments"
        made.add(service, stream, event, by=by)
    return made


def follow(arrivals, person, subject, minute=0, reason="manual"):
    """Somebody follows by hand."""
    event = Followed(person_id=person, subject=subject, reason=reason, counts_from=at(minute))
    handle(arrivals.store, change(SUBSCRIPTION, person, lambda _: [event]))
    return arrivals


FAILURE = history((IDEA_STREAM, ANNA, submitted()), (EXPERIMENT_STREAM, CILLA, concluded("failed")))
FOUR = [
    ("follow-by-themselves", "ideas"),
    ("tell-followers", "ideas"),
    ("tell-followers", "experiments"),
    ("tell-followers", OWN),
]


def test_a_failure_and_the_authors_follow_make_one_notification_in_every_order(arrive):
    for order in permutations(FOUR):
        arrivals = arrive(FAILURE)
        for step in order:
            arrivals.step(*step)
        assert arrivals.drain().told() == [(ANNA, "follower", "experiment-failed")], order


def test_the_follow_comes_last_and_still_counts_from_its_cause(arrive):
    arrivals = arrive(FAILURE)
    assert arrivals.step("tell-followers", "experiments")
    assert arrivals.told() == []
    arrivals.step("follow-by-themselves", "ideas")
    assert arrivals.told() == []
    arrivals.step("tell-followers", OWN)
    assert arrivals.told() == [(ANNA, "follower", "experiment-failed")]


def test_the_event_comes_last_and_finds_the_follow(arrive):
    arrivals = arrive(FAILURE)
    arrivals.step("follow-by-themselves", "ideas")
    arrivals.step("tell-followers", OWN)
    assert arrivals.told() == []
    arrivals.step("tell-followers", "experiments")
    assert arrivals.told() == [(ANNA, "follower", "experiment-failed")]


def test_a_notification_is_named_by_event_person_and_rule(arrive):
    (told,) = arrive(FAILURE).drain().raised()
    assert told.notification_id == notification_id(f"{EXPERIMENT_STREAM}@1", ANNA, "follower")
    assert (told.subject, told.cause.event_id) == (EXPERIMENT_STREAM, f"{EXPERIMENT_STREAM}@1")
    assert (told.cause.service, told.cause.partition, told.cause.position) == ("experiments", 0, 1)
    assert told.cause.happened_at == FAILURE.events[1].recorded_at


STORY = history(
    (CHALLENGE_STREAM, COACH, opened()),
    (IDEA_STREAM, ANNA, submitted(coauthors=(KARIN,))),
    (IDEA_STREAM, BO, IdeaSupported(idea_id=IDEA, supporter_id=BO)),
    (IDEA_STREAM, BO, commented(BO)),
    (IDEA_STREAM, CILLA, JoinRequested(idea_id=IDEA, person_id=CILLA)),
    (IDEA_STREAM, ANNA, JoinAccepted(idea_id=IDEA, person_id=CILLA, accepted_by=ANNA)),
    (IDEA_STREAM, DECIDER, selected(responsible=ANNA)),
    (EXPERIMENT_STREAM, CILLA, drafted(team=(BO,))),
    (EXPERIMENT_STREAM, CILLA, started()),
    (EXPERIMENT_STREAM, CILLA, concluded("failed")),
    (EXPERIMENT_STREAM, CILLA, prompted()),
    (LESSON_STREAM, CILLA, lesson()),
    (EXPERIMENT_STREAM, "a-rule", closed()),
    (EXPERIMENT_STREAM, DECIDER, decided()),
)
TOLD = sorted(
    [
        *((person, "follower", "comment-added") for person in (ANNA, KARIN)),
        *((person, "author", "join-requested") for person in (ANNA, KARIN)),
        (CILLA, "asker", "join-accepted"),
        *((person, "follower", "idea-selected") for person in (KARIN, BO, CILLA)),
        (ANNA, "responsible", "idea-selected"),
        *(
            (person, "follower", kind)
            for person in (ANNA, KARIN, BO)
            for kind in ("experiment-started", "experiment-failed", "lesson-recorded")
        ),
        (CILLA, "owner", "lesson-prompted"),
        *(
            (person, "follower", kind)
            for person in (ANNA, KARIN, BO, CILLA)
            for kind in ("experiment-closed", "decision-taken")
        ),
    ]
)


def test_the_whole_story_tells_each_of_them_what_matters_and_nobody_of_their_own_doing(arrive):
    assert arrive(STORY).drain().told() == TOLD


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STEPS), max_size=60))
def test_however_the_histories_arrive_everybody_is_told_the_same_once(arrive, steps):
    arrivals = arrive(STORY)
    for step in steps:
        arrivals.step(*step)
    assert arrivals.drain().told() == TOLD
    assert arrivals.again().drain().told() == TOLD


def test_only_what_happened_since_counts(arrive):
    arrivals = arrive(FAILURE)
    follow(arrivals, BO, EXPERIMENT_STREAM, minute=2)
    follow(arrivals, KARIN, EXPERIMENT_STREAM, minute=1)
    told = [person for person, _, _ in arrivals.drain().told()]
    assert told == sorted([ANNA, KARIN])


def test_who_said_no_is_told_nothing_more(arrive):
    arrivals = follow(arrive(FAILURE), BO, EXPERIMENT_STREAM)
    no = Unfollowed(person_id=BO, subject=EXPERIMENT_STREAM, reason=None, counts_until=at(0))
    handle(arrivals.store, change(SUBSCRIPTION, BO, lambda _: [no]))
    while arrivals.step("tell-followers", OWN):
        pass
    assert [person for person, _, _ in arrivals.drain().told()] == [ANNA]


def test_support_taken_back_ends_the_follow_it_was_the_reason_for(arrive):
    told = arrive(
        history(
            (IDEA_STREAM, ANNA, submitted()),
            (IDEA_STREAM, BO, IdeaSupported(idea_id=IDEA, supporter_id=BO)),
            (IDEA_STREAM, BO, SupportWithdrawn(idea_id=IDEA, supporter_id=BO)),
            (IDEA_STREAM, DECIDER, declined()),
        )
    )
    while told.step("follow-by-themselves", "ideas") or told.step("tell-followers", OWN):
        pass
    assert told.drain().told() == [(ANNA, "follower", "idea-declined")]


def test_followers_of_units_tags_and_challenges_hear_of_what_is_theirs(arrive):
    asked = submitted(tags=("Hemtjänst",), challenge_id=CHALLENGE, origin="challenge")
    over = ChallengeClosed(challenge_id=CHALLENGE, unit="vof", outcome_text="Tolv idéer.", closed_by=COACH)
    moved = IdeaHandedOver(idea_id=IDEA, from_unit="vof", to_unit="suf", reason="Er fråga.", mandate=MANDATE)
    arrivals = arrive(
        history(
            (CHALLENGE_STREAM, COACH, opened()),
            (IDEA_STREAM, ANNA, asked),
            (IDEA_STREAM, DECIDER, moved),
            (CHALLENGE_STREAM, COACH, over),
        )
    )
    follow(arrivals, BO, "unit-vof")
    follow(arrivals, CILLA, "tag-hemtjänst")
    follow(arrivals, KARIN, CHALLENGE_STREAM)
    follow(arrivals, DECIDER, "unit-skola")
    assert [t for t in arrivals.drain().told() if t[0] != ANNA] == sorted(
        [
            *((BO, "follower", kind) for kind in ("challenge-opened", "idea-submitted", "challenge-closed")),
            *((KARIN, "follower", kind) for kind in ("challenge-opened", "idea-submitted", "challenge-closed")),
            (CILLA, "follower", "idea-submitted"),
        ]
    )


@pytest.mark.parametrize("outcome", ["succeeded", "failed", "inconclusive", "stopped_early", "invalidated"])
def test_every_conclusion_is_told(arrive, outcome):
    arrivals = arrive(history((IDEA_STREAM, ANNA, submitted()), (EXPERIMENT_STREAM, CILLA, concluded(outcome))))
    told = arrivals.drain().told()
    assert told == [(ANNA, "follower", f"experiment-{outcome.replace('_', '-')}")]


def test_who_concludes_is_asked_for_the_lesson_once_though_it_was_their_own_doing(arrive):
    arrivals = arrive(history((EXPERIMENT_STREAM, CILLA, concluded()), (EXPERIMENT_STREAM, CILLA, prompted())))
    assert arrivals.drain().told() == [(CILLA, "owner", "lesson-prompted")]


def test_those_an_event_is_meant_for_are_told_whatever_they_follow(arrive):
    ask = MoreInformationRequested(idea_id=IDEA, unit="vof", question="Hur många?", requested_by=COACH)
    handed = AuthorshipTransferred(
        idea_id=IDEA,
        previous=Author(kind="employee", person_id=ANNA),
        author=Author(kind="employee", person_id=BO),
        author_visibility="named",
        transferred_by=ANNA,
    )
    owner = OwnerChanged(**OF_EXPERIMENT, previous=CILLA, to=KARIN, reason="Byter jobb.", changed_by=CILLA)
    team = TeamChanged(**OF_EXPERIMENT, owner=KARIN, team=(BO,), joined=(BO,), changed_by=KARIN)
    later = FollowUpAssigned(**OF_EXPERIMENT, follow_up_id=LESSON, what="Ring.", assignee=ANNA, assigned_by=KARIN)
    told = arrive(
        history(
            (IDEA_STREAM, ANNA, submitted(coauthors=(KARIN,))),
            (IDEA_STREAM, KARIN, ParticipantLeft(idea_id=IDEA, person_id=KARIN)),
            (IDEA_STREAM, COACH, CoachAssigned(idea_id=IDEA, unit="vof", coach_id=DECIDER, assigned_by=COACH)),
            (IDEA_STREAM, COACH, ask),
            (IDEA_STREAM, ANNA, handed),
            (IDEA_STREAM, COACH, ask),
            (EXPERIMENT_STREAM, COACH, drafted(owner=CILLA, drafted_by=COACH)),
            (EXPERIMENT_STREAM, CILLA, owner),
            (EXPERIMENT_STREAM, KARIN, team),
            (EXPERIMENT_STREAM, KARIN, later),
        )
    )
    assert told.drain().told() == sorted(
        [
            (DECIDER, "responsible", "coach-assigned"),
            (ANNA, "author", "more-information-requested"),
            (BO, "author", "authorship-transferred"),
            (BO, "author", "more-information-requested"),
            (CILLA, "owner", "experiment-drafted"),
            (KARIN, "owner", "owner-changed"),
            (BO, "responsible", "team-changed"),
            (ANNA, "responsible", "follow-up-assigned"),
        ]
    )


def test_what_was_imported_is_told_to_nobody(arrive):
    made = History(OWN)
    years_ago = datetime(2019, 5, 1, tzinfo=UTC)
    made.add("ideas", IDEA_STREAM, submitted(), declined(), by="importer", occurred_at=years_ago)
    arrivals = arrive(made)
    follow(arrivals, BO, "unit-vof")
    assert arrivals.drain().told() == []


def test_a_group_has_no_author_to_tell_and_who_wrote_for_it_is_not_its_author(arrive):
    arrivals = arrive(history((IDEA_STREAM, BO, submitted(author=None)), (IDEA_STREAM, DECIDER, declined())))
    assert arrivals.drain().told() == []


def test_a_hidden_author_is_in_no_notification_to_others(arrive):
    hidden = submitted(author_visibility="name_hidden", tags=("natt",))
    told = history(
        (IDEA_STREAM, ANNA, hidden),
        (IDEA_STREAM, BO, IdeaSupported(idea_id=IDEA, supporter_id=BO)),
        (IDEA_STREAM, ANNA, commented(ANNA)),
        (IDEA_STREAM, CILLA, JoinRequested(idea_id=IDEA, person_id=CILLA)),
        (IDEA_STREAM, ANNA, JoinAccepted(idea_id=IDEA, person_id=CILLA, accepted_by=ANNA)),
        (IDEA_STREAM, COACH, ReviewStarted(idea_id=IDEA, unit="vof", reviewed_by=COACH)),
        (EXPERIMENT_STREAM, ANNA, drafted(owner=ANNA)),
        (EXPERIMENT_STREAM, ANNA, concluded(owner=ANNA)),
        (LESSON_STREAM, ANNA, lesson(by=ANNA)),
    )
    arrivals = follow(arrive(told), KARIN, "tag-natt")
    others = [n for n in arrivals.drain().raised() if n.recipient != ANNA]
    assert {n.recipient for n in others} == {BO, CILLA, KARIN}
    assert ANNA not in repr(others)
    assert {n.actor for n in others} == {None, COACH}
