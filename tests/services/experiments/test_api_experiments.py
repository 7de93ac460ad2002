"""Experiments over HTTP: the one of the story, and what is refused."""

from __future__ import annotations

import pytest

from services.experiments.experiment import CHECKED
from services.experiments.experiment_rights import ACTIONS
from tests.services.experiments.experiments import HYPOTHESIS, IDEA

SHARE = {
    "id": "video-share",
    "metric": "Andel besök på video",
    "unit_of_measure": "%",
    "direction": "at_least",
    "threshold": "50",
}
SATISFACTION = {
    "metric": "Nöjdhet",
    "unit_of_measure": "1–5",
    "direction": "at_least",
    "threshold": "4.0",
    "role": "guardrail",
}
ALL_NO = {name: {"answer": "no"} for name in CHECKED}
RESIDENTS = {**ALL_NO, "residents": {"answer": "handled", "note": "Informerade vid hembesök, samtycke finns."}}


@pytest.fixture
def karin(api):
    return api.as_("employee", sub="karin", unit="vof-hemvard")


@pytest.fixture
def bengt(api):
    return api.as_("employee", "decider@vof", sub="bengt", unit="vof")


def planned(by, checks=ALL_NO, **fields):
    """The path of an experiment that only has to start."""
    plan = {"title": "Video i hemvården", "idea_ids": [IDEA], "hypothesis": HYPOTHESIS}
    path = by.post("/experiments", {**plan, **fields}).headers["Location"]
    by.post(f"{path}/criteria", {"criteria": [SHARE, SATISFACTION]})
    by.post(f"{path}/checks", {"checks": checks})
    return path


def running(by):
    path = planned(by)
    by.post(f"{path}/start")
    return path


def failed(by):
    path = running(by)
    by.post(f"{path}/observations", {"criterion_id": "video-share", "value": "18"})
    by.post(f"{path}/conclude", {"outcome": "failed", "evidence_level": "moderate"})
    return path


def learned(by, path):
    body = {"statement": "Ett besök är också samvaro.", "experiment_ids": [path.rpartition("/")[2]]}
    return by.post("/lessons", body).json["lesson_id"]


def test_the_experiment_of_the_story(api, karin, bengt):
    path = planned(karin, RESIDENTS)
    assert karin.post(f"{path}/start", expect=409).slug == "approval-needed"
    karin.post(f"{path}/ask-approval", {"message": "24 brukare, tre månader."})
    bengt.post(f"{path}/approve", {"conditions": "Besök när brukaren vill det."})
    karin.post(f"{path}/start")
    typed = {"criterion_id": "video-share", "value": "180", "n": 24, "evidence_type": "usage_data"}
    observation = karin.post(f"{path}/observations", typed, expect=201).json["observation_id"]
    karin.post(f"{path}/observations", {"criterion_id": "criterion-1", "value": "4.2", "evidence_type": "survey"})
    karin.post(f"{path}/observations/{observation}/correct", {"value": "18", "reason": "Skrev fel."})
    refused = karin.post(f"{path}/conclude", {"outcome": "succeeded", "evidence_level": "moderate"}, expect=409)
    assert refused.slug == "conclusion-disagrees"
    assert "Andel besök på video: 18 % (≥ 50)" in refused.json["detail"]
    karin.post(f"{path}/conclude", {"outcome": "failed", "evidence_level": "moderate"})
    lesson = learned(karin, path)
    assert karin.get(path).json["state"] == "awaiting_lesson"
    api.catch_up()
    page = bengt.get(path).json
    assert (page["state"], page["outcome"], page["lesson_ids"]) == ("closed", "failed", [lesson])
    assert page["allowed_actions"] == ["owner", "team", "decide", "follow-ups", "reopen"]
    bengt.post(f"{path}/decide", {"decision": "pivot", "reason": "Börja där samvaron inte är poängen."})
    decided = karin.get(path).json["decisions"]
    assert [one["decision"] for one in decided] == ["pivot"]
    assert decided[0]["mandate"]["for_unit"] == "vof"


def test_the_page_shows_what_was_said_and_what_holds_now(karin):
    path = running(karin)
    seen = karin.post(f"{path}/observations", {"criterion_id": "video-share", "value": "180"}).json["observation_id"]
    karin.post(f"{path}/observations/{seen}/correct", {"value": "18", "reason": "Skrev fel."})
    karin.post(f"{path}/amend", {"criteria": [{**SHARE, "threshold": "15"}], "reason": "Sommar."})
    karin.post(f"{path}/conclude", {"outcome": "succeeded", "evidence_level": "weak"})
    karin.post(f"{path}/supplement", {"surprise": "Många ville ses.", "cost": {"ore": 120_000, "hours": 30}})
    karin.post(f"{path}/correct", {"evidence_level": "moderate", "reason": "Fler svar."})
    karin.post(f"{path}/reopen", {"reason": "Gränsen var för låg."})
    karin.post(f"{path}/conclude", {"outcome": "invalidated", "evidence_level": "none", "reason": "Dubbelräknat."})
    page = karin.get(path).json
    (observation,) = page["observations"]
    assert (observation["value"], [c["previous_value"] for c in observation["corrections"]]) == ("18", ["180"])
    (amendment,) = page["amendments"]
    assert [c["threshold"] for c in (*amendment["before"], *amendment["after"])] == ["50", "4.0", "15"]
    (earlier,) = page["earlier_conclusions"]
    assert (earlier["outcome"], earlier["evidence_level"]) == ("succeeded", "moderate")
    assert (earlier["surprise"], earlier["cost"]["hours"]) == ("Många ville ses.", 30)
    assert earlier["reopened_because"] == "Gränsen var för låg."
    assert page["conclusion"]["outcome"] == page["outcome"] == "invalidated"
    assert page["conclusion"]["reason"] == "Dubbelräknat."
    assert len(page["criteria_hash"]) == 64


def test_the_last_decision_stands_until_the_experiment_is_reopened(karin, bengt):
    path = failed(karin)

    def standing():
        return [one["decision"] for one in karin.get(path).json["decisions"] if one["stands"]]

    for decision in ("retire", "pivot"):
        bengt.post(f"{path}/decide", {"decision": decision, "reason": "Samvaron är poängen."})
        assert standing() == [decision]
    karin.post(f"{path}/reopen", {"reason": "Fel grupp."})
    assert standing() == []


def test_as_of_shows_what_was_known_then(karin):
    path = running(karin)
    before = karin.get(path).json["changed_at"].replace("+00:00", "Z")
    karin.post(f"{path}/conclude", {"outcome": "inconclusive", "evidence_level": "none"})
    then = karin.get(f"{path}?as_of={before}").json
    assert (then["state"], then["outcome"], then["allowed_actions"]) == ("running", None, [])
    assert karin.get(path).json["outcome"] == "inconclusive"
    assert karin.get(f"{path}?as_of=2020-01-01T00:00:00Z", expect=404).slug == "no-such-experiment"


def test_a_plan_is_changed_by_who_has_read_it(karin):
    path = planned(karin)
    assert karin.patch(path, {"title": "Video"}, expect=428).slug == "version-needed"
    read = karin.get(path)
    karin.patch(path, {"title": "Video", "phase": "pilot", "ends_on": "2026-06-30"}, headers={"If-Match": read.etag})
    stale = karin.patch(path, {"title": "Annat"}, headers={"If-Match": read.etag}, expect=412)
    assert stale.slug == "changed-meanwhile"
    page = karin.get(path).json
    assert (page["title"], page["phase"], page["ends_on"]) == ("Video", "pilot", "2026-06-30")
    karin.patch(path, {"cleared": ["ends_on"]}, headers={"If-Match": "*"})
    assert karin.get(path).json["ends_on"] is None


def test_a_lesson_recorded_before_the_conclusion_closes_it(api, karin):
    path = running(karin)
    lesson = learned(karin, path)
    api.catch_up()
    assert karin.get(path).json["lesson_ids"] == [lesson]
    karin.post(f"{path}/conclude", {"outcome": "inconclusive", "evidence_level": "none"})
    assert karin.get(path).json["state"] == "closed"


def test_after_reopening_a_reviewed_lesson_closes_it(api, karin):
    path = failed(karin)
    lesson = learned(karin, path)
    api.catch_up()
    karin.post(f"{path}/reopen", {"reason": "Fel grupp."})
    karin.post(f"{path}/conclude", {"outcome": "failed", "evidence_level": "weak"})
    api.catch_up()
    assert karin.get(path).json["state"] == "awaiting_lesson"
    assert karin.post(f"{path}/close", expect=409).slug == "say-that-it-still-holds"
    karin.post(f"/lessons/{lesson}/review", {"note": "Håller fortfarande."})
    api.catch_up()
    assert karin.get(path).json["state"] == "closed"


def test_values_told_with_the_conclusion_are_observations(karin):
    path = running(karin)
    observed = [{"criterion_id": "video-share", "value": "18"}, {"criterion_id": "criterion-1", "value": "4.2"}]
    body = {"outcome": "failed", "evidence_level": "weak", "observed": observed}
    ids = karin.post(f"{path}/conclude", body).json["observation_ids"]
    page = karin.get(path).json
    assert [one["observation_id"] for one in page["observations"]] == ids == page["conclusion"]["observation_ids"]


def test_follow_ups_are_done_by_who_sees_to_them(api, karin, bengt):
    path = failed(karin)
    sara = api.as_("employee", sub="sara", unit="kuf")
    left = {"what": "Lämna tillbaka plattorna.", "assignee": sara.person_id, "due_on": "2026-06-30"}
    follow_up = bengt.post(f"{path}/follow-ups", left, expect=201).json["follow_up_id"]
    sara.post(f"{path}/follow-ups/{follow_up}/done", {"result": "Lämnade."})
    (shown,) = karin.get(path).json["follow_ups"]
    assert (shown["result"], shown["assignee"], bool(shown["done_at"])) == ("Lämnade.", sara.person_id, True)


def test_the_board_lists_what_is_tested(api, karin, bengt):
    first, second = running(karin), planned(karin, ends_on="2026-06-30", phase="pilot")
    api.catch_up()
    listed = bengt.get("/experiments?state=running,paused&unit=vof").json
    assert [f"/experiments/{one['experiment_id']}" for one in listed["items"]] == [first]
    assert (listed["next"], listed["behind"]) == (None, [])
    assert listed["items"][0]["allowed_actions"] == ["owner", "team", "conclude"]
    assert listed["items"][0]["contact"] is None
    page = bengt.get("/experiments?limit=1&sort=ending_soonest").json
    assert f"/experiments/{page['items'][0]['experiment_id']}" == second
    rest = bengt.get(f"/experiments?limit=1&sort=ending_soonest&after={page['next']}").json
    assert f"/experiments/{rest['items'][0]['experiment_id']}" == first
    assert bengt.get(f"/experiments?idea_id={IDEA}&phase=pilot").json["items"][0]["title"] == "Video i hemvården"
    assert bengt.get("/experiments?state=unknown", expect=422).slug == "fields-not-valid"


def test_every_action_that_is_allowed_is_a_route(api):
    paths = {rule.rule for rule in api.app.url_map.iter_rules()}
    actions = set(ACTIONS) - {"revise"}
    assert {f"/experiments/<experiment_id>/{action}" for action in actions} <= paths


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("criteria", {"criteria": [{**SHARE, "threshold": "femtio"}]}, "criteria.0.threshold"),
        ("criteria", {"criteria": [{**SHARE, "id": "Video Share"}]}, "criteria.0.id"),
        ("criteria", {"criteria": [{**SHARE, "weight": 3}]}, "criteria.0.weight"),
        ("criteria", {"criteria": [SHARE, SHARE]}, "criteria"),
        ("checks", {"checks": {**ALL_NO, "residents": {"answer": "handled"}}}, "checks.residents.note"),
        ("checks", {"checks": {"residents": {"answer": "no"}}}, "checks.children"),
        ("conclude", {"outcome": "great", "evidence_level": "weak"}, "outcome"),
        (
            "conclude",
            {"outcome": "failed", "evidence_level": "weak", "observed": [{"value": "1"}]},
            "observed.0.criterion_id",
        ),
        ("observations", {"criterion_id": "video-share", "value": "NaN"}, "value"),
        ("observations", {"criterion_id": "video-share", "value": "4,2"}, "value"),
        ("observations", {"criterion_id": "video-share", "value": "1e3"}, "value"),
        ("observations", {"criterion_id": "video-share", "value": 18}, "value"),
        ("observations", {"criterion_id": "video-share", "value": "1", "n": 1.5}, "n"),
        ("observations", {"criterion_id": "video-share", "value": "1", "n": True}, "n"),
        ("observations", {"criterion_id": "video-share", "value": "1", "n": 0}, "n"),
        ("observations", {"criterion_id": "video-share", "value": "1", "observed_on": "i går"}, "observed_on"),
        ("amend", {"criteria": [SHARE]}, "reason"),
        ("decide", {"decision": "give_up", "reason": "Nej."}, "decision"),
        ("owner", {"to": "karin@example.org", "reason": "Slutar."}, "to"),
        ("close", {"still_holds": "kanske"}, "still_holds"),
    ],
)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_what_is_not_possible_names_the_field_in_both_languages(api, language, action, body, field):
    karin = api.as_("employee", sub="karin", unit="vof-hemvard", language=language)
    path = planned(karin)
    refused = karin.post(f"{path}/{action}", body, expect=422)
    assert field in {error["field"] for error in refused.json["errors"]}
    assert karin.get(path).json["version"] == 3


def test_budget_is_whole_ore_and_hours(karin):
    for budget in ({"ore": 1.5}, {"ore": -1}, {"hours": "många"}, {"kronor": 5}):
        karin.post("/experiments", {"title": "Video", "budget": budget}, expect=422)
    path = planned(karin, budget={"ore": 2_500_000, "hours": 120})
    assert karin.get(path).json["budget"] == {"ore": 2_500_000, "hours": 120}


def test_what_is_not_there_is_not_found(karin):
    unknown = "/experiments/00000000-0000-4000-8000-0000000000ff"
    assert karin.get(unknown, expect=404).slug == "no-such-experiment"
    assert karin.post(f"{unknown}/start", expect=404).slug == "no-such-experiment"
    path = running(karin)
    missing = f"{path}/observations/00000000-0000-4000-8000-0000000000ff/withdraw"
    assert karin.post(missing, {"reason": "Fel."}, expect=404).slug == "no-such-observation"


def test_the_same_key_starts_it_once(karin):
    path = planned(karin)
    first, again = (karin.post(f"{path}/start", headers={"Idempotency-Key": "start"}) for _ in range(2))
    assert first.json == again.json
    assert karin.get(path).json["version"] == 4
