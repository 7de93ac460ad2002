"""What people do, in front of a platform that is made up."""

import json
import random
from pathlib import Path

import pytest

from benchmarks.load.actions import ACTIONS, READING, WRITING
from benchmarks.load.asking import Answer, judged
from benchmarks.load.pace import answered, begun
from tests.benchmarks.load.crowd import answer, asked, crowd

ROOT = Path(__file__).parents[3]


def requests_of(action, persona="employee"):
    visitor = next(who for of, who in crowd() if of.name == persona)
    found, under, chance = [], begun(ACTIONS[action](visitor), visitor), random.Random(1)
    while under:
        found.append(under.ask)
        under = answered(under, answer(under.ask, chance))
    return found


def route_of(ask):
    """The route's template: ids are thirty-six characters, or a thing with one."""
    parts = ask.path.partition("?")[0].split("/")
    return [part if len(part) < 36 else "{}" for part in parts]


@pytest.mark.parametrize("action", ACTIONS)
def test_every_request_is_of_a_route_that_the_service_has(action):
    for ask in requests_of(action, "test-leader"):
        described = json.loads((ROOT / "contracts" / "openapi" / f"{ask.service}.json").read_text())
        routes = {
            (method.upper(), tuple("{}" if part.startswith("{") else part for part in path.split("/")))
            for path, methods in described["paths"].items()
            for method in methods
        }
        assert (ask.method, tuple(route_of(ask))) in routes


def test_four_of_five_requests_read_and_the_others_write():
    requests = [ask for _, ask in asked(20_000, crowd())]
    share = sum(not ask.is_read for ask in requests) / len(requests)
    assert 0.15 <= share <= 0.20


def test_every_command_has_a_key_of_its_own():
    commands = [ask for _, ask in asked(2_000, crowd()) if not ask.is_read]
    assert len({ask.headers["Idempotency-Key"] for ask in commands}) == len(commands)


def test_a_page_is_asked_for_as_it_is_after_what_one_wrote_there():
    *_, written, read = requests_of("comment")
    assert not written.is_read
    assert read.headers["If-Position"] == "ideas/0:7"


def test_a_page_that_one_has_is_asked_for_if_it_has_changed():
    visitor = crowd()[0][1]
    first = next(ACTIONS["board"](visitor))
    visitor.noted(first, answer(first, random.Random(1)))
    again = next(ACTIONS["board"](visitor))
    assert ("If-None-Match" in first.headers, again.headers["If-None-Match"]) == (False, '"1"')
    visitor.noted(again, Answer(status=304, headers={}, body=b""))
    assert len(visitor.at_hand(again.path)) == 1


def test_an_idea_is_put_in_other_words_by_whoever_has_read_it():
    visitor = crowd()[0][1]
    visitor.ideas.append("7d1c0a52-5f0f-4f0e-9d52-6f6c1c6d7b11")
    under = begun(ACTIONS["revise"](visitor), visitor)
    under = answered(under, answer(under.ask, random.Random(1)))
    assert (under.ask.method, under.ask.headers["If-Match"]) == ("PATCH", '"1"')


@pytest.mark.parametrize(
    ("status", "headers", "slug", "verdict"),
    [
        (201, {}, "", "good"),
        (304, {}, "", "good"),
        (503, {"Retry-After": "1"}, "not-there-yet", "later"),
        (503, {}, "store-unavailable", "error"),
        (409, {}, "not-in-this-state", "conflict"),
        (412, {}, "changed-meanwhile", "conflict"),
        (409, {}, "own-idea", "error"),
        (404, {}, "no-such-thing", "error"),
        (0, {}, "", "error"),
    ],
)
def test_an_answer_is_judged_by_what_the_domain_calls_ordinary(status, headers, slug, verdict):
    body = json.dumps({"type": f"/problems/{slug}"}).encode() if slug else b""
    assert judged(Answer(status=status, headers=headers, body=body)) == verdict


@pytest.mark.parametrize("action", ACTIONS)
def test_who_only_reads_changes_nothing_and_who_writes_does(action):
    writes = any(not ask.is_read for ask in requests_of(action, "test-leader"))
    assert (writes, action in READING) == (action in WRITING, not writes)
