"""What the feed tells of ideas, and what a page tells of who had them."""

from __future__ import annotations

import json

import pytest

from chassis.disclosure import HIDDEN

WRITTEN = {"title": "Promenadmöten", "what": "Håll korta möten gående.", "author_visibility": "name_hidden"}


@pytest.fixture
def karin(api):
    return api.as_("employee")


def told(somebody):
    """The feed as this caller gets it: its text, and the types of its events."""
    page = somebody.get("/events").json
    return json.dumps(page), [event["type"] for event in page]


def everything_about(one, somebody):
    return json.dumps([somebody.get(path).json for path in (one, "/ideas", f"{one}/story")])


def test_a_hidden_author_is_nobodys_to_know_but_the_services(api, karin):
    one = f"/ideas/{karin.post('/ideas', WRITTEN).json['idea_id']}"
    karin.post(f"{one}/comments", {"text": "Vem är med?"})
    karin.patch(one, {"why": "Vi sitter."}, headers={"If-Match": "*"})
    api.catch_up()
    analyst, machine = api.as_("analyst", sub="ingrid"), api.machine("experiments")
    assert karin.person_id not in told(analyst)[0]
    assert karin.person_id in told(machine)[0]
    for somebody in (karin, analyst, api.as_("employee", "coach", "decider", "admin", sub="bengt")):
        assert karin.person_id not in everything_about(one, somebody)
    assert karin.person_id in everything_about(one, machine)


def test_one_pseudonym_stands_for_the_author_everywhere_about_one_idea(api, karin):
    ideas = [karin.post("/ideas", WRITTEN).json["idea_id"] for _ in range(2)]
    for idea_id in ideas:
        karin.post(f"/ideas/{idea_id}/comments", {"text": "Vem är med?"})
    api.catch_up()
    oskar = api.as_("employee", sub="oskar")
    names = []
    for idea_id in ideas:
        page = oskar.get(f"/ideas/{idea_id}").json
        name = page["author"]["person_id"]
        assert {page["recorded_by"], page["comments"][0]["commenter_id"]} == {name}
        assert name in told(api.as_("analyst", sub="ingrid"))[0]
        names.append(name)
    assert len(set(names)) == 2


def test_once_the_author_shows_their_name_everybody_sees_it_and_the_past_too(api, karin):
    one = f"/ideas/{karin.post('/ideas', WRITTEN).json['idea_id']}"
    before = karin.get(one).json["changed_at"]
    karin.post(f"{one}/show-name")
    analyst = api.as_("analyst", sub="ingrid")
    assert analyst.get(one).json["author"] == {"kind": "employee", "person_id": karin.person_id, "label": None}
    then = analyst.get(f"{one}?as_of={before.replace('+', '%2B')}").json
    assert (then["author"]["person_id"], then["author_visibility"]) == (karin.person_id, "name_hidden")
    assert karin.person_id in told(analyst)[0]


def test_a_draft_is_a_withheld_mark_to_everyone_but_services_also_after_it_is_submitted(api, karin):
    draft = {**WRITTEN, "draft": True}
    karin.post("/ideas", draft)
    one = f"/ideas/{karin.post('/ideas', draft).json['idea_id']}"
    karin.patch(one, {"why": "Vi sitter."}, headers={"If-Match": "*"})
    api.as_("employee", sub="oskar").post(f"{one}/joins", {"message": "Får jag vara med?"})
    karin.post(f"{one}/submit")
    analyst, machine = told(api.as_("analyst", sub="ingrid")), told(api.machine("experiments"))
    assert analyst[1] == ["nyfiken.withheld.v1"] * 4 + ["idea-submitted.v1"]
    assert machine[1] == [
        *("idea-drafted.v1", "idea-drafted.v1", "draft-revised.v1", "join-requested.v1", "idea-submitted.v1")
    ]


def test_the_past_of_a_draft_is_its_authors_under_todays_rights(api, karin):
    one = f"/ideas/{karin.post('/ideas', {**WRITTEN, 'draft': True}).json['idea_id']}"
    drafted = karin.get(one).json["changed_at"].replace("+", "%2B")
    karin.post(f"{one}/submit")
    oskar = api.as_("employee", sub="oskar")
    assert oskar.get(one).json["state"] == "submitted"
    assert oskar.get(f"{one}?as_of={drafted}", expect=404).slug == "no-such-idea"
    assert karin.get(f"{one}?as_of={drafted}").json["state"] == "draft"


def test_supporters_are_a_number_and_who_says_or_decides_something_is_nobodys_to_count(api, karin):
    one = f"/ideas/{karin.post('/ideas', {**WRITTEN, 'author_visibility': 'named'}).json['idea_id']}"
    oskar, bengt = api.as_("employee", sub="oskar"), api.as_("employee", "coach", "decider@vof", sub="bengt")
    oskar.put(f"{one}/support")
    oskar.delete(f"{one}/support")
    oskar.post(f"{one}/comments", {"text": "Vem är med?"})
    oskar.post(f"{one}/joins")
    karin.post(f"{one}/joins/{oskar.person_id}/decline")
    bengt.post(f"{one}/select", {"reason": "Går att pröva.", "responsible": oskar.person_id})
    bengt.post("/challenges", {"title": "Hur gör vi nytt?"})
    for role in ("analyst", "admin"):
        text, types = told(api.as_(role, sub="ingrid"))
        assert len(types) == len(api.store.read(0, 0))
        assert (oskar.person_id in text, bengt.person_id in text, karin.person_id in text) == (False, False, True)
        assert text.count(f'"{HIDDEN}"') >= 6
    everything = told(api.machine("experiments"))[0]
    assert oskar.person_id in everything
    assert bengt.person_id in everything


def test_who_joins_is_named_as_a_coauthor(api, karin):
    one = f"/ideas/{karin.post('/ideas', WRITTEN).json['idea_id']}"
    oskar, analyst = api.as_("employee", sub="oskar"), api.as_("analyst", sub="ingrid")
    oskar.post(f"{one}/joins")
    assert oskar.person_id not in told(analyst)[0]
    karin.post(f"{one}/joins/{oskar.person_id}/accept")
    assert oskar.person_id in told(analyst)[0]
    assert karin.person_id not in told(analyst)[0]


def test_what_is_said_is_in_no_feed(api, karin):
    one = f"/ideas/{karin.post('/ideas', WRITTEN).json['idea_id']}"
    karin.post(f"{one}/comments", {"text": "Hemligheten."})
    assert "Hemligheten" not in told(api.machine("experiments"))[0]
