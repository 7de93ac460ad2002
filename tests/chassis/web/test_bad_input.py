"""Whatever comes in: a problem document in the caller's language, never a 500, nothing kept."""

from __future__ import annotations

import io
import logging

import pytest
import structlog

from chassis.errors import Unavailable
from chassis.testing.web import TOKENS, Api
from tests.chassis.web.counters import open_api

FIELDS = "fields-not-valid"
UUID = "1f0c8e5b-7d4a-4329-80e1-f2c3b4a59687"
JSON = "application/json"


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    with open_api(tmp_path_factory.mktemp("bad")) as api:
        yield api


def send(api: Api, method, path, data=None, content_type=JSON, language="sv", **headers):
    token = TOKENS.sign("karin", ["employee"], unit="vof")
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": language, **headers}
    return api.app.test_client().open(path, method=method, data=data, content_type=content_type, headers=headers)


BODIES = {
    "broken": (b'{"title": ', 400, "not-json", None),
    "two documents": (b'{"title": "x"}{}', 400, "not-json", None),
    "invalid UTF-8": (b'{"title": "\xff\xfe"}', 400, "not-json", None),
    "a lone surrogate": (rb'{"title": "\ud800"}', 400, "not-json", None),
    "NaN": (b'{"title": NaN}', 400, "not-json", None),
    "very deep": (b"[" * 100_000, 400, "not-json", None),
    "deep objects": (b'{"title":' * 3_000 + b"1" + b"}" * 3_000, 400, "not-json", None),
    "a list": (b"[]", 422, "not-an-object", None),
    "a text": (b'"x"', 422, "not-an-object", None),
    "null": (b"null", 422, "not-an-object", None),
    "nothing": (b"{}", 422, FIELDS, "title"),
    "an unknown field": (b'{"title": "x", "colour": "red"}', 422, FIELDS, "colour"),
    "who I say I am": (b'{"title": "x", "by": "bengt"}', 422, FIELDS, "by"),
    "an id of mine": (b'{"title": "x", "counter_id": "' + UUID.encode() + b'"}', 422, FIELDS, "counter_id"),
    "a wrong type": (b'{"title": 7}', 422, FIELDS, "title"),
    "an object": (b'{"title": {"a": 1}}', 422, FIELDS, "title"),
    "null in a field": (b'{"title": null}', 422, FIELDS, "title"),
    "too long": (b'{"title": "' + b"x" * 201 + b'"}', 422, FIELDS, "title"),
    "empty": (b'{"title": "  "}', 422, FIELDS, "title"),
    "a NUL": (rb'{"title": "a\u0000b"}', 422, FIELDS, "title"),
    "a list of the wrong": (b'{"title": "x", "parts": ["a", 7]}', 422, FIELDS, "parts.1"),
    "no list": (b'{"title": "x", "parts": "a"}', 422, FIELDS, "parts"),
    "too many": (b'{"title": "x", "parts": ["a", "b", "c", "d"]}', 422, FIELDS, "parts"),
    "deep inside": (b'{"title": "x", "links": [{"title": "y", "url": "ftp://z"}]}', 422, FIELDS, "links.0.url"),
    "no moment": (b'{"title": "x", "occurred_at": "yesterday"}', 422, FIELDS, "occurred_at"),
    "no time zone": (b'{"title": "x", "occurred_at": "2019-05-06T07:08:09"}', 422, FIELDS, "occurred_at"),
    "before time": (b'{"title": "x", "occurred_at": "0001-01-01T00:00:00+14:00"}', 422, FIELDS, "occurred_at"),
    "2 MB": (b'{"title": "' + b"x" * 2**21 + b'"}', 413, "body-too-large", None),
}  # fmt: skip


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_answered_with_what_is_wrong_in_it(api, name, language):
    body, status, slug, field = BODIES[name]
    before = api.store.heads()
    answer = send(api, "POST", "/counters", body, language=language)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    problem = answer.get_json()
    assert (problem["type"], problem["status"]) == (f"/problems/{slug}", status)
    assert answer.headers["Content-Language"] == language
    assert field is None or field in [error["field"] for error in problem["errors"]]
    assert all(error["message"] for error in problem["errors"])
    assert api.store.heads() == before


def test_a_body_in_chunks_is_not_cut_but_refused(api):
    before = api.store.heads()
    body = io.BytesIO(b'{"title": "x"}' + b" " * 2**21)
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    token = TOKENS.sign("karin", ["employee"])
    answer = api.app.test_client().post(
        "/counters",
        input_stream=body,
        content_type=JSON,
        headers={"Authorization": f"Bearer {token}"},
        environ_overrides=chunked,
    )
    assert (answer.status_code, answer.get_json()["type"]) == (413, "/problems/body-too-large")
    assert api.store.heads() == before


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("true", "Ska vara ett heltal."),
        ("1.5", "Ska vara ett heltal."),
        ('"elva"', "Ska vara ett heltal."),
        ("[]", "Ska vara ett heltal."),
        ("9007199254740992", "Talet är för stort."),
        ("1e300", "Ska vara ett heltal."),
        ("-" + "9" * 400, None),
    ],
)
def test_a_number_is_a_whole_number_that_everybody_counts_exactly(api, amount, message):
    answer = send(api, "POST", f"/counters/{UUID}/raise", f'{{"amount": {amount}}}')
    assert answer.status_code in (400, 422)
    assert message is None or answer.get_json()["errors"] == [{"field": "amount", "message": message}]


REQUESTS = {
    "an unknown id": ("GET", f"/counters/{UUID}", 404, "no-such-counter"),
    "no id": ("GET", "/counters/anna", 404, "no-such-thing"),
    "a NUL in a path": ("GET", "/counters/a%00b", 404, "no-such-thing"),
    "no UTF-8 in a path": ("GET", "/counters/%ff%fe", 404, "no-such-thing"),
    "an unknown path": ("GET", "/colours", 404, "no-such-page"),
    "an unknown path below": ("POST", f"/counters/{UUID}/paint", 404, "no-such-page"),
    "a method that is not there": ("DELETE", "/counters", 405, "method-not-allowed"),
    "a method of their own": ("BREW", "/counters", 405, "method-not-allowed"),
    "an unknown parameter": ("GET", "/counters?colour=red", 422, FIELDS),
    "a bad number": ("GET", "/counters?at_least=many", 422, FIELDS),
    "an empty number": ("GET", "/counters?at_least=", 422, FIELDS),
    "a bad moment": ("GET", f"/counters/{UUID}?as_of=now", 422, FIELDS),
    "a NUL in a query": ("GET", "/counters?counter=%00", 422, FIELDS),
    "a cursor of their own": ("GET", "/counters?after=abc", 422, "bad-cursor"),
    "a cursor of other columns": ("GET", "/counters?after=WyJhIl0", 422, "bad-cursor"),
    "a cursor that is no base64": ("GET", "/counters?after=%C3%A5", 422, "bad-cursor"),
    "a cursor beyond integers": ("GET", "/counters?after=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5LCJhIl0", 422, "bad-cursor"),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_bad_request_is_answered_with_what_is_wrong(api, name):
    method, path, status, slug = REQUESTS[name]
    api.catch_up()
    answer = send(api, method, path, content_type=None)
    assert (answer.status_code, answer.get_json()["type"]) == (status, f"/problems/{slug}")
    assert answer.get_json()["instance"] == path.partition("?")[0].replace("%00", "\0") or "%" in path


def test_a_method_that_is_not_there_says_which_are(api):
    assert set(send(api, "DELETE", "/counters").headers["Allow"].split(", ")) >= {"GET", "POST"}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
def test_a_body_must_say_that_it_is_json(api, content_type):
    answer = send(api, "POST", "/counters", b'{"title": "x"}', content_type)
    assert (answer.status_code, answer.get_json()["type"]) == (415, "/problems/wrong-content-type")


@pytest.mark.parametrize(
    ("wanted", "got"),
    [("en", "en"), ("en-GB,en;q=0.9", "en"), ("sv-SE", "sv"), ("de", "sv"), ("", "sv"), ("\x7f;;q=x", "sv")],
)
def test_a_problem_is_told_in_the_callers_language(api, wanted, got):
    answer = send(api, "GET", f"/counters/{UUID}", language=wanted)
    assert answer.headers["Content-Language"] == got
    assert (
        answer.get_json()["detail"] == {"en": "There is no such counter.", "sv": "Det finns ingen sådan räknare."}[got]
    )


def test_a_refusal_of_the_domain_has_its_text_and_its_details(api):
    made = send(api, "POST", "/counters", b'{"title": "x"}').headers["Location"]
    problem = send(api, "POST", f"{made}/raise", b'{"amount": 1000}').get_json()
    assert (problem["status"], problem["detail"], problem["most"]) == (409, "En räknare rymmer högst 1000.", 1000)


def test_what_the_caller_may_not_is_said_with_the_role(api):
    problem = send(api, "POST", f"/counters/{UUID}/forbid", b"{}").get_json()
    assert (problem["status"], problem["type"], problem["roles"]) == (403, "/problems/role-needed", "decider")


def test_a_fault_of_ours_tells_the_caller_nothing_and_the_log_where(api):
    with structlog.testing.capture_logs() as lines:
        answer = send(api, "POST", f"/counters/{UUID}/break-down", b"{}")
    assert (answer.status_code, answer.get_json()["type"]) == (500, "/problems/unexpected")
    assert "Andersson" not in answer.get_data(as_text=True)
    (noted,) = [line for line in lines if line["log_level"] == "error"]
    assert noted["correlation_id"] == answer.get_json()["correlation_id"]
    assert logging.getLevelNamesMapping()[noted["log_level"].upper()] >= logging.ERROR


def test_what_cannot_be_done_now_says_when_to_try_again(api, monkeypatch):
    def away(*_, **__):
        raise Unavailable("store-unavailable", retry_after=7)

    monkeypatch.setattr(api.store, "append", away)
    answer = send(api, "POST", "/counters", b'{"title": "x"}')
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")


def test_a_thousand_mistakes_are_told_as_a_hundred(api):
    body = "{" + ",".join(f'"f{n}": 1' for n in range(1000)) + "}"
    assert len(send(api, "POST", "/counters", body).get_json()["errors"]) == 100
