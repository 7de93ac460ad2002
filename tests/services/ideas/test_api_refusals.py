"""What the API of ideas refuses, and which field it names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

IDEA = {"title": "Promenadmöten", "what": "Håll korta möten gående."}
LATER = "2999-01-01T00:00:00Z"


@pytest.fixture
def karin(api):
    return api.as_("employee")


@pytest.fixture
def amina(api):
    return api.as_("employee", "coach@vof", sub="amina")


@pytest.fixture
def bengt(api):
    return api.as_("employee", "decider@vof", sub="bengt")


def had(by, **fields):
    return f"/ideas/{by.post('/ideas', {**IDEA, **fields}).json['idea_id']}"


def named(refused):
    return refused.slug, [error["field"] for error in refused.json["errors"]]


def test_what_has_not_happened_yet_is_not_imported(api):
    importer, before = api.machine(), api.store.heads()
    body = {**IDEA, "unit": "kuf", "occurred_at": LATER}
    assert named(importer.post("/ideas", body, expect=422)) == ("has-not-happened-yet", ["occurred_at"])
    assert api.store.heads() == before
    importer.post("/ideas", {**body, "occurred_at": (datetime.now(UTC) - timedelta(seconds=1)).isoformat()})


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/ideas", {**IDEA, "unit": "vfo"}, "unit"),
        ("/ideas", {**IDEA, "units_concerned": ["sof", "vfo"]}, "units_concerned.1"),
        ("/ideas", {**IDEA, "unit": "vfo", "draft": True}, "unit"),
        ("/challenges", {"title": "Hur gör vi nytt?", "unit": "vfo"}, "unit"),
        ("/challenges/{challenge}/workshops", {"name": "Kajen", "unit": "vfo"}, "unit"),
        ("/ideas:batch", {"ideas": [IDEA, {**IDEA, "unit": "vfo"}]}, "ideas.1.unit"),
        ("{idea}/hand-over", {"to_unit": "vfo", "reason": "Den är deras."}, "to_unit"),
    ],
)
def test_a_unit_that_the_organisation_does_not_have_is_refused(api, karin, amina, bengt, path, body, field):
    challenge = amina.post("/challenges", {"title": "Hur gör vi nytt?"}).json["challenge_id"]
    path = path.format(challenge=challenge, idea=had(karin))
    if path == "/ideas:batch":
        body = {**body, "challenge_id": challenge, "workshop_id": challenge}
    before = api.store.heads()
    refused = bengt.post(path, body, expect=422)
    assert named(refused) == ("no-such-unit", [field])
    assert "vfo" in refused.json["detail"]
    assert api.store.heads() == before


def test_a_revision_names_units_that_are_there(karin, amina):
    any_version = {"If-Match": "*"}
    wrong = {"units_concerned": ["vfo"]}
    challenge = amina.post("/challenges", {"title": "Hur gör vi nytt?"}).headers["Location"]
    for by, path in ((karin, had(karin)), (amina, challenge)):
        refused = by.patch(path, wrong, headers=any_version, expect=422)
        assert named(refused) == ("no-such-unit", ["units_concerned.0"])


def test_the_history_of_another_organisation_names_its_own_units(api):
    had(api.machine(), unit="madrid-centro", units_concerned=["madrid-sur"])


def test_who_hands_an_idea_over_does_not_decide_on_it_either(api, karin, bengt):
    one = had(bengt)
    bengt.post(f"{one}/authorship", {"author": {"kind": "employee", "person_id": karin.person_id}})
    refused = bengt.post(f"{one}/select", {"reason": "Går att pröva."}, expect=403)
    assert named(refused) == ("own-matter", ["idea_id"])
    assert "select" not in bengt.get(one).json["allowed_actions"]
    chief = api.as_("employee", "decider@staden", sub="chief", unit="staden")
    assert "select" in chief.get(one).json["allowed_actions"]
    chief.post(f"{one}/select", {"reason": "Går att pröva."})


def test_ones_own_idea_and_a_closed_challenge_are_named(karin, amina):
    assert named(karin.put(f"{had(karin)}/support", expect=409)) == ("own-idea", ["idea_id"])
    challenge = amina.post("/challenges", {"title": "Hur gör vi nytt?"}).json["challenge_id"]
    refused = karin.post("/ideas", {**IDEA, "challenge_id": challenge}, expect=409)
    assert named(refused) == ("challenge-takes-no-ideas", ["challenge_id"])
