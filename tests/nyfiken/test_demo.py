"""The demo says what was not as told, and its exit code says so too."""

import httpx
import pytest
from click.testing import CliRunner

from chassis.keys import load_keys, make_keys
from chassis.tokens import Tokens
from nyfiken.demo import command as demo
from nyfiken.demo.client import NotAsTold, Person, Platform, check
from nyfiken.demo.people import CAST, token_of


def test_tokens_are_signed_with_keys_that_are_named_from_where_somebody_stands(monkeypatch, tmp_path):
    make_keys(tmp_path / "keys")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NYFIKEN_KEYS", "keys")
    keys = load_keys(tmp_path, tmp_path / "keys")
    token = token_of(CAST[0], tmp_path / "data")
    assert Tokens(keys.signing, keys.secret).caller(token).roles


@pytest.fixture
def told(monkeypatch, tmp_path):
    """``nyfiken demo`` on a platform that seems to run, with another story."""

    def tell(story):
        monkeypatch.setattr(demo, "_ready", lambda url: True)
        monkeypatch.setattr(demo, "token_of", lambda part, data: "a token")
        monkeypatch.setattr(demo, "tell", story)
        return CliRunner().invoke(demo.command, ["--data", str(tmp_path)])

    return tell


def a_step(then):
    def story(stage):
        stage.chapter("Ett kapitel")
        with stage.step("Karin gör något"):
            then(stage)

    return story


def test_a_story_that_is_as_told_ends_well(told):
    answer = told(a_step(lambda stage: stage.shows("[något] hon ser")))
    assert answer.exit_code == 0
    assert "✓ Karin gör något" in answer.stdout
    assert "    [något] hon ser" in answer.stdout
    assert "1 steg" in answer.stdout


def test_a_step_that_is_not_as_told_ends_the_story_with_1(told):
    answer = told(a_step(lambda stage: check("idén", got="draft", expected="selected")))
    assert answer.exit_code == 1
    assert "✗ Karin gör något" in answer.stdout
    assert "Error: idén: väntade 'selected', fick 'draft'" in answer.stderr


def test_a_platform_that_goes_away_ends_the_story_with_1(told):
    def gone(stage):
        raise httpx.ConnectError("gone")

    assert told(a_step(gone)).exit_code == 1


def somebody(monkeypatch, *answers):
    waiting = list(answers)
    platform = Platform({})
    seen = []

    def send(method, path, token, body, headers):
        seen.append((method, path, headers))
        return Platform.send(platform, method, path, token, body, headers)

    transport = httpx.MockTransport(lambda request: waiting.pop(0))
    platform._services["ideas"] = httpx.Client(base_url="http://it", transport=transport)
    monkeypatch.setattr(platform, "send", send)
    return Person(platform, "Karin", "a token"), seen


def test_a_person_asks_with_all_positions_that_were_written(monkeypatch):
    written = [httpx.Response(201, json={}, headers={"Event-Position": f"ideas/0:{n}, ideas/1:2"}) for n in (7, 9, 8)]
    karin, seen = somebody(monkeypatch, *written, httpx.Response(503, json={}), httpx.Response(200, json={}))
    for _ in written:
        karin.post("/ideas", {})
    karin.get("/ideas")
    assert [headers.get("If-Position") for _, _, headers in seen[3:]] == ["ideas/0:9, ideas/1:2"] * 2
    assert len({headers["Idempotency-Key"] for _, _, headers in seen[:3]}) == 3


def test_an_answer_that_is_not_expected_is_told_with_its_reason(monkeypatch):
    problem = {"type": "/problems/x", "detail": "Nej.", "errors": [{"field": "title", "message": "Måste anges."}]}
    karin, _ = somebody(monkeypatch, httpx.Response(422, json=problem))
    with pytest.raises(NotAsTold, match=r"answered 422, not as told: /problems/x Nej\. title: Måste anges\."):
        karin.post("/ideas", {})


def test_a_refusal_that_does_not_come_or_has_another_reason_is_not_as_told(monkeypatch):
    karin, _ = somebody(monkeypatch, httpx.Response(201, json={}), httpx.Response(409, json={"type": "/problems/x"}))
    with pytest.raises(NotAsTold, match="it should have been refused"):
        karin.refused("POST", "/ideas", {}, "y")
    with pytest.raises(NotAsTold, match="väntade '/problems/y', fick '/problems/x'"):
        karin.refused("POST", "/ideas", {}, "y")
