"""An event that cannot be applied sets its own key aside, in real processes on servers; it is applied after the fix."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from chassis.processing.parking import parked
from tests.faults.check import Platform
from tests.faults.cluster import Cluster, until
from tests.faults.lasting import longer
from tests.faults.steady import Steady
from tests.faults.workload import Clients
from tests.platform import RunningPlatform

FAULTY = {name: f"tests.faults.releases.poisoned_{name}" for name in ("ideas", "notifications")}
DEATHS = 10
"""After so many at the latest it must be known which event it is."""
FOUND = 120.0
WHILE = 3.0
"""Seconds that others go on after what cannot be applied."""


@pytest.fixture(scope="module")
def cluster(postgres_server, kafka_server, tmp_path_factory):
    data = tmp_path_factory.mktemp("cluster") / "data"
    servers = {"postgres": postgres_server.dsn, "kafka": kafka_server.bootstrap_servers}
    running = Cluster(RunningPlatform(data, {"COLUMNS": "200"}, **servers))
    yield running
    running.close()


@pytest.fixture(scope="module")
def history(cluster):
    it = Platform.of(cluster.platform)
    yield it
    it.close()


@pytest.fixture(scope="module")
def deploy(cluster):
    """Lets a worker be of another release, ``faulty`` or today's; gives it."""
    running = cluster.start_all(ideas_worker=FAULTY["ideas"], notifications_worker=FAULTY["notifications"])

    def deploy(service, *, faulty):
        name = f"{service} worker"
        running[name].stop()
        running[name] = cluster.start(name, release=FAULTY[service] if faulty else None)
        return running[name]

    return deploy


@pytest.fixture
def people(cluster):
    client = cluster.platform.client()
    yield lambda sub, *roles: cluster.platform.person(client, f"{sub}-{uuid4()}", *(roles or ("employee",)))
    client.close()


@pytest.fixture(scope="module")
def clients(cluster, deploy):
    clients = Clients(cluster.platform)
    yield clients
    clients.close()


@pytest.fixture(scope="module")
def others(clients):
    """Who goes on meanwhile and has nothing to do with it."""
    return Steady(clients)


def submitted(author, title):
    return author.post("/ideas", {"title": title, "what": "Något nytt."}, expect=201)["idea_id"]


def set_aside(history):
    """Processor and key → how many events wait."""
    found = {}
    for store in history.stores.values():
        with store.reading() as db:
            found |= {(one.processor, one.key): one.events for one in parked(db)}
    return found


def card(somebody, idea):
    (found,) = (one for one in somebody.get("/ideas")["items"] if one["idea_id"] == idea)
    return found["state"], found["supporters"], found["comments"]


def told_of_reviews(somebody):
    return [n["subject"] for n in somebody.get("/inbox")["items"] if n["event_type"] == "review-started.v1"]


@pytest.mark.timeout(240)
def test_a_fold_and_a_rule_that_fail_set_aside_one_idea_until_they_are_mended(
    cluster, history, deploy, people, clients, others
):
    karin, maja, nils, amina = people("karin"), people("maja"), people("nils"), people("amina", "coach")
    with others.going_on():
        idea, other = submitted(karin, "Giftig"), submitted(karin, "En annan")
        for each in (idea, other):
            maja.put(f"/ideas/{each}/support")
        amina.post(f"/ideas/{idea}/review")
        for each in (idea, other):
            nils.post(f"/ideas/{each}/comments", {"text": "Bra!"})
        time.sleep(WHILE)
    history.catches_up()
    told_aside = {("idea_board_v1", idea): 2, ("tell-followers", f"idea-{idea}"): 2}

    assert set_aside(history) == told_aside
    assert karin.get("/ideas")["behind"] == [idea]
    assert [card(karin, each) for each in (idea, other)] == [("submitted", 1, 0), ("submitted", 1, 1)]
    assert told_of_reviews(maja) == []
    listed = cluster.platform.nyfiken("parked", "list")
    assert all(word in listed for word in ("idea_board_v1", "tell-followers", "ValueError"))
    shown = cluster.platform.nyfiken("parked", "show", "idea_board_v1", idea)
    assert shown.index("review-started.v1") < shown.index("comment-added.v1")

    with others.going_on():
        for service in FAULTY:
            deploy(service, faulty=False)
    nils.post(f"/ideas/{idea}/comments", {"text": "Vad händer?"})
    history.catches_up()
    assert set_aside(history) == {key: events + 1 for key, events in told_aside.items()}
    assert f"{idea}: applied" in cluster.platform.nyfiken("parked", "retry", "idea_board_v1", idea)
    assert f"idea-{idea}: applied" in cluster.platform.nyfiken("parked", "retry", "tell-followers")
    history.catches_up()
    assert "nothing is parked" in cluster.platform.nyfiken("parked", "list")
    assert karin.get("/ideas")["behind"] == []
    assert card(karin, idea) == ("in_review", 1, 2)
    assert told_of_reviews(maja) == [f"idea-{idea}"]
    history.everything_holds(clients.acknowledged)


@longer
@pytest.mark.timeout(240)
def test_an_event_that_ends_its_process_is_found_and_set_aside_and_the_row_is_made_anew_after_the_fix(
    cluster, history, deploy, people, clients, others, capsys
):
    worker, deaths = deploy("ideas", faulty=True), 0
    karin, maja = people("karin"), people("maja")
    idea, other = submitted(karin, "Dödlig"), submitted(karin, "En annan")
    karin.post(f"/ideas/{idea}/withdraw")

    def is_found():
        nonlocal worker, deaths
        if not worker.lives:  # it is started again, as by whoever keeps it running, and people go on meanwhile
            deaths += 1
            assert deaths <= DEATHS, set_aside(history)
            worker = deploy("ideas", faulty=True)
            maja.post(f"/ideas/{other}/comments", {"text": "Bra!"})
        return ("idea_board_v1", idea) in set_aside(history)

    with others.going_on():
        took = until(is_found, FOUND, lambda: f"{deaths} deaths and it is not found")
    with capsys.disabled():
        print(f"\nfound after {deaths} deaths, {took:.1f} s")
    history.catches_up()
    assert set_aside(history) == {("idea_board_v1", idea): 1}
    assert maja.get("/ideas")["behind"] == [idea]
    assert card(karin, other) == ("submitted", 0, deaths)

    deploy("ideas", faulty=False)
    assert "1 events given up" in cluster.platform.nyfiken("parked", "drop", "idea_board_v1", idea, "--yes")
    assert maja.get("/ideas")["behind"] == []
    cluster.platform.nyfiken("rebuild", "idea_board")
    until(lambda: card(karin, idea) == ("withdrawn", 0, 0), FOUND, lambda: card(karin, idea))
    history.catches_up()
    history.everything_holds(clients.acknowledged)
