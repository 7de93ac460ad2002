"""What no service takes: told with slug and field, in Swedish and in English; nothing is stored, nothing breaks."""

from __future__ import annotations

import pytest

from chassis.testing.web import Api
from services.experiments.main import PROGRAM as EXPERIMENTS
from services.ideas.main import PROGRAM as IDEAS
from services.notifications.main import PROGRAM as NOTIFICATIONS

NOBODY = "00000000-0000-4000-8000-000000000000"
JSON = {"Content-Type": "application/json"}
WAYS = {
    "ideas": ("POST", "/ideas", {"title": "Promenadmöten", "what": "Håll korta möten gående."}, "title", 201),
    "experiments": ("POST", "/lessons", {"statement": "Gå oftare.", "title": "Gång"}, "title", 201),
    "notifications": ("PUT", "/me", {"name": "Karin Ek", "language": "sv"}, "name", 200),
}
"""Service → a command that is taken, a field of it that is text, and how it is answered."""
LISTS = {"ideas": "/ideas", "experiments": "/lessons", "notifications": "/inbox"}


@pytest.fixture(params=[IDEAS, EXPERIMENTS, NOTIFICATIONS], ids=lambda program: program.service.name)
def api(request, tmp_path):
    program = request.param
    with Api(program.service, program.routes, tmp_path, problem_texts=[program.problems]) as api:
        api.catch_up()
        yield api


@pytest.fixture
def refused(api):
    """Sends something twice, once for each language; both are the same no, and nothing was stored."""

    def send(method, path, *, data=None, json=None, headers=None):
        before, told = api.store.heads(), {}
        for language in ("sv", "en"):
            somebody = api.as_("employee", language=language)
            sent = {**somebody._headers, **(headers or {})}
            answer = api.app.test_client().open(path, method=method, data=data, json=json, headers=sent)
            told[language] = answer
        swedish, english = told["sv"].json, told["en"].json
        assert told["sv"].mimetype == "application/problem+json"
        assert (swedish["type"], swedish["status"]) == (english["type"], english["status"])
        assert swedish["detail"] != english["detail"]
        assert swedish["title"] != english["title"]
        assert api.store.heads() == before
        return swedish["status"], swedish["type"].removeprefix("/problems/"), [e["field"] for e in swedish["errors"]]

    return send


@pytest.fixture
def way(api):
    return WAYS[api.service.name]


def test_what_the_others_are_like_is_taken(api, way):
    method, path, body, _, status = way
    api.as_("employee").send(method, path, body, expect=status)


@pytest.mark.parametrize("value", [7, ["a"], {"a": 1}, "", " ", "x" * 300, "a\x00b"], ids=repr)
def test_a_value_that_cannot_be_is_refused_with_its_field(refused, way, value):
    method, path, body, field, _ = way
    assert refused(method, path, json={**body, field: value}) == (422, "fields-not-valid", [field])


def test_a_field_that_nobody_knows_is_refused_by_its_name(refused, way):
    method, path, body, _, _ = way
    assert refused(method, path, json={**body, "colour": "red"}) == (422, "fields-not-valid", ["colour"])


@pytest.mark.parametrize("data", [b'{"title": ', b"\xff\xfe", b"[" * 100_000, b'"text"', b"[1]"], ids=range(5))
def test_what_is_not_a_json_object_is_refused(refused, way, data):
    method, path, _, _, _ = way
    status, _, _ = refused(method, path, data=data, headers=JSON)
    assert status in (400, 422)


def test_two_megabytes_are_refused(refused, way):
    method, path, body, field, _ = way
    status, slug, _ = refused(method, path, json={**body, field: "x" * 2_000_000})
    assert (status, slug) == (413, "body-too-large")


def test_a_form_is_refused(refused, way):
    method, path, _, field, _ = way
    status, slug, _ = refused(method, path, data={field: "x"})
    assert (status, slug) == (415, "wrong-content-type")


def test_an_unknown_path_and_a_wrong_method_are_refused(refused, api):
    assert refused("GET", "/nothing")[:2] == (404, "no-such-page")
    assert refused("PATCH", LISTS[api.service.name], json={})[:2] == (405, "method-not-allowed")


@pytest.mark.parametrize(("query", "field"), [("limit=0", "limit"), ("limit=many", "limit"), ("colour=red", "colour")])
def test_a_question_that_cannot_be_is_refused_with_its_parameter(refused, api, query, field):
    assert refused("GET", f"{LISTS[api.service.name]}?{query}") == (422, "fields-not-valid", [field])


def test_a_made_up_cursor_is_refused(refused, api):
    assert refused("GET", f"{LISTS[api.service.name]}?after=made-up") == (422, "bad-cursor", ["after"])


@pytest.mark.parametrize(
    ("service", "method", "path", "slug"),
    [
        ("ideas", "PUT", f"/ideas/{NOBODY}/support", "no-such-idea"),
        ("ideas", "GET", f"/challenges/{NOBODY}", "no-such-challenge"),
        ("experiments", "POST", f"/experiments/{NOBODY}/pause", "no-such-experiment"),
        ("experiments", "GET", f"/lessons/{NOBODY}", "no-such-lesson"),
        ("notifications", "POST", f"/inbox/{NOBODY}/read", "no-such-notification"),
    ],
)
def test_what_is_not_there_is_not_found(refused, api, service, method, path, slug):
    if service == api.service.name:
        assert refused(method, path)[:2] == (404, slug)
