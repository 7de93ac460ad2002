"""What must not happen at the same moment does not."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.faults.adding import COUNTERS, Adding
from tests.faults.check import Platform
from tests.faults.cluster import until

SUBMITTERS = 7
COMMANDS = 1_000
SHARED = 60.0
"""Seconds until two workers that are started share what there is to do."""
STATISTICS = 2.0
"""Seconds after which PostgreSQL has counted what happened."""
ENDING = ("idea-submitted.v1", "challenge-closed.v1")


@pytest.fixture
def challenge(person):
    amina = person("amina", "employee", "coach")
    it = amina.post("/challenges", {"title": "Vad kan vi göra nytt?", "unit": "vof"}, expect=201)["challenge_id"]
    amina.post(f"/challenges/{it}/open")
    return it


def test_no_idea_enters_a_challenge_that_closes_at_the_same_moment(platform, challenge):
    karin, amina = (
        {"Authorization": f"Bearer {platform.token(name, *roles)}"}
        for name, roles in (("karin", ("employee",)), ("amina", ("employee", "coach")))
    )
    with httpx.Client(base_url=platform.urls["ideas"], timeout=10.0) as client, ThreadPoolExecutor(8) as pool:

        def submit(n):
            """One idea after the other, until one is refused."""
            idea = {"title": f"Idé {n}", "what": "Något nytt.", "challenge_id": challenge}
            answers = [client.post("/ideas", json=idea, headers=karin).status_code]
            while answers[-1] == 201:
                answers.append(client.post("/ideas", json=idea, headers=karin).status_code)
            return answers

        submitting = [pool.submit(submit, n) for n in range(SUBMITTERS)]
        closed = client.post(f"/challenges/{challenge}/close", json={"outcome_text": "Klart."}, headers=amina)
        answers = [status for one in submitting for status in one.result()]
    history = Platform.of(platform)
    told = [r for r in history.history("ideas") if challenge in r.data.decode() and r.type in ENDING]
    history.close()
    assert closed.status_code == 200
    assert set(answers) == {201, 409}
    assert [r.type for r in told].index("challenge-closed.v1") == len(told) - 1 == answers.count(201)


@pytest.fixture
def adding(postgres_server, tmp_path):
    it = Adding(postgres_server.dsn, tmp_path)
    yield it
    it.close()


def test_batches_of_a_rule_over_the_same_streams_and_commands_to_them_do_not_wait_for_each_other(adding, capsys):
    """All partitions' batches, of two workers, change the same three streams, which commands change meanwhile."""
    adding.raise_some(len(COUNTERS))
    for name in ("one", "two"):
        adding.start(name)
    until(lambda: adding.holders.are_shared_by("one", "two"), SHARED, adding.holders.held)
    adding.raise_some(COMMANDS)
    adding.everything_holds()
    time.sleep(STATISTICS)
    batches = [worker.said().count('"processors":["add-to-sums"]') for worker in adding.workers.values()]
    with capsys.disabled():
        print(f"\n{COMMANDS} commands; batches of the rule by worker: {batches}; deadlocks: {adding.deadlocks()}")
    assert min(batches) > 0
    assert adding.deadlocks() == 0
