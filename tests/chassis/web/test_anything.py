"""Anything may be sent: it is answered with what the document says, and never with a 500."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.testing.anything import answers_as_described
from chassis.testing.web import TOKENS
from tests.chassis.web.counters import open_api

UUID = "1f0c8e5b-7d4a-4329-80e1-f2c3b4a59687"
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
VALUES = st.recursive(LEAVES, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=8), v, max_size=4))
FIELDS = st.sampled_from(["title", "parts", "links", "occurred_at", "amount", "note", "name", "to_id", "unit", "by"])
BODIES = st.dictionaries(FIELDS | st.text(max_size=8), VALUES, max_size=5)
PATHS = st.sampled_from(["", f"/{UUID}", f"/{UUID}/raise", f"/{UUID}/signature", f"/{UUID}/move", f"/{UUID}/forbid"])
METHODS = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"])
PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
HEADERS = st.dictionaries(
    st.sampled_from(["If-Match", "If-None-Match", "If-Position", "Idempotency-Key", "Accept-Language", "traceparent"]),
    PRINTABLE,
)
RELAXED = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    with open_api(tmp_path_factory.mktemp("anything")) as api:
        api.catch_up()
        yield api


def send(api, method, path, **more):
    token = TOKENS.sign("karin", ["employee", "service" if "service" in path else "coach"])
    headers = {**more.pop("headers", {}), "Authorization": f"Bearer {token}"}
    return api.app.test_client().open(path, method=method, headers=headers, **more)


@RELAXED
@given(method=METHODS, path=PATHS, body=BODIES | VALUES, headers=HEADERS)
def test_any_json(api, method, path, body, headers):
    data = json.dumps(body)
    answer = send(api, method, f"/counters{path}", data=data, headers=headers, content_type="application/json")
    assert answer.status_code < 500 or answer.status_code == 503


@RELAXED
@given(method=METHODS, path=PATHS, data=st.binary(max_size=200))
def test_any_bytes(api, method, path, data):
    answer = send(api, method, f"/counters{path}", data=data, content_type="application/json")
    assert answer.status_code < 500


@RELAXED
@given(path=st.text(max_size=40), query=st.text(max_size=60))
def test_any_address(api, path, query):
    answer = send(api, "GET", f"/counters/{path}".partition("?")[0] or "/", query_string=query)
    assert answer.status_code < 500


def test_what_is_answered_is_what_the_document_says(api):
    token = TOKENS.sign("karin", ["employee", "analyst"], unit="vof")
    answers_as_described(api, {"Authorization": f"Bearer {token}"}, but=("counters-break-down",))
