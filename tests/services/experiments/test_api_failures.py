"""The wall of failures over HTTP: an experiment that fails hangs there with what it taught, and without names."""

from __future__ import annotations

import pytest

from services.experiments.experiment import CHECKED
from tests.services.experiments.lessons import IDEA, STATEMENT

HYPOTHESIS = "Videosamtal kan ersätta hälften av hembesöken."
HALF = {
    "id": "share",
    "metric": "Andel besök på video",
    "unit_of_measure": "%",
    "direction": "at_least",
    "threshold": "50",
    "role": "goal",
}
SEEN = {"criterion_id": "share", "value": "18", "evidence_type": "usage_data", "observed_on": "2026-05-04"}
NOTHING = {"checks": {name: {"answer": "no"} for name in CHECKED}}


def failing(by, **fields):
    """An experiment that somebody plans, runs, and concludes as failed."""
    plan = {"title": "Video i hemtjänsten", "hypothesis": HYPOTHESIS, "idea_ids": [IDEA], **fields}
    experiment_id = by.post("/experiments", plan).json["experiment_id"]
    one = f"/experiments/{experiment_id}"
    by.post(f"{one}/criteria", {"criteria": [HALF]})
    by.post(f"{one}/checks", NOTHING)
    by.post(f"{one}/start")
    by.post(f"{one}/observations", SEEN)
    by.post(f"{one}/end-measuring")
    by.post(f"{one}/conclude", {"outcome": "failed", "evidence_level": "moderate"})
    return experiment_id


def on_the_wall(api, somebody, query=""):
    api.catch_up()
    return somebody.get(f"/failures{query}").json["items"]


@pytest.fixture
def karin(api):
    return api.as_("employee", sub="karin", unit="vof-hemvard")


@pytest.fixture
def jonas(api):
    return api.as_("employee", sub="jonas", unit="sof")


def test_a_failure_says_what_was_expected_seen_and_learned_and_not_by_whom(api, karin, jonas):
    failed = failing(karin)
    lesson_id = karin.post("/lessons", {"statement": STATEMENT, "experiment_ids": [failed]}).json["lesson_id"]
    (shown,) = on_the_wall(api, jonas)
    (result,) = shown["per_criterion"]
    assert (shown["experiment_id"], shown["hypothesis"], shown["unit"]) == (failed, HYPOTHESIS, "vof-hemvard")
    assert (result["expected"], result["observed"], result["met"]) == ("50", "18", False)
    assert [(lesson["lesson_id"], lesson["statement"]) for lesson in shown["lessons"]] == [(lesson_id, STATEMENT)]
    assert karin.person_id not in str(shown)


def test_what_was_learned_before_the_experiment_failed_is_there_as_well(api, karin, jonas):
    experiment_id = karin.post("/experiments", {"title": "Ett annat"}).json["experiment_id"]
    karin.post("/lessons", {"statement": STATEMENT, "experiment_ids": [experiment_id]})
    assert on_the_wall(api, jonas) == []


def test_a_reopened_experiment_is_taken_down(api, karin, jonas):
    one = f"/experiments/{failing(karin)}"
    karin.post(f"{one}/reopen", {"reason": "En mätning saknades."})
    assert on_the_wall(api, jonas) == []


def test_whom_to_ask_is_shown_if_they_want_to_be_asked(api, karin, jonas):
    failing(karin, contact_shown=True)
    (shown,) = on_the_wall(api, jonas)
    assert shown["contact"] == karin.person_id


def test_the_wall_is_searched_filtered_and_paged(api, karin, jonas):
    video = failing(karin)
    garden = failing(jonas, title="Odling på taket", hypothesis="Fler går ut på rasten.", idea_ids=[])
    for query, found in (
        ("", [garden, video]),
        ("?text=videosamtal", [video]),
        ("?unit=sof", [garden]),
        ("?unit=vof", [video]),
        ("?text=videosamtal&unit=sof", []),
    ):
        assert [item["experiment_id"] for item in on_the_wall(api, karin, query)] == found, query
    first = karin.get("/failures?limit=1").json
    second = karin.get(f"/failures?limit=1&after={first['next']}").json
    assert [page["items"][0]["experiment_id"] for page in (first, second)] == [garden, video]
    assert second["next"] is None


def test_the_board_shows_what_is_being_tested_and_what_is_over(api, karin, jonas):
    failed = failing(karin)
    planned = jonas.post("/experiments", {"title": "Sång", "phase": "pilot", "idea_ids": [IDEA]}).json["experiment_id"]
    api.catch_up()
    for query, found in (
        ("", [planned, failed]),
        ("?outcome=failed", [failed]),
        ("?state=draft,running", [planned]),
        ("?phase=pilot", [planned]),
        ("?unit=vof", [failed]),
        (f"?idea_id={IDEA}&sort=ending_soonest", None),
    ):
        shown = [item["experiment_id"] for item in jonas.get(f"/experiments{query}").json["items"]]
        assert shown == found or (found is None and set(shown) == {planned, failed}), query
