"""Challenges over HTTP."""

from __future__ import annotations

import pytest

ASKED = {"title": "Hur gör vi nytt?", "why": "Behoven växer.", "closes_on": "2099-03-02"}


@pytest.fixture
def amina(api):
    return api.as_("employee", "coach@vof", sub="amina")


@pytest.fixture
def challenge_id(amina):
    return amina.post("/challenges", ASKED).json["challenge_id"]


def test_a_challenge_is_told_as_it_is_with_what_one_may_do(api, amina):
    made = amina.post("/challenges", ASKED)
    one = made.headers["Location"]
    assert (made.status, one) == (201, f"/challenges/{made.json['challenge_id']}")
    held = {"name": "Kajen", "held_on": "2099-01-02", "groups": ["Grupp Kajen"]}
    workshop = amina.post(f"{one}/workshops", held)
    assert workshop.status == 201
    amina.post(f"{one}/open")
    shown = api.as_("employee").get(one).json
    assert (shown["state"], shown["title"], shown["closes_on"]) == ("open", ASKED["title"], ASKED["closes_on"])
    assert shown["workshops"] == [{**held, "workshop_id": workshop.json["workshop_id"], "unit": "vof"}]
    assert shown["allowed_actions"] == ["ideas"]


def test_a_challenge_is_shown_as_it_was_known_then(amina, challenge_id):
    one = f"/challenges/{challenge_id}"
    then = amina.get(one).json["changed_at"].replace("+", "%2B")
    amina.patch(one, {"title": "Hur?"}, headers={"If-Match": amina.get(one).etag})
    amina.post(f"{one}/open")
    amina.post(f"{one}/close", {"outcome_text": "Tolv idéer."})
    shown = amina.get(f"{one}?as_of={then}").json
    assert (shown["state"], shown["title"], shown["outcome_text"]) == ("draft", ASKED["title"], None)
    assert shown["allowed_actions"] == []
    assert amina.get(one).json["outcome_text"] == "Tolv idéer."
    assert amina.get(f"{one}?as_of=2019-01-01T00:00:00Z", expect=404).slug == "no-such-challenge"


def test_changing_a_challenge_needs_the_version_that_was_read(amina, challenge_id):
    one = f"/challenges/{challenge_id}"
    assert amina.patch(one, {"title": "Hur?"}, expect=428).slug == "version-needed"
    read = amina.get(one).etag
    amina.patch(one, {"title": "Hur?"}, headers={"If-Match": read})
    assert amina.patch(one, {"title": "Hur då?"}, expect=412, headers={"If-Match": read}).slug == "changed-meanwhile"
    assert amina.get(one).json["title"] == "Hur?"


def test_the_list_says_what_has_come_of_each(api, amina, challenge_id):
    amina.post(f"/challenges/{challenge_id}/open")
    amina.post("/ideas", {"title": "Gå", "what": "Gå.", "challenge_id": challenge_id})
    amina.post("/challenges", {"title": "En till, inte öppnad"})
    api.catch_up()
    (listed,) = api.as_("employee").get("/challenges?unit=staden").json["items"]
    assert (listed["challenge_id"], listed["came_of"]) == (challenge_id, {"ideas": {"submitted": 1}, "experiments": {}})
    assert len(amina.get("/challenges").json["items"]) == 2


def test_a_workshops_ideas_come_at_once_or_not_at_all(api, amina, challenge_id):
    one = f"/challenges/{challenge_id}"
    workshop = amina.post(f"{one}/workshops", {"name": "Kajen"}).json["workshop_id"]
    amina.post(f"{one}/open")
    amina.post(f"{one}/evaluate")
    batch = {"challenge_id": challenge_id, "workshop_id": workshop}
    group = {"kind": "group", "label": "Grupp Kajen"}
    ideas = [{"title": f"Idé {n}", "what": "Gå.", "author": group} for n in range(12)]
    made = amina.post("/ideas:batch", {**batch, "ideas": ideas})
    assert (made.status, len(made.json["idea_ids"])) == (201, 12)
    assert set(made.json) == {"idea_ids"}, "and no version: there is one of each idea"
    assert "ETag" not in made.headers
    last = amina.get(f"/ideas/{made.json['idea_ids'][-1]}").json
    assert (last["title"], last["author"]["label"], last["unit"]) == ("Idé 11", "Grupp Kajen", "vof")
    wrong = [*ideas, {"title": "Idé 12", "what": "Gå.", "author": {"kind": "group"}}]
    assert amina.post("/ideas:batch", {**batch, "ideas": wrong}, expect=422).slug == "group-needs-label"
    assert amina.post("/ideas:batch", {**batch, "ideas": []}, expect=422).slug == "nothing-submitted"
    many = [ideas[0]] * 201
    assert amina.post("/ideas:batch", {**batch, "ideas": many}, expect=422).json["errors"][0]["field"] == "ideas"
    api.catch_up()
    assert len(amina.get(f"/ideas?challenge={challenge_id}").json["items"]) == 12


def test_a_workshops_drafts_are_submitted_one_by_one_by_their_groups(api, amina, challenge_id):
    one = f"/challenges/{challenge_id}"
    workshop = amina.post(f"{one}/workshops", {"name": "Kajen"}).json["workshop_id"]
    amina.post(f"{one}/open")
    leyla = api.as_("employee", sub="leyla")
    group = {"author": {"kind": "group", "label": "Grupp Kajen"}, "coauthors": [leyla.person_id]}
    ideas = [{"title": title, "what": "Gå.", **group} for title in ("Behåll", "Släng")]
    kept, thrown = amina.post(
        "/ideas:batch", {"challenge_id": challenge_id, "workshop_id": workshop, "ideas": ideas, "draft": True}
    ).json["idea_ids"]
    amina.post(f"{one}/evaluate")
    leyla.post(f"/ideas/{kept}/submit")
    leyla.post(f"/ideas/{thrown}/discard")
    karin = api.as_("employee")
    assert karin.get(f"/ideas/{kept}").json["title"] == "Behåll"
    karin.get(f"/ideas/{thrown}", expect=404)
