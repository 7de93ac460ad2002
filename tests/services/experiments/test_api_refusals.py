"""What the API of experiments and lessons refuses, and which field it names."""

from __future__ import annotations

import pytest

from tests.services.experiments.lessons import STATEMENT
from tests.services.experiments.test_api_experiments import RESIDENTS, failed, planned, running

LATER = "2999-01-01T00:00:00Z"


@pytest.fixture
def karin(api):
    return api.as_("employee", sub="karin", unit="vof-hemvard")


@pytest.fixture
def bengt(api):
    return api.as_("employee", "coach", "decider@vof", sub="bengt", unit="vof")


def named(refused):
    return refused.slug, [error["field"] for error in refused.json["errors"]]


def test_what_has_not_happened_yet_is_not_imported(api):
    lesson = {"statement": STATEMENT, "unit": "kuf", "occurred_at": LATER}
    assert named(api.machine().post("/lessons", lesson, expect=422)) == ("has-not-happened-yet", ["occurred_at"])
    assert api.store.read(0, 0) == []


@pytest.mark.parametrize(
    ("path", "body"), [("/experiments", {"title": "Video"}), ("/lessons", {"statement": STATEMENT})]
)
def test_a_unit_that_the_organisation_does_not_have_is_refused(api, karin, path, body):
    assert named(karin.post(path, {**body, "unit": "vfo"}, expect=422)) == ("no-such-unit", ["unit"])
    assert api.store.read(0, 0) == []


def test_the_history_of_another_organisation_names_its_own_units(api):
    api.machine().post("/lessons", {"statement": STATEMENT, "unit": "nasa-jpl"})


@pytest.mark.parametrize("left", ["owner", "team"])
def test_who_ran_an_experiment_does_not_approve_it_after_leaving_it(api, karin, bengt, left):
    path = planned(bengt if left == "owner" else karin, checks=RESIDENTS)
    if left == "owner":
        bengt.post(f"{path}/owner", {"to": karin.person_id, "reason": "Hinner inte."})
    else:
        for team in ([bengt.person_id], []):
            karin.post(f"{path}/team", {"team": team})
    karin.post(f"{path}/ask-approval")
    assert named(bengt.post(f"{path}/approve", expect=403)) == ("own-matter", ["experiment_id"])
    assert "approve" not in bengt.get(path).json["allowed_actions"]
    api.as_("employee", "decider@staden", sub="chief", unit="staden").post(f"{path}/approve")


def test_what_stands_in_the_way_is_named(karin):
    path = karin.post("/experiments", {"title": "Video", "hypothesis": "Det går."}).headers["Location"]
    assert named(karin.post(f"{path}/start", expect=409)) == ("goal-missing", ["criteria"])
    assert named(karin.post(f"{failed(karin)}/close", {"still_holds": True}, expect=409)) == (
        "lesson-missing",
        ["experiment_id"],
    )


def test_a_conclusion_that_disagrees_is_told_with_which_criteria_and_values(karin):
    path = running(karin)
    karin.post(f"{path}/observations", {"criterion_id": "video-share", "value": "18"})
    refused = karin.post(f"{path}/conclude", {"outcome": "succeeded", "evidence_level": "moderate"}, expect=409)
    assert named(refused) == ("conclusion-disagrees", ["outcome"])
    assert refused.json["criteria"] == [
        {"criterion_id": "video-share", "expected": "50", "observed": "18", "met": False},
        {"criterion_id": "criterion-1", "expected": "4.0", "observed": None, "met": None},
    ]
    assert "18 %" in refused.json["detail"]
