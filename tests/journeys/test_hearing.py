"""What one person does, another hears of: across services, once, and seen right after."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import httpx
import pytest

from nyfiken.demo import texts

SEEN = {"criterion_id": "tillsyn-pa-distans", "value": "20", "evidence_type": "usage_data"}


@pytest.fixture
def anew(person):
    """People of this test alone."""
    return lambda *names: [person(f"{name}-{uuid4()}") for name in names]


@pytest.fixture
def failed(anew):
    """Karin's idea, tried by Leyla, has failed: (idea, experiment, karin, leyla)."""
    karin, leyla = anew("karin", "leyla")
    idea = karin.post("/ideas", {"title": "Tyst timme", "what": "En timme utan möten."}, expect=201)["idea_id"]
    return idea, try_and_fail(leyla, idea), karin, leyla


def try_and_fail(owner, idea, before_conclusion=lambda test: None):
    plan = {**texts.SECOND_TEST, "idea_ids": [idea]}
    test = owner.post("/experiments", plan, expect=201)["experiment_id"]
    owner.post(f"/experiments/{test}/criteria", {"criteria": texts.SECOND_CRITERIA})
    owner.post(f"/experiments/{test}/checks", {"checks": texts.NOTHING_TO_CARE_FOR})
    owner.post(f"/experiments/{test}/start")
    owner.post(f"/experiments/{test}/observations", {**SEEN, "observed_on": date.today().isoformat()})
    owner.post(f"/experiments/{test}/end-measuring")
    before_conclusion(test)
    owner.post(f"/experiments/{test}/conclude", {"outcome": "failed", "evidence_level": "weak"})
    return test


def notices(somebody, happening, subject):
    items = somebody.get("/inbox?limit=200")["items"]
    return [one for one in items if (one["event_type"], one["subject"]) == (f"{happening}.v1", subject)]


def test_a_failed_experiment_tells_the_author_once(failed):
    _, test, karin, _ = failed
    assert len(notices(karin, "experiment-failed", f"experiment-{test}")) == 1


def test_a_failed_experiment_asks_its_owner_for_the_lesson_once(failed):
    _, test, _, leyla = failed
    assert len(notices(leyla, "lesson-prompted", f"experiment-{test}")) == 1


def test_a_supporter_hears_of_the_failure_and_a_stranger_does_not(anew):
    karin, leyla, maja, stranger = anew("karin", "leyla", "maja", "nobody")
    idea = karin.post("/ideas", {"title": "Promenadmöten", "what": "Möten gående."}, expect=201)["idea_id"]
    maja.put(f"/ideas/{idea}/support")
    test = try_and_fail(leyla, idea)
    assert len(notices(maja, "experiment-failed", f"experiment-{test}")) == 1
    assert stranger.get("/inbox")["items"] == []


def test_a_lesson_closes_its_experiment(failed):
    _, test, _, leyla = failed
    assert leyla.get(f"/experiments/{test}")["state"] == "awaiting_lesson"
    leyla.post("/lessons", {"statement": "Tystnad räcker inte.", "experiment_ids": [test]}, expect=201)
    assert leyla.get(f"/experiments/{test}")["state"] == "closed"


def test_a_lesson_recorded_before_the_conclusion_still_closes_its_experiment(anew):
    karin, leyla = anew("karin", "leyla")
    idea = karin.post("/ideas", {"title": "Odling", "what": "Odla på gården."}, expect=201)["idea_id"]

    def write_down(test):
        leyla.post("/lessons", {"statement": "Börja i april.", "experiment_ids": [test]}, expect=201)
        leyla.get(f"/experiments/{test}")  # waits until the lesson is attached

    test = try_and_fail(leyla, idea, before_conclusion=write_down)
    assert leyla.get(f"/experiments/{test}")["state"] == "closed"
    assert notices(leyla, "lesson-prompted", f"experiment-{test}") == []


def test_the_story_of_an_idea_goes_from_its_first_word_to_the_lesson(failed):
    idea, test, karin, leyla = failed
    leyla.post("/lessons", {"statement": "Tystnad räcker inte.", "experiment_ids": [test]}, expect=201)
    kinds = [one["what"] for one in karin.get(f"/ideas/{idea}/story?limit=200")["items"]]
    order = ("idea-submitted", "experiment-drafted", "experiment-started", "experiment-failed", "lesson-recorded")
    assert [kind for kind in kinds if kind in order] == list(order)


def test_what_was_just_written_is_seen(person):
    karin = person("karin")
    for n in range(20):
        title = f"Nummer {n} av {uuid4()}"
        idea = karin.post("/ideas", {"title": title, "what": "Något nytt."}, expect=201)["idea_id"]
        newest = karin.get("/ideas?sort=newest&limit=1")["items"][0]
        assert (newest["idea_id"], newest["title"]) == (idea, title)


@pytest.mark.parametrize("service", ["ideas", "experiments", "notifications"])
@pytest.mark.parametrize("path", ["/events?partition=0", "/events/heads"])
def test_a_feed_says_nothing_to_who_has_no_token(platform, service, path):
    answer = httpx.get(f"{platform.urls[service]}{path}")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_people_are_told_goes_to_services_only(platform, failed):
    token = platform.token("ingrid", "employee", "analyst")
    for service in ("ideas", "notifications"):
        feed = httpx.get(
            f"{platform.urls[service]}/events?partition=0&after=0&limit=500",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert feed.status_code == 200
        shown = [one for one in feed.json() if "data" in one]
        assert bool(shown) == (service == "ideas")
