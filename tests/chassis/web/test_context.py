"""Around every request: a token, a line in the log, careful headers."""

from __future__ import annotations

import pytest
import structlog

from chassis.testing.web import TOKENS

OPEN = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/<name>"}


def routes_of(app):
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods):
            yield method, rule.rule


def test_every_route_but_the_open_ones_needs_a_token(api):
    client = api.app.test_client()
    for method, rule in routes_of(api.app):
        status = client.open(rule.replace("<", "").replace(">", ""), method=method).status_code
        assert (status == 401) == (rule not in OPEN), f"{method} {rule}: {status}"


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Basic a2FyaW46eA==", "bearer nonsense", "Bearer a.b.c", "\xff"]
)
def test_who_is_not_known_is_asked_who_they_are(api, authorization):
    answer = api.app.test_client().get("/counters", headers={"Authorization": authorization})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_nothing_but_the_token_says_who_it_is(api, karin, counter):
    headers = {"X-User": "bengt", "X-Forwarded-User": "bengt", "X-Roles": "decider"}
    assert karin.post(f"{counter}/forbid", {}, headers=headers, expect=403).slug == "role-needed"
    boss = api.as_("decider@vof")
    assert boss.post(f"{counter}/forbid", {}).status == 200
    assert boss.post(f"{counter}/forbid", {"unit": "sof"}, expect=403).slug == "role-needed"


def test_a_request_leaves_one_line_that_names_no_person_and_no_thing(api, karin, counter):
    with structlog.testing.capture_logs() as lines:
        answer = karin.post(
            f"{counter}/raise?who=anna", {"note": "Anna Andersson"}, headers={"Idempotency-Key": "anna"}
        )
    (line,) = lines
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("POST", "/counters/<counter_id>/raise", 200)
    assert (line["roles"], line["positions"]) == (["employee"], answer.position)
    assert line["ms"] >= 0
    said = str(line).lower()
    assert not [word for word in ("anna", karin.person_id, "karin", counter) if word in said]


def test_a_refused_request_leaves_its_slug(api, karin):
    with structlog.testing.capture_logs() as lines:
        karin.get("/nowhere/anna", expect=404)
    assert [(line["route"], line["problem"], line["status"]) for line in lines] == [("-", "no-such-page", 404)]


@pytest.mark.parametrize("path", ["/counters", "/nowhere", "/openapi.json", "/docs", "/docs/swagger-ui-bundle.js"])
def test_every_answer_tells_browsers_to_be_careful(api, path):
    answer = api.app.test_client().get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Server" not in answer.headers


def test_an_expired_token_says_that_it_is_expired(api):
    from datetime import timedelta

    token = TOKENS.sign("karin", ["employee"], valid_for=timedelta(minutes=-5))
    answer = api.app.test_client().get("/counters", headers={"Authorization": f"Bearer {token}"})
    assert answer.get_json()["type"] == "/problems/token-expired"
