"""Lessons over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contracts.ideas import IdeaSubmitted, LessonBuiltUpon
from contracts.values import Author, LessonUse
from tests.services.experiments.lessons import BETTER, IDEA, OTHER_IDEA, STATEMENT

UNKNOWN = "00000000-0000-4000-8000-0000000000ff"


@pytest.fixture
def karin(api):
    return api.as_("employee", sub="karin", unit="vof-hemvard")


@pytest.fixture
def amina(api):
    return api.as_("employee", "coach@vof", sub="amina")


def planned(by, **fields):
    return by.post("/experiments", {"title": "Video i hemtjänsten", **fields}).json["experiment_id"]


def learned(by, **fields):
    return by.post("/lessons", {"statement": STATEMENT, **fields}).json["lesson_id"]


# ── Writing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_lesson_needs_its_statement_and_nothing_else(karin):
    made = karin.post("/lessons", {"statement": STATEMENT})
    assert (made.status, made.json["version"]) == (201, 1)
    assert made.headers["Location"].endswith(f"/lessons/{made.json['lesson_id']}")
    page = karin.get(f"/lessons/{made.json['lesson_id']}").json
    assert (page["statement"], page["standing"], page["use"], page["unit"]) == (
        STATEMENT,
        "emerging",
        ["recorded"],
        "vof-hemvard",
    )


def test_a_lesson_takes_unit_and_ideas_from_its_experiment_and_closes_it_by_itself(api, karin):
    experiment_id = planned(karin, idea_ids=[IDEA])
    jonas = api.as_("employee", sub="jonas", unit="sof")
    lesson_id = learned(jonas, experiment_ids=[experiment_id])
    page = karin.get(f"/lessons/{lesson_id}").json
    assert (page["unit"], page["idea_ids"], page["experiment_ids"]) == ("vof-hemvard", [IDEA], [experiment_id])
    api.catch_up()
    assert karin.get(f"/experiments/{experiment_id}").json["lesson_ids"] == [lesson_id]


def test_what_was_learned_from_an_experiment_that_nobody_planned_is_refused(karin):
    problem = karin.post("/lessons", {"statement": STATEMENT, "experiment_ids": [UNKNOWN]}, expect=404)
    assert problem.slug == "no-such-experiment"
    assert problem.json["errors"][0]["field"] == "experiment_ids"


def test_two_editors_of_the_same_lesson_do_not_overwrite_each_other(karin):
    one = f"/lessons/{learned(karin)}"
    seen = karin.get(one).etag
    karin.patch(one, {"title": "Samvaro"}, headers={"If-Match": seen})
    assert karin.patch(one, {"title": "Sällskap"}, headers={"If-Match": seen}, expect=412).slug == "changed-meanwhile"
    assert karin.patch(one, {"title": "Sällskap"}, expect=428).status == 428
    assert karin.get(one).json["title"] == "Samvaro"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "statement"),
        ({"statement": ""}, "statement"),
        ({"statement": 7}, "statement"),
        ({"statement": "x" * 10_001}, "statement"),
        ({"statement": "nul\x00"}, "statement"),
        ({"statement": STATEMENT, "colour": "red"}, "colour"),
        ({"statement": STATEMENT, "experiment_ids": ["7"]}, "experiment_ids.0"),
        ({"statement": STATEMENT, "review_on": "2026-13-31"}, "review_on"),
        ({"statement": STATEMENT, "source": {"system": "nasa", "external_id": "1"}}, "source"),
        ({"statement": STATEMENT, "occurred_at": "1998-04-20T00:00:00Z"}, "occurred_at"),
        ({"statement": STATEMENT, "author": {"kind": "group", "label": "Grupp 3"}, "contact_shown": True}, None),
    ],
)
def test_what_cannot_be_is_refused_in_both_languages_and_nothing_is_stored(api, karin, body, field):
    problem = karin.post("/lessons", body, expect=422 if field not in ("source", "occurred_at", None) else 403)
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert field is None or field in [error["field"] for error in problem.json["errors"]]
    english = api.as_("employee", sub="karin", language="en").post("/lessons", body, expect=problem.status)
    assert english.slug == problem.slug
    assert english.json["title"] != problem.json["title"]
    api.catch_up()
    assert karin.get("/lessons").json["items"] == []


# ── Whether it holds ───────────────────────────────────────────────────────────────────────────────────────────────


def test_two_experiments_and_a_coach_confirm_a_lesson_and_a_third_contests_it(karin, amina):
    video, phone, letters = (planned(karin) for _ in range(3))
    one = f"/lessons/{learned(karin)}"
    karin.post(f"{one}/support", {"experiment_id": video, "note": "Samma sak."})
    assert amina.post(f"{one}/confirm", expect=409).slug == "too-few-experiments"
    karin.post(f"{one}/support", {"experiment_id": phone})
    again = karin.post(f"{one}/support", {"experiment_id": phone})
    assert again.json["version"] == 3
    assert karin.post(f"{one}/confirm", expect=403).slug == "role-needed"
    assert "confirm" in amina.get(one).json["allowed_actions"]
    amina.post(f"{one}/confirm")
    assert amina.get(one).json["standing"] == "confirmed"
    karin.post(f"{one}/contradict", {"experiment_id": letters})
    page = karin.get(one).json
    assert (page["standing"], [b["experiment_id"] for b in page["supporting"]]) == ("contested", [video, phone])
    assert [step["what"] for step in page["story"]] == [
        *("lesson-recorded", "lesson-supported", "lesson-supported", "lesson-confirmed", "lesson-contradicted")
    ]


@pytest.mark.parametrize("action", ["support", "contradict"])
def test_an_experiment_that_nobody_planned_says_nothing_of_a_lesson(karin, action):
    one = f"/lessons/{learned(karin)}"
    problem = karin.post(f"{one}/{action}", {"experiment_id": UNKNOWN}, expect=404)
    assert (problem.slug, problem.json["errors"][0]["field"]) == ("no-such-experiment", "experiment_id")


def test_nobody_confirms_a_lesson_of_their_own(amina):
    one = f"/lessons/{learned(amina)}"
    for _ in range(2):
        amina.post(f"{one}/support", {"experiment_id": planned(amina)})
    assert amina.post(f"{one}/confirm", expect=403).slug == "own-lesson"


def test_a_lesson_that_was_replaced_or_taken_back_stays_in_sight(api, karin):
    old, new = learned(karin), learned(karin, statement="Samvaro går sällan att ersätta.")
    assert karin.post(f"/lessons/{old}/supersede", {"superseded_by": BETTER}, expect=404).slug == "no-such-lesson"
    karin.post(f"/lessons/{old}/supersede", {"superseded_by": new})
    karin.post(f"/lessons/{new}/withdraw", {"reason": "Jag hade fel."})
    api.catch_up()
    shown = {item["lesson_id"]: item for item in karin.get("/lessons").json["items"]}
    assert (shown[old]["standing"], shown[old]["superseded_by"]) == ("superseded", new)
    assert (shown[new]["standing"], shown[new]["reason"]) == ("withdrawn", "Jag hade fel.")
    assert shown[new]["allowed_actions"] == ["reinstate"]
    karin.post(f"/lessons/{new}/reinstate", {"reason": "Jo."})
    assert karin.get(f"/lessons/{new}").json["standing"] == "emerging"


def test_a_rejected_lesson_says_why(karin, amina):
    one = f"/lessons/{learned(karin)}"
    amina.post(f"{one}/reject", {"reason": "Gällde bara i juli."})
    page = karin.get(one).json
    assert (page["standing"], page["reason"]) == ("rejected", "Gällde bara i juli.")
    assert karin.post(f"{one}/endorse", expect=409).slug == "not-in-this-state"


def test_as_of_shows_what_was_known_then(karin):
    one = f"/lessons/{learned(karin)}"
    then = karin.get(one).json["recorded_at"].replace("+00:00", "Z")
    karin.post(f"{one}/withdraw", {"reason": "Fel."})
    page = karin.get(f"{one}?as_of={then}").json
    assert (page["standing"], page["version"], page["allowed_actions"]) == ("emerging", 1, [])
    assert karin.get(f"{one}?as_of=1998-04-20T00:00:00Z", expect=404).slug == "no-such-lesson"


# ── How it is used ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_used_a_lesson_is_counted_and_listed_and_nobody_named(api, karin):
    jonas = api.as_("employee", sub="jonas", unit="sof")
    lesson_id = learned(karin)
    one = f"/lessons/{lesson_id}"
    jonas.post(f"{one}/endorse")
    assert jonas.post(f"{one}/endorse").json["version"] == 2
    told = {"where": "Hemtjänsten i centrum", "what_changed": "Vi frågar vad besöket är till för."}
    applied = jonas.post(f"{one}/apply", told)
    proved = jonas.post(f"{one}/validate", {"proof": "Färre återbesök."})
    page = karin.get(one)
    assert page.json["use"] == ["recorded", "endorsed", "applied", "validated"]
    assert (page.json["uses"], page.json["endorsements"]) == (1, 1)
    assert page.json["applications"][0]["application_id"] == applied.json["application_id"]
    assert page.json["validations"][0]["validation_id"] == proved.json["validation_id"]
    assert jonas.person_id not in str(page.json)


def test_an_idea_that_builds_on_a_lesson_cites_it_once(api, ideas, karin):
    lesson_id = learned(karin)
    using = LessonUse(lesson_id=lesson_id, how="Vi börjar där.")
    submitted = IdeaSubmitted(
        idea_id=OTHER_IDEA,
        title="Besök med musik",
        what="Sjung.",
        unit="sof",
        author=Author(kind="employee"),
        builds_on=(using, LessonUse(lesson_id=UNKNOWN, how="Den finns inte.")),
        recorded_by="jonas",
    )
    later = LessonBuiltUpon(idea_id=OTHER_IDEA, unit="sof", lesson_id=lesson_id, how="Igen.", said_by="jonas")
    for event in (submitted, later):
        ideas.add(f"idea-{OTHER_IDEA}", event, by="jonas")
    api.catch_up()
    page = karin.get(f"/lessons/{lesson_id}").json
    assert [(citation["idea_id"], citation["how"]) for citation in page["citations"]] == [
        (OTHER_IDEA, "Vi börjar där.")
    ]


# ── The library ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_library_is_searched_and_filtered(api, karin):
    jonas = api.as_("employee", sub="jonas", unit="sof")
    video = learned(karin, title="Videosamtal", tags=["Digitalt"])
    lifts = learned(jonas, statement="Valves must be tested before launch.", language="en")
    karin.post(f"/lessons/{lifts}/apply", {"where": "Verkstaden", "what_changed": "Ventiler provas."})
    api.catch_up()
    for query, found in (
        ("", [lifts, video]),
        ("?text=videosamtalen", [video]),
        ("?text=testing+valves", [lifts]),
        ("?unit=sof", [lifts]),
        ("?tag=digitalt", [video]),
        ("?standing=emerging,withdrawn&sort=most_used", [lifts, video]),
        ("?standing=withdrawn", []),
        ("?use=applied", [lifts]),
        ("?text=videosamtalen&unit=sof", []),
    ):
        assert [item["lesson_id"] for item in karin.get(f"/lessons{query}").json["items"]] == found, query
    first = karin.get("/lessons?limit=1").json
    second = karin.get(f"/lessons?limit=1&after={first['next']}").json
    assert [first["items"][0]["lesson_id"], second["items"][0]["lesson_id"]] == [lifts, video]
    assert karin.get("/lessons?after=kaffe", expect=422).slug == "bad-cursor"


def test_whom_to_ask_is_shown_only_if_they_want_to_be_asked(api, karin):
    jonas = api.as_("employee", sub="jonas", unit="sof")
    quiet, open_ = learned(karin), learned(karin, contact_shown=True)
    assert jonas.get(f"/lessons/{quiet}").json["contact"] is None
    assert karin.person_id not in str(jonas.get(f"/lessons/{quiet}").json)
    assert jonas.get(f"/lessons/{open_}").json["contact"]["person_id"] == karin.person_id
    api.catch_up()
    shown = {item["lesson_id"]: item["contact"] for item in jonas.get("/lessons").json["items"]}
    assert shown[quiet] is None
    assert shown[open_]["person_id"] == karin.person_id


def test_reading_right_after_writing_sees_what_was_written(api, karin):
    made = karin.post("/lessons", {"statement": STATEMENT})
    api.catch_up()
    found = karin.get("/lessons", headers={"If-Position": made.position})
    assert [item["lesson_id"] for item in found.json["items"]] == [made.json["lesson_id"]]


# ── Imports ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_row_imported_again_adds_nothing_and_keeps_its_day(api, karin):
    row = {
        "statement": "Valves must be tested before launch.",
        "unit": "nasa-ksc",
        "source": {"system": "nasa", "external_id": "1042"},
        "occurred_at": "1998-04-20T00:00:00Z",
    }
    importer = api.machine()
    first, again = importer.post("/lessons", row), importer.post("/lessons", row)
    assert (first.json["lesson_id"], again.json["version"]) == (again.json["lesson_id"], 1)
    other = importer.post("/lessons", {**row, "source": {"system": "nasa", "external_id": "1043"}})
    assert other.json["lesson_id"] != first.json["lesson_id"]
    page = karin.get(f"/lessons/{first.json['lesson_id']}").json
    assert datetime.fromisoformat(page["recorded_at"]) == datetime(1998, 4, 20, tzinfo=UTC)
    assert (page["source"]["external_id"], page["unit"], page["contact"]) == ("1042", "nasa-ksc", None)
