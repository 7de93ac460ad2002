"""What is always true of challenges and ideas, whatever commands are given in whatever order by whomever."""

from __future__ import annotations

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.errors import Refusal
from contracts.event import decode, encode
from contracts.ideas import ChallengeState, IdeaState, IdeaSubmitted
from contracts.values import Author
from services.ideas.api_feed import OF_AUTHORS
from services.ideas.challenge import CHALLENGE
from services.ideas.idea import IDEA
from services.ideas.idea_rights import allowed_actions
from services.ideas.read_models.moves import state_after
from tests.services.ideas import giving
from tests.services.ideas.people import (
    AMINA,
    BENGT,
    CHIEF,
    EXPERIMENT_ID,
    KARIN,
    LEYLA,
    OSKAR,
    OTHER_EXPERIMENT_ID,
)
from tests.services.ideas.test_challenge import COMMANDS as CHALLENGE_COMMANDS
from tests.services.ideas.test_challenge import DRAFT, draft

PEOPLE = (AMINA, BENGT, CHIEF, KARIN, LEYLA, OSKAR)
BY_ANYBODY = (
    *(giving.revising, giving.discarding, giving.withdrawing, giving.building_on),
    *(giving.supporting, giving.no_longer_supporting, giving.commenting, giving.asking, giving.leaving),
    *(giving.showing_name, giving.reviewing, giving.assigning, giving.questioning, giving.handing_over),
    *(giving.holding, giving.selecting, giving.declining, giving.realising, giving.reopening),
)
somebody = st.sampled_from(PEOPLE)
one = st.sampled_from([person.person_id for person in PEOPLE])
visibility = st.sampled_from(["named", "name_hidden"])
experiment = st.sampled_from([EXPERIMENT_ID, OTHER_EXPERIMENT_ID])
authors = st.one_of(
    st.builds(Author, kind=st.just("employee"), person_id=one), st.just(Author(kind="group", label="Kajen"))
)


def given_by(command, **fields):
    return st.builds(command, **fields)


beginnings = given_by(giving.having, by=somebody, draft=st.booleans(), author_visibility=visibility)
commands = st.one_of(
    st.builds(lambda command, by: command(by=by), st.sampled_from(BY_ANYBODY), somebody),
    given_by(giving.submitting, by=somebody),
    given_by(giving.accepting, by=somebody, person_id=one),
    given_by(giving.saying_no, by=somebody, person_id=one),
    given_by(giving.transferring, by=somebody, author=authors, author_visibility=visibility),
    given_by(giving.starting_test, experiment_id=experiment),
    given_by(giving.concluding_test, experiment_id=experiment),
    given_by(
        giving.deciding_test,
        experiment_id=experiment,
        decision=st.sampled_from(["scale", "pivot", "retire", "hand_over"]),
    ),
    given_by(giving.reopening_test, experiment_id=experiment),
)


@settings(max_examples=200, deadline=None)
@given(beginnings, st.lists(commands, min_size=5, max_size=60))
def test_an_idea_keeps_its_rules(begin, given_commands):
    idea, history = None, []
    for decide in (begin, *given_commands):
        before = idea
        try:
            happened = decide(idea)
        except Refusal:
            continue
        for event in happened:
            idea = IDEA.evolve(idea, event)
            history.append(event)
        check(before, idea)
    assert IDEA.fold(history) == idea
    assert shown_state(history) == (idea.state if idea.state not in ("draft", "gone") else None)
    assert IDEA.fold([travelled(event) for event in history]) == idea
    if idea:
        told = IDEA.fold([event for event in history if isinstance(event, OF_AUTHORS)])
        assert (told.names, told.involved) == (idea.names, idea.involved), "what the feed's rules look at"


def check(before, idea):
    if idea is None:
        return
    assert idea.state in (*get_args(IdeaState), "gone")
    assert not idea.supporters & idea.authors, "nobody supports an idea of their own"
    assert not idea.asking & idea.authors, "nobody asks to join what is theirs"
    assert len(set(idea.coauthors)) == len(idea.coauthors)
    assert idea.author.person_id not in idea.coauthors
    assert {idea.names.told(person) for person in idea.names.hidden if idea.names.hides(person)}.isdisjoint(
        person.person_id for person in PEOPLE
    )
    if idea.state == "draft":
        assert not idea.supporters
        assert not idea.comments
    if idea.state == "in_experiment":
        assert None in {trial.decision for trial in idea.tests.values()}, "what is tested waits for a decision"
    if before and before.state == "gone":
        assert idea == before
    for person in PEOPLE:
        assert len(set(allowed_actions(idea, person))) == len(allowed_actions(idea, person))


def shown_state(history):
    """Where the read models have an idea, once it is submitted."""
    state = None
    for event in history:
        if state or isinstance(event, IdeaSubmitted):
            state = state_after(event) or state
    return state


def travelled(event):
    """The event as others read it: what is personal is no part of the state."""
    name, data, _ = encode(event)
    return decode(name, data)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(list(CHALLENGE_COMMANDS.values())), max_size=30))
def test_a_challenge_keeps_its_rules(given_commands):
    challenge = CHALLENGE.fold(draft(DRAFT, None))
    for decide in given_commands:
        before = challenge
        try:
            happened = decide(challenge)
        except Refusal:
            continue
        challenge = CHALLENGE.fold(happened, challenge)
        assert challenge.state in get_args(ChallengeState)
        assert before.workshops <= challenge.workshops
        assert before.state != "cancelled" or challenge == before
        assert before.closes_on is None or challenge.closes_on is not None
