"""Ideas over HTTP."""

from __future__ import annotations

IDEA = {"title": "Promenadmöten", "what": "Håll korta möten gående."}


def test_an_idea_needs_a_title_and_what_it_is(api):
    karin = api.as_("employee")
    made = karin.post("/ideas", IDEA)
    assert made.status == 201
    shown = karin.get(f"/ideas/{made.json['idea_id']}").json
    assert (shown["state"], shown["title"], shown["unit"]) == ("submitted", IDEA["title"], "vof")


def test_a_draft_is_seen_by_its_authors_only_until_it_is_submitted_as_it_is(api):
    karin, oskar = api.as_("employee"), api.as_("employee", sub="oskar")
    draft = {**IDEA, "draft": True, "tags": ["arbetssätt"], "links": [{"title": "Mer", "url": "https://example.org"}]}
    one = f"/ideas/{karin.post('/ideas', draft).json['idea_id']}"
    assert karin.get(one).json["what"] == IDEA["what"]
    assert oskar.get(one, expect=404).slug == "no-such-idea"
    karin.patch(one, {"why": "Vi sitter för mycket."}, headers={"If-Match": karin.get(one).etag})
    karin.post(f"{one}/submit")
    shown = oskar.get(one).json
    assert (shown["state"], shown["tags"], shown["why"]) == ("submitted", ["arbetssätt"], "Vi sitter för mycket.")
    assert shown["links"] == draft["links"]


def test_the_board_and_the_question_whether_anybody_tried_it_find_the_idea(api):
    karin = api.as_("employee")
    idea_id = karin.post("/ideas", {**IDEA, "author_visibility": "name_hidden"}).json["idea_id"]
    api.catch_up()
    for query in ("", "?text=promenader", "?unit=vof&state=submitted", "?tag=x"):
        items = karin.get(f"/ideas{query}").json["items"]
        assert [item["idea_id"] for item in items] == ([] if "tag" in query else [idea_id]), query
    (card,) = karin.get("/ideas").json["items"]
    assert card["author"]["person_id"].startswith("hidden-")
    (found,) = karin.get("/tried-before?text=håll%20möten%20gående").json["items"]
    assert found["thing"] == f"idea-{idea_id}"
