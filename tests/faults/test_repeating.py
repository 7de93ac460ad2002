"""The same request again, at the same moment and after a restart; two who change the same thing."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

AT_ONCE = 8
BACK = 20.0
"""Seconds in which a killed process must answer again."""


@pytest.fixture
def ideas(platform):
    with httpx.Client(base_url=platform.urls["ideas"], timeout=10.0) as client:
        yield client


@pytest.fixture
def submit(ideas, platform):
    """Submits an idea under a key."""
    token = platform.token("karin")

    def send(key, **body):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        return ideas.post("/ideas", json={"title": "En idé", "what": "Något nytt.", **body}, headers=headers)

    return send


@pytest.fixture
def revise(ideas, platform):
    token = platform.token("karin")

    def send(idea, etag, title):
        headers = {"Authorization": f"Bearer {token}", "If-Match": etag}
        return ideas.patch(f"/ideas/{idea}", json={"title": title}, headers=headers)

    return send


def await_back(platform, name):
    """Until another process answers in its place."""
    patience_ends = time.monotonic() + BACK
    url = platform.urls[name.split()[0]]
    while True:
        try:
            if httpx.get(f"{url}/readyz", timeout=1.0).is_success:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < patience_ends, f"{name} did not come back"
        time.sleep(0.05)


def said(response):
    return response.status_code, response.json(), response.headers["Event-Position"]


def test_the_same_request_at_the_same_moment_is_done_once(submit):
    key = str(uuid4())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = [said(answer) for answer in pool.map(lambda _: submit(key), range(AT_ONCE))]
    assert answers == [answers[0]] * AT_ONCE
    assert answers[0][0] == 201


def test_the_same_request_after_a_restart_gets_its_first_answer(submit, platform):
    key = str(uuid4())
    first = said(submit(key))
    assert platform.kill("ideas web")
    await_back(platform, "ideas web")
    assert said(submit(key)) == first


def test_the_same_key_with_another_body_is_refused(submit):
    key = str(uuid4())
    assert submit(key).status_code == 201
    other = submit(key, title="En annan idé")
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-used-for-another-request")


def test_a_retry_gets_its_first_answer_even_when_it_could_not_be_done_any_more(ideas, submit, platform):
    idea = submit(str(uuid4())).json()["idea_id"]
    maja = {"Authorization": f"Bearer {platform.token('maja')}", "Idempotency-Key": str(uuid4())}
    first = ideas.put(f"/ideas/{idea}/support", headers=maja)
    ideas.post(f"/ideas/{idea}/withdraw", json={}, headers={"Authorization": f"Bearer {platform.token('karin')}"})
    assert ideas.put(f"/ideas/{idea}/support", headers={**maja, "Idempotency-Key": str(uuid4())}).status_code == 409
    assert said(ideas.put(f"/ideas/{idea}/support", headers=maja)) == said(first)


def test_of_two_editors_who_saw_the_same_one_is_told_so(ideas, submit, revise, platform):
    idea = submit(str(uuid4())).json()["idea_id"]
    shown = ideas.get(f"/ideas/{idea}", headers={"Authorization": f"Bearer {platform.token('karin')}"})
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda title: revise(idea, shown.headers["ETag"], title), ("Ena", "Andra")))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    (kept,) = (title for title, answer in zip(("Ena", "Andra"), answers, strict=True) if answer.status_code == 200)
    now = ideas.get(f"/ideas/{idea}", headers={"Authorization": f"Bearer {platform.token('karin')}"})
    assert now.json()["title"] == kept
