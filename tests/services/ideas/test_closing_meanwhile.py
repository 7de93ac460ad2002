"""An idea cannot enter a challenge that closes at the same moment: tried on a real store, from several threads."""

from __future__ import annotations

import threading
from functools import partial
from uuid import uuid4

import pytest

from chassis.decider import Request, change, handle
from chassis.errors import Refused
from chassis.recorded import Metadata
from chassis.store.protocol import Append, Change, NewEvent
from chassis.store.sqlite import SqliteStore
from contracts.ideas import ChallengeClosed, IdeaSubmitted
from services.ideas.api_ideas import submit_idea, submit_ideas
from services.ideas.challenge import CHALLENGE, CloseChallenge, close
from services.ideas.idea_writing import SubmitIdea, SubmitIdeas, WrittenIdea
from tests.services.ideas.people import AMINA, CHALLENGE_ID, CHALLENGES, KARIN, WORKSHOP_ID

CHALLENGE_STREAM = CHALLENGE.stream(CHALLENGE_ID)


@pytest.fixture
def opened(tmp_path):
    """Gives one more connection to a store with an open challenge in it."""
    stores = []

    def open_one(name="ideas"):
        stores.append(SqliteStore(tmp_path / f"{name}.sqlite", "ideas", master_key=bytes(32)))
        if not stores[-1].read_stream(CHALLENGE_STREAM):
            new = [NewEvent(id=str(uuid4()), event=e, metadata=Metadata(by="amina")) for e in CHALLENGES["open"]]
            stores[-1].append(Append(changes=[Change(stream=CHALLENGE_STREAM, expected=0, events=new)]))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


def an_idea():
    words = {"title": "Promenadmöten", "what": "Gå."}
    return SubmitIdea(idea_id=str(uuid4()), by=KARIN, challenge_id=CHALLENGE_ID, **words)


def a_batch():
    return SubmitIdeas(
        idea_ids=tuple(str(uuid4()) for _ in range(200)),
        by=AMINA,
        challenge_id=CHALLENGE_ID,
        workshop_id=WORKSHOP_ID,
        ideas=tuple(WrittenIdea(title=f"Idé {n}", what="Gå.") for n in range(200)),
    )


def closing(store):
    command = CloseChallenge(challenge_id=CHALLENGE_ID, by=AMINA, outcome_text="Klart.")
    handle(store, change(CHALLENGE, CHALLENGE_ID, partial(close, command)))


def history(store):
    return [recorded.event for recorded in store.read(0, 0, 10_000)]


def test_what_was_decided_on_an_open_challenge_is_not_recorded_in_a_closed_one(opened):
    store, other = opened(), opened()
    tries = []

    def work(attempt):
        submit_idea(an_idea())(attempt)
        if not tries:
            closing(other)
        tries.append(attempt)

    with pytest.raises(Refused, match="challenge-takes-no-ideas"):
        handle(store, work, Request())
    assert len(tries) == 1
    assert not [e for e in history(store) if isinstance(e, IdeaSubmitted)]


def test_a_batch_is_recorded_whole_or_not_at_all(opened):
    store, other = opened(), opened()
    handle(store, submit_ideas(a_batch()))
    assert len([e for e in history(store) if isinstance(e, IdeaSubmitted)]) == 200
    closing(other)
    with pytest.raises(Refused):
        handle(store, submit_ideas(a_batch()))
    assert len([e for e in history(store) if isinstance(e, IdeaSubmitted)]) == 200


def test_however_they_race_no_idea_comes_after_the_closing(opened):
    for number in range(15):
        stores = [opened(f"race-{number}") for _ in range(3)]
        start, answers = threading.Barrier(3), []

        def submit(store, start=start, answers=answers):
            start.wait()
            for _ in range(6):
                try:
                    handle(store, submit_idea(an_idea()))
                    answers.append("in")
                except Refused:
                    answers.append("refused")

        def end(store, start=start):
            start.wait()
            closing(store)

        threads = [
            threading.Thread(target=what, args=(s,)) for what, s in zip((submit, submit, end), stores, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kinds = [type(event) for event in history(stores[0])]
        assert IdeaSubmitted not in kinds[kinds.index(ChallengeClosed) :]
        assert kinds.count(IdeaSubmitted) == answers.count("in")
        assert len(answers) == 12
