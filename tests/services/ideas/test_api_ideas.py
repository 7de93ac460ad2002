"""Ideas over HTTP."""

from __future__ import annotations

import pytest

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


def test_what_was_imported_before_is_already_so(api):
    importer = api.machine()
    row = {**IDEA, "unit": "kuf", "source": {"system": "madrid", "external_id": "17"}}
    first = importer.post("/ideas", {**row, "occurred_at": "2019-05-06T07:08:09Z"})
    again = importer.post("/ideas", {**row, "title": "Annan rubrik"})
    assert first.json["idea_id"] == again.json["idea_id"]
    assert (first.json["version"], again.json["version"]) == (1, 1)
    assert first.position == again.position
    assert (first.status, again.status) == (201, 200)
    shown = importer.get(f"/ideas/{first.json['idea_id']}").json
    assert shown["submitted_at"] == "2019-05-06T07:08:09+00:00"
    assert shown["title"] == IDEA["title"]


def test_only_an_import_says_when_an_idea_was_had(api):
    karin = api.as_("employee")
    when = {**IDEA, "occurred_at": "2019-05-06T07:08:09Z"}
    assert karin.post("/ideas", when, expect=403).slug == "occurred-at-is-for-imports"


def test_a_retry_of_what_succeeded_gets_the_first_answer_whatever_others_did_since(api):
    karin, bengt = api.as_("employee"), api.as_("employee", "decider@vof", sub="bengt")
    oskar = api.as_("employee", sub="oskar")
    idea_id = karin.post("/ideas", IDEA).json["idea_id"]
    key = {"Idempotency-Key": "k1"}
    first = oskar.put(f"/ideas/{idea_id}/support", headers=key)
    bengt.post(f"/ideas/{idea_id}/decline", {"reason_code": "other", "reason": "Nej."})
    again = oskar.put(f"/ideas/{idea_id}/support", headers=key)
    assert (again.json, again.position) == (first.json, first.position)
    assert oskar.put(f"/ideas/{idea_id}/support", expect=409).slug == "not-in-this-state"


def test_the_whole_way_of_an_idea_is_on_its_page(api):
    karin, leyla, oskar = (api.as_("employee", sub=sub) for sub in ("karin", "leyla", "oskar"))
    amina = api.as_("employee", "coach@vof", sub="amina")
    bengt = api.as_("employee", "decider@vof", sub="bengt")
    one = f"/ideas/{karin.post('/ideas', IDEA).json['idea_id']}"
    oskar.put(f"{one}/support")
    said = oskar.post(f"{one}/comments", {"text": "Bra!"}).json["comment_id"]
    oskar.patch(f"{one}/comments/{said}", {"text": "Mycket bra!"})
    karin.post(f"{one}/comments", {"text": "Tack.", "in_reply_to": said})
    leyla.post(f"{one}/joins", {"message": "Får jag vara med?"})
    assert [a["message"] for a in karin.get(one).json["asking"]] == ["Får jag vara med?"]
    assert oskar.get(one).json["asking"] == []
    karin.post(f"{one}/joins/{leyla.person_id}/accept")
    amina.post(f"{one}/review")
    amina.post(f"{one}/coach")
    amina.post(f"{one}/ask", {"question": "Hur ofta?"})
    bengt.post(f"{one}/hold", {"review_on": "2099-01-01", "obstacle": "Semester."})
    bengt.post(f"{one}/select", {"reason": "Går att pröva.", "next_step": "Fråga en grupp."})
    shown = oskar.get(one).json
    assert (shown["state"], shown["supporters"], shown["supported"]) == ("selected", 1, True)
    assert shown["coauthors"] == [leyla.person_id]
    assert shown["coach_id"] == amina.person_id
    assert [c["text"] for c in shown["comments"]] == ["Mycket bra!", "Tack."]
    assert [q["question"] for q in shown["questions"]] == ["Hur ofta?"]
    assert [(d["step"], d["reason"]) for d in shown["decisions"]] == [
        ("put_on_hold", "Semester."),
        ("selected", "Går att pröva."),
    ]
    assert shown["decisions"][1]["mandate"]["decided_by"] == bengt.person_id


def test_the_story_tells_it_in_order_and_keeps_to_its_authors_what_is_theirs(api):
    karin, oskar = api.as_("employee"), api.as_("employee", sub="oskar")
    one = f"/ideas/{karin.post('/ideas', {**IDEA, 'draft': True}).json['idea_id']}"
    karin.post(f"{one}/submit")
    oskar.post(f"{one}/comments", {"text": "Bra!"})
    oskar.post(f"{one}/joins", {"message": "Får jag vara med?"})
    api.catch_up()
    told = [(item["what"], item["said"]) for item in karin.get(f"{one}/story").json["items"]]
    assert told == [
        *(("idea-drafted", None), ("idea-submitted", None)),
        *(("comment-added", "Bra!"), ("join-requested", "Får jag vara med?")),
    ]
    for_all = [item["what"] for item in oskar.get(f"{one}/story").json["items"]]
    assert for_all == ["idea-submitted", "comment-added"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "Gå"}, "what"),
        ({**IDEA, "title": 7}, "title"),
        ({**IDEA, "title": "x" * 201}, "title"),
        ({**IDEA, "title": "   "}, "title"),
        ({**IDEA, "what": "nu\0l"}, "what"),
        ({**IDEA, "colour": "blue"}, "colour"),
        ({**IDEA, "challenge_id": "17"}, "challenge_id"),
        ({**IDEA, "challenge_id": "3f0d2c1e-0000-4000-8000-000000000009"}, "challenge_id"),
        ({**IDEA, "links": [{"title": "x", "url": "javascript:alert(1)"}]}, "links.0.url"),
        ({**IDEA, "author": {"kind": "king"}}, "author.kind"),
        ({**IDEA, "tags": ["x"] * 51}, "tags"),
    ],
)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_what_is_not_possible_is_refused_naming_the_field_and_nothing_is_stored(api, body, field, language):
    refused = api.as_("employee", language=language).post("/ideas", body, expect=422)
    assert field in [error["field"] for error in refused.json["errors"]]
    assert refused.json["detail"] != refused.slug
    assert api.store.heads()[0].position == 0


def test_who_may_not_is_told_so_in_their_own_language(api):
    idea_id = api.as_("employee").post("/ideas", IDEA).json["idea_id"]
    swedish = api.as_("employee").put(f"/ideas/{idea_id}/support", expect=409)
    english = api.as_("employee", language="en").put(f"/ideas/{idea_id}/support", expect=409)
    assert swedish.json["detail"] == "Du kan inte stötta din egen idé."
    assert english.json["detail"] == "You cannot support your own idea."


def test_a_refusal_says_the_state_as_people_call_it_and_what_kind_of_no_it_is(api):
    karin, bengt = api.as_("employee"), api.as_("employee", "decider@vof", sub="bengt")
    idea_id = karin.post("/ideas", IDEA).json["idea_id"]
    own = karin.put(f"/ideas/{idea_id}/support", expect=409)
    bengt.post(f"/ideas/{idea_id}/realise", {"what_changed": "Mötena hålls gående."})
    late = bengt.put(f"/ideas/{idea_id}/support", expect=409)
    assert own.json["title"] == "En regel säger nej"
    assert (late.json["title"], late.json["detail"]) == (
        "Går inte i det här läget",
        "Det går inte i läget ”Införd”.",
    )
    assert late.json["state"] == "realised"
