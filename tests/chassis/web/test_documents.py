"""The OpenAPI document and the page that shows it, from this machine alone."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator

from chassis.web.docs import PAGES, swagger_files
from chassis.web.documents import summary_of


@pytest.fixture
def document(api):
    return api.app.test_client().get("/openapi.json").get_json()


def at(document, path, method):
    return document["paths"][path][method]


def test_a_command_is_described_with_body_answer_headers_and_refusals(document):
    start = at(document, "/counters", "post")
    assert (start["summary"], start["description"]) == ("Start a counter", "It begins at one.")
    assert start["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/StartCounter"
    }
    answer = start["responses"]["201"]
    assert set(answer["headers"]) == {"ETag", "Event-Position", "Location"}
    properties = answer["content"]["application/json"]["schema"]["properties"]
    assert set(properties) == {"counter_id", "part_ids", "version"}
    assert start["responses"]["422"] == {"$ref": "#/components/responses/Problem"}
    assert {"$ref": "#/components/parameters/IdempotencyKey"} in start["parameters"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("Start it.", {"summary": "Start it"}),
        ("Start it. Refused with\nno-time.", {"summary": "Start it", "description": "Refused with no-time."}),
        ("Start it.\n\nAt ``at``.\n", {"summary": "Start it", "description": "At `at`."}),
        (
            "Start ``it`` e.g. now; or\nlater. A.\n\nB.",
            {"summary": "Start `it` e.g. now; or later", "description": "A.\n\nB."},
        ),
        (None, {"summary": ""}),
    ],
)
def test_the_summary_is_the_first_sentence_and_the_description_the_rest(told, said):
    assert summary_of(told) == said


def test_a_body_has_its_limits_its_meanings_and_no_field_that_is_given(document):
    body = document["components"]["schemas"]["StartCounter"]
    assert body["properties"]["title"] == {
        "type": "string",
        "description": "What it counts.",
        "minLength": 1,
        "maxLength": 200,
    }
    assert body["properties"]["parts"]["maxItems"] == 3
    assert body["additionalProperties"] is False
    assert "counter_id" not in body["properties"]
    assert document["components"]["schemas"]["Link"]["properties"]["url"]["pattern"].startswith("^https?")


def test_a_version_that_is_needed_is_described_so(document):
    assert {"$ref": "#/components/parameters/IfMatchNeeded"} in at(document, "/counters/{counter_id}", "patch")[
        "parameters"
    ]
    assert document["components"]["parameters"]["IfMatchNeeded"]["required"] is True
    assert "428" in at(document, "/counters/{counter_id}", "patch")["responses"]


def test_a_query_is_described_with_parameters_and_answer(document):
    asked = at(document, "/counters", "get")
    named = {parameter.get("name") for parameter in asked["parameters"]}
    assert {"at_least", "counter", "limit", "after"} <= named
    (text,) = (p["schema"] for p in asked["parameters"] if p.get("name") == "text")
    assert (text["minLength"], text["maxLength"]) == (1, 50), "its own, not those of every text"
    schema = asked["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/CounterPages"}
    (path,) = (p for p in at(document, "/counters/{counter_id}", "get")["parameters"] if p.get("in") == "path")
    assert path["required"] is True
    assert path["schema"]["pattern"].startswith("^[0-9a-f]")


def test_answers_are_as_described(document, api, karin, counter):
    api.catch_up()
    answered = karin.get("/counters").json
    schema = {**document["components"]["schemas"]["CounterPages"], "components": document["components"]}
    Draft202012Validator(schema).validate(answered)
    problem = karin.get("/counters?limit=x", expect=422).json
    Draft202012Validator(document["components"]["schemas"]["Problem"]).validate(problem)


def test_the_page_takes_everything_from_here(api):
    client = api.app.test_client()
    page = client.get("/docs")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    wanted = re.findall(r'(?:src|href)="([^"]+)"', page.get_data(as_text=True))
    assert wanted
    for path in wanted:
        assert path.startswith("/docs/")
        assert client.get(path).status_code == 200
    assert "<script>" not in page.get_data(as_text=True)
    assert "http" not in (PAGES / "start.js").read_text()


def test_a_file_of_the_page_is_not_sent_twice(api):
    client = api.app.test_client()
    etag = client.get("/docs/swagger-ui.css").headers["ETag"]
    assert client.get("/docs/swagger-ui.css", headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    "path", ["/docs/../app.py", "/docs/%2e%2e%2fapp.py", "/docs/swagger-ui.js.map", "/docs/LICENSE"]
)
def test_no_other_file_is_given(api, path):
    assert api.app.test_client().get(path).status_code == 404


def test_swagger_ui_is_there():
    assert (swagger_files() / "swagger-ui-bundle.js").stat().st_size > 100_000
