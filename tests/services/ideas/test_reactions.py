"""Experiments move ideas; drafts and people are forgotten."""

from __future__ import annotations

import pytest

from contracts.experiments import (
    DecisionTaken,
    ExperimentFailed,
    ExperimentReopened,
    ExperimentStarted,
)
from contracts.notifications import PersonErased
from contracts.values import Mandate
from tests.services.ideas.people import EXPERIMENT_ID

WRITTEN = {"title": "Videosamtal", "what": "Ring i stället för att åka."}
MANDATE = Mandate(decided_by="bengt", decided_as="decider", for_unit="vof")


@pytest.fixture
def karin(api):
    return api.as_("employee")


@pytest.fixture
def idea_id(karin):
    return karin.post("/ideas", WRITTEN).json["idea_id"]


@pytest.fixture
def happens(api, others, idea_id):
    """Something happens to the experiment with this idea, and with one that nobody had."""
    of = {
        "idea_ids": (idea_id, EXPERIMENT_ID, idea_id),
        "unit": "vof",
        "title": "Video",
        "experiment_id": EXPERIMENT_ID,
    }

    def happen(kind, **fields):
        others["experiments"].add(f"experiment-{EXPERIMENT_ID}", kind(**of, **fields), "erik")
        api.catch_up()

    return happen


STARTED = {"hypothesis": "Hälften räcker.", "criteria": (), "criteria_hash": "0" * 64, "owner": "erik"}
CONCLUDED = {"hypothesis": "Hälften räcker.", "evidence_level": "moderate", "owner": "erik", "concluded_by": "erik"}


def test_an_experiment_moves_its_idea_from_start_to_decision_and_back(karin, idea_id, happens):
    def state():
        return karin.get(f"/ideas/{idea_id}").json["state"]

    happens(ExperimentStarted, **STARTED, started_by="erik")
    assert state() == "in_experiment"
    happens(ExperimentFailed, **CONCLUDED)
    assert state() == "in_experiment"
    decided = {"reason": "Byt spår.", "outcome": "failed", "owner": "erik", "mandate": MANDATE}
    happens(DecisionTaken, decision="pivot", **decided)
    assert state() == "selected"
    happens(
        ExperimentReopened, reason="Mätfel.", previous_outcome="failed", leads_to="awaiting_conclusion", reopened_by="a"
    )
    assert state() == "in_experiment"
    (tested,) = karin.get(f"/ideas/{idea_id}").json["tests"]
    assert tested["decision"] is None


def test_a_cancelled_experiment_that_is_planned_again_moves_nothing(karin, idea_id, happens):
    happens(ExperimentReopened, reason="Ändå.", previous_outcome=None, leads_to="draft", reopened_by="a")
    shown = karin.get(f"/ideas/{idea_id}").json
    assert (shown["state"], shown["tests"]) == ("submitted", [])


def test_a_hand_over_says_on_the_page_who_took_it_over(karin, idea_id, happens):
    happens(ExperimentStarted, **STARTED, started_by="erik")
    decided = {"reason": "Det fungerar.", "outcome": "succeeded", "owner": "erik", "mandate": MANDATE}
    happens(DecisionTaken, decision="hand_over", receiver="Hemvården", **decided)
    shown = karin.get(f"/ideas/{idea_id}").json
    assert shown["state"] == "realised"
    assert [(d["step"], d["receiver"], d["reason"]) for d in shown["decisions"]] == [
        ("realised", "Hemvården", "Det fungerar.")
    ]


def test_the_text_of_a_discarded_draft_cannot_be_opened_any_more(api, karin):
    draft = karin.post("/ideas", {**WRITTEN, "draft": True}).json["idea_id"]
    (begun,) = api.store.read_stream(f"idea-{draft}")
    assert api.store.open([begun.event.what]) == {begun.event.what: WRITTEN["what"]}
    karin.post(f"/ideas/{draft}/discard")
    api.catch_up()
    assert api.store.open([begun.event.what]) == {}
    karin.get(f"/ideas/{draft}", expect=404)


@pytest.mark.parametrize(("scope", "left"), [("profile", "Så bra."), ("profile_and_texts", None)])
def test_what_an_erased_person_wrote_is_forgotten_if_that_was_decided(api, others, karin, idea_id, scope, left):
    oskar = api.as_("employee", sub="oskar")
    oskar.post(f"/ideas/{idea_id}/comments", {"text": "Så bra."})
    erased = PersonErased(person_id=oskar.person_id, scope=scope, basis="Hon har slutat.", decided_by="asta")
    others["notifications"].add(f"person-{oskar.person_id}", erased, "asta")
    api.catch_up()
    (comment,) = karin.get(f"/ideas/{idea_id}").json["comments"]
    assert (comment["text"], comment["commenter_id"]) == (left, oskar.person_id)


def test_a_draft_of_an_erased_person_cannot_be_submitted_as_it_is(api, others, karin):
    draft = karin.post("/ideas", {**WRITTEN, "draft": True}).json["idea_id"]
    erased = PersonErased(person_id=karin.person_id, scope="profile_and_texts", basis="Begärt.", decided_by="asta")
    others["notifications"].add(f"person-{karin.person_id}", erased, "asta")
    api.catch_up()
    assert karin.post(f"/ideas/{draft}/submit", expect=422).slug == "needed-to-submit"
