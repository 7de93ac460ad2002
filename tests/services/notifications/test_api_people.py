"""Oneself and other people over HTTP."""

import json

import pytest

from chassis.testing.web import TOKENS, Somebody

EMAIL = "karin.ek@example.org"
PROFILE = {"name": "Karin Ek", "email": EMAIL, "unit": "vof", "language": "sv"}
ERASE = {"scope": "profile_and_texts", "basis": "Hon har bett om det."}


@pytest.fixture
def karin(api):
    somebody = api.as_("employee", sub="karin")
    somebody.put("/me", PROFILE)
    return somebody


@pytest.fixture
def bo(api):
    return api.as_("employee", sub="bo", unit="suf")


@pytest.fixture
def admin(api):
    return api.as_("admin", sub="asta")


def called(somebody, *people):
    ids = ",".join(person.person_id for person in people)
    return [(item["name"], item["shown"]) for item in somebody.get(f"/people?ids={ids}").json["items"]]


def test_a_profile_is_registered_changed_and_shown_to_whose_it_is(karin):
    assert karin.get("/me").json == {
        "person_id": karin.person_id,
        "registered": True,
        "name": "Karin Ek",
        "has_email": True,
        "unit": "vof",
        "language": "sv",
        "erasure_requested": False,
        "erased": None,
        "allowed_actions": ["erasure-request"],
    }
    karin.put("/me", {"name": "Karin Berg", "language": "en"})
    changed = karin.get("/me").json
    assert (changed["name"], changed["has_email"], changed["language"]) == ("Karin Berg", False, "en")


def test_the_same_profile_again_is_recorded_once(karin, api):
    before = api.store.heads()
    karin.put("/me", PROFILE)
    assert api.store.heads() == before
    karin.put("/me", {**PROFILE, "email": "karin.berg@example.org"})
    assert api.store.heads() != before


def test_who_has_no_profile_is_told_so(bo):
    mine = bo.get("/me").json
    assert (mine["registered"], mine["name"], mine["allowed_actions"]) == (False, None, ["erasure-request"])


def test_the_name_in_the_token_goes_before_the_one_in_the_body(api):
    token = TOKENS.sign("signe", ["employee"], unit="vof", name="Signe Lind")
    signe = Somebody(api, token, TOKENS.person_id("signe"), "sv")
    signe.put("/me", {"name": "Kungen"})
    assert signe.get("/me").json["name"] == "Signe Lind"


def test_names_are_told_to_colleagues_and_addresses_to_nobody(karin, bo, api):
    api.catch_up()
    assert called(bo, karin, bo) == [("Karin Ek", True), ("Namnet visas inte", False)]
    for path in ("/me", "/me/export", f"/people?ids={karin.person_id}"):
        assert "example.org" not in json.dumps(karin.get(path).json)


def test_the_label_in_place_of_a_name_is_in_the_readers_language(api, bo):
    english = api.as_("employee", sub="emma", language="en")
    assert called(english, bo) == [("Name not shown", False)]


def test_at_once_after_asking_the_name_is_shown_to_nobody_else(karin, bo, admin):
    karin.post("/me/erasure-request")
    assert called(bo, karin) == called(admin, karin) == [("Namnet visas inte", False)]
    assert karin.get("/me").json["erasure_requested"] is True


def test_an_administrator_sees_who_waits_and_answers(karin, bo, admin, api):
    karin.post("/me/erasure-request")
    api.catch_up()
    (waiting,) = admin.get("/erasure-requests").json["items"]
    assert (waiting["person_id"], waiting["allowed_actions"]) == (karin.person_id, ["erase", "decline-erasure"])
    admin.post(f"/people/{karin.person_id}/decline-erasure", {"basis": "Diarieförd handling."})
    api.catch_up()
    assert admin.get("/erasure-requests").json["items"] == []
    assert called(bo, karin) == [("Karin Ek", True)]


def test_erased_is_erased(karin, bo, admin, api):
    karin.post("/me/erasure-request")
    admin.post(f"/people/{karin.person_id}/erase", ERASE)
    api.catch_up()
    assert called(bo, karin) == [("Namnet visas inte", False)]
    mine = karin.get("/me").json
    assert (mine["name"], mine["has_email"], mine["erased"]) == (None, False, "profile_and_texts")
    assert karin.put("/me", PROFILE, expect=409).slug == "person-erased"
    (registered,) = [r for r in api.store.read(0, 0) if r.type == "person-registered.v1"]
    assert api.store.open([registered.event.name, registered.event.email]) == {}


@pytest.mark.parametrize("what", ["erase", "decline-erasure"])
def test_nobody_but_an_administrator_decides_about_forgetting(karin, bo, what):
    body = ERASE if what == "erase" else {"basis": "Nej."}
    for somebody in (karin, bo):
        assert somebody.post(f"/people/{karin.person_id}/{what}", body, expect=403).slug == "role-needed"
    assert bo.get("/erasure-requests", expect=403).slug == "role-needed"


@pytest.mark.parametrize("what", ["erase", "decline-erasure"])
def test_an_administrator_does_not_decide_on_their_own_request(admin, what):
    admin.post("/me/erasure-request")
    body = ERASE if what == "erase" else {"basis": "Nej."}
    refused = admin.post(f"/people/{admin.person_id}/{what}", body, expect=403)
    assert (refused.slug, refused.json["errors"][0]["field"]) == ("own-matter", "person_id")
    assert admin.get("/me").json["allowed_actions"] == []


def test_ones_unit_is_one_of_the_organisations(karin, api):
    refused = karin.put("/me", {**PROFILE, "unit": "vfo"}, expect=422)
    assert (refused.slug, refused.json["errors"][0]["field"]) == ("no-such-unit", "unit")
    assert karin.get("/me").json["unit"] == "vof"


def test_everything_that_is_held_about_one_is_given_to_one(karin, admin, api):
    karin.put("/follows/unit-vof")
    karin.put("/follows/tag-natt")
    karin.delete("/follows/tag-natt")
    karin.post("/me/erasure-request")
    admin.post(f"/people/{karin.person_id}/decline-erasure", {"basis": "Diarieförd handling."})
    api.catch_up()
    held = karin.get("/me/export").json
    assert held["profile"]["name"] == "Karin Ek"
    assert [(step["what"], step["basis"]) for step in held["erasure_requests"]] == [
        ("requested", None),
        ("declined", "Diarieförd handling."),
    ]
    assert [(follow["subject"], follow["reasons"]) for follow in held["follows"]] == [
        ("tag-natt", []),
        ("unit-vof", ["manual"]),
    ]
    assert held["notifications"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Karin\u0000"}, "name"),
        ({"name": "Karin", "email": "no address"}, "email"),
        ({"name": "Karin", "unit": "Vård & omsorg"}, "unit"),
        ({"name": "Karin", "language": "svenska språket"}, "language"),
        ({"name": "Karin", "shoe_size": 38}, "shoe_size"),
    ],
)
def test_what_cannot_be_a_profile_is_refused_naming_the_field(bo, body, field):
    refused = bo.put("/me", body, expect=422)
    assert field in json.dumps(refused.json)
    assert bo.get("/me").json["registered"] is False


def test_a_request_sent_again_is_answered_again(karin):
    first = karin.post("/me/erasure-request", headers={"Idempotency-Key": "once"})
    assert karin.post("/me/erasure-request", headers={"Idempotency-Key": "once"}).json == first.json


def test_no_more_than_200_names_at_once_and_only_of_ids(bo):
    assert bo.get("/people?ids=" + ",".join(f"person-{n}" for n in range(201)), expect=422)
    assert bo.get("/people?ids=Karin%20Ek", expect=422)


def test_an_export_says_what_the_other_services_hold(karin):
    swedish = {one["service"]: one["what"] for one in karin.get("/me/export").json["elsewhere"]}
    english = karin.get("/me/export", headers={"Accept-Language": "en"}).json["elsewhere"]
    assert swedish.keys() == {"ideas", "experiments"}
    assert "utkast" in swedish["ideas"]
    assert "drafts" in english[0]["what"]
