"""A new release takes the place of the old one, process by process, while people go on: one of its read models has
another version, and it records one event in a version that the old release does not know."""

from __future__ import annotations

import dataclasses
import itertools
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import orjson
import pytest
import sqlalchemy as sa

from chassis.processing.checkpoints import checkpoints
from chassis.processing.registry import generations
from nyfiken.layout import HOST
from services.ideas.read_models import IDEA_BOARD
from tests.faults.check import Platform
from tests.faults.cluster import READY, Cluster, until
from tests.faults.holders import Holders
from tests.faults.steady import Steady
from tests.faults.workload import Clients
from tests.platform import ROOT, RunningPlatform, three_free_ports

TOMORROW = "tests.faults.releases.tomorrow"
RELEASE = {"ideas": f"{TOMORROW}.ideas.main", "notifications": f"{TOMORROW}.notifications"}
BOARD = dataclasses.replace(IDEA_BOARD, version=IDEA_BOARD.version + 1)
"""The board of tomorrow, by its name and version."""
OLD_TABLE, NEW_TABLE = (f"{board.name}_v{board.version}" for board in (IDEA_BOARD, BOARD))
OLD, NEW = "worker-1", "worker-2"
WITHIN = 20.0
"""Seconds until work has moved."""
TAG = "Före"
"""Of an idea that is commented on before the deploy, and not again."""
COMMENTS = 2
PAUSE = 0.05


@pytest.fixture
def cluster(postgres_server, kafka_server, tmp_path):
    servers = {"postgres": postgres_server.dsn, "kafka": kafka_server.bootstrap_servers}
    running = Cluster(RunningPlatform(tmp_path / "data", **servers))
    yield running
    running.close()


@pytest.fixture
def history(cluster):
    it = Platform.of(cluster.platform)
    yield it
    it.close()


@pytest.fixture
def clients(cluster):
    it = Clients(cluster.platform)
    yield it
    it.close()


@pytest.fixture
def rollout(cluster, history, clients):
    return Rollout(cluster, history, clients)


class Rollout:
    """The platform of today, and the steps from it to tomorrow's: each ends when its effect is there."""

    def __init__(self, cluster, history, clients):
        self.took = {}
        self.old = cluster.start_all()
        self.ideas = history.stores["ideas"]
        self.leases = {service: Holders(history.stores[service]) for service in RELEASE}
        self._cluster, self._clients = cluster, clients
        self._port = three_free_ports()
        self.old_url, self.new_url = cluster.platform.urls["ideas"], f"http://{HOST}:{self._port}"
        self._who = {"Authorization": f"Bearer {cluster.platform.token('karin')}"}

    def board(self, url):
        """What a web process answers when it is asked for the ideas with the tag."""
        return httpx.get(f"{url}/ideas", params={"tag": TAG}, headers=self._who, timeout=10.0)

    @contextmanager
    def asked(self, url):
        """Ask a web process for them again and again while in this block; all that it has answered."""
        answers, enough = [], threading.Event()

        def ask():
            while not enough.wait(PAUSE):
                answers.append(self.board(url))

        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(ask)
            try:
                yield answers
            finally:
                enough.set()
        asking.result()

    def new_web_waits_for_its_board(self):
        """It is alive, and not ready."""
        self._cluster.start("ideas web", release=RELEASE["ideas"], port=self._port)
        until(lambda: being_built(self.new_url) == [BOARD.name], READY, lambda: being_built(self.new_url))

    def new_worker_builds_it(self):
        """Beside the old one; then both web processes answer commands."""
        heads = self.ideas.heads()
        new = self._cluster.start("ideas worker", release=RELEASE["ideas"], worker=NEW)
        self.took["the new board serves"] = until(lambda: serves_caught_up(self.ideas, heads), READY, new.said)
        self._cluster.ready(self.new_url)
        self._clients.reach("ideas", self.old_url, self.new_url)

    def old_worker_stops_what_it_cannot_go_on_with(self):
        """Its own board, which nobody takes over, and perhaps more, which the new worker takes over."""
        old, leases = self.old["ideas worker"], self.leases["ideas"]
        until(lambda: OLD_TABLE in stopped(old), WITHIN, old.said)
        until(lambda: leases.of(OLD_TABLE) == {None}, WITHIN, leases.held)
        until(lambda: all(leases.of(one) == {NEW} for one in stopped(old).keys() - {OLD_TABLE}), WITHIN, leases.held)

    def new_worker_takes_over_in_another_service(self):
        """Its old worker was alone: what it stops nobody goes on with until the new one comes."""
        old, leases = self.old["notifications worker"], self.leases["notifications"]
        until(lambda: "tell-followers" in stopped(old), WITHIN, old.said)
        until(lambda: leases.of("tell-followers") == {None}, WITHIN, leases.held)
        self._cluster.start("notifications worker", release=RELEASE["notifications"], worker=NEW)
        took = until(lambda: leases.of("tell-followers") == {NEW}, READY, leases.held)
        self.took["a rule is taken over"] = took
        assert leases.has(OLD), "the old worker does not go on with the rest"

    def old_web_ends(self):
        """And the new release is where it was."""
        until(lambda: self._clients.refusals, WITHIN, lambda: "the old web was not asked for what it does not know")
        self._clients.reach("ideas", self.new_url)
        assert self.old["ideas web"].stop() == 0
        self._cluster.start("ideas web", release=RELEASE["ideas"])
        self._cluster.ready(self.old_url)
        self._clients.reach("ideas", self.old_url, self.new_url)

    def old_workers_end(self):
        """And the new ones have all that is left."""
        assert [self.old[f"{service} worker"].stop() for service in RELEASE] == [0, 0]
        for leases in self.leases.values():
            until(lambda leases=leases: is_left_to_the_new(leases), WITHIN, leases.held)


def being_built(url):
    """The read models that a web process waits for; None while it does not listen."""
    try:
        return httpx.get(f"{url}/readyz", timeout=5.0).json().get("being_built")
    except httpx.TransportError:
        return None


def serves_caught_up(store, heads):
    """Whether the new board serves: never before it has applied all that there was at these heads."""
    with store.reading() as db:
        serves = any(table.serving for table in generations(db, BOARD))
        reached = checkpoints(db, NEW_TABLE)
    if serves:
        early = [n for n, head in heads.items() if reached[store.service, n].position < head.position]
        assert not early, f"it serves, and has not caught up in partitions {early}"
    return serves


def stopped(worker):
    """Processor → why it was stopped in this worker."""
    whole_lines = worker.said().rpartition("\n")[0].splitlines()
    said = [orjson.loads(line) for line in whole_lines if "processor-stopped" in line]
    return {line["processor"]: line["reason"] for line in said}


def is_left_to_the_new(leases):
    """Whether the new worker holds everything but the old board, which is nobody's."""
    held = leases.held()
    return held.pop(None, {}).keys() <= {OLD_TABLE} and held.keys() == {NEW}


def everything_holds(cluster, acknowledged):
    """The whole check, in a process that knows the new release."""
    command = [sys.executable, "-m", f"{TOMORROW}.check", "--data", str(cluster.platform.data)]
    given = orjson.dumps(acknowledged)
    ran = subprocess.run(command, cwd=ROOT, env=cluster.platform.environment, input=given, capture_output=True)
    assert ran.returncode == 0, (ran.stdout + ran.stderr).decode()


def places(history, type_):
    """Partition → the positions of the events of this type."""
    partitions = {n: history.partition("ideas", n) for n in range(history.stores["ideas"].partitions)}
    found = {n: [r.position for r in events if r.type == type_] for n, events in partitions.items()}
    return {n: positions for n, positions in found.items() if positions}


def counted(store, idea):
    """An idea's comments on the new board: by how many it is not known where they were written, and by how many."""
    query = sa.text(f"SELECT comments_of_unknown, comments_of_web FROM {NEW_TABLE} WHERE idea_id = :idea")
    with store.reading() as db:
        return tuple(db.execute(query, {"idea": idea}).one())


def commented_before(clients):
    """An idea with the tag, and comments of today's version."""
    text = {"title": "Före bytet", "what": "Det här sades före bytet.", "tags": [TAG]}
    idea = clients.command("POST", "/ideas", "karin", text)["idea_id"]
    for n in range(COMMENTS):
        clients.command("POST", f"/ideas/{idea}/comments", "maja", {"text": f"Bra {n}!"})
    return idea


def comments_shown(answer):
    """On the board."""
    return [card["comments"] for card in answer.json()["items"]]


@pytest.mark.timeout(240)
def test_a_new_release_takes_over_while_people_go_on_and_nothing_is_lost_or_passed_by(
    cluster, history, clients, rollout, capsys
):
    people, before = Steady(clients), commented_before(clients)
    board = rollout.board
    until(lambda: comments_shown(board(rollout.old_url)) == [COMMENTS], WITHIN, lambda: board(rollout.old_url).text)
    with people.going_on():
        with rollout.asked(rollout.old_url) as of_old:
            rollout.new_web_waits_for_its_board()
            with rollout.asked(rollout.new_url) as of_new:
                until(lambda: of_new, WITHIN, lambda: "nothing was answered")
                rollout.new_worker_builds_it()
                until(lambda: of_new[-1].is_success, WITHIN, lambda: of_new[-1].text)
            rollout.old_worker_stops_what_it_cannot_go_on_with()
            rollout.new_worker_takes_over_in_another_service()
        rollout.old_web_ends()
        rollout.old_workers_end()
    say(capsys, clients, rollout)
    everything_holds(cluster, clients.acknowledged)

    assert [status for status, _ in itertools.groupby(answer.status_code for answer in of_new)] == [503, 200]
    assert {answer.status_code for answer in of_old} == {200}
    told = [answer for answer in (*of_old, *of_new) if answer.is_success]
    assert all(comments_shown(answer) == [COMMENTS] for answer in told)
    assert all(not_known_here(refusal) for refusal in clients.refusals)
    stops = [stopped(rollout.old[f"{service} worker"]) for service in RELEASE]
    assert {reason for each in stops for reason in each.values()} == {"UnknownEventVersion: comment-added.v2"}
    assert places(history, "comment-added.v1")
    assert old_board_has_passed_by_none_of(places(history, "comment-added.v2"), rollout.ideas)
    assert counted(rollout.ideas, before) == (COMMENTS, 0)
    assert all(number > 0 for number in counted(rollout.ideas, people.shared_idea))


def not_known_here(refusal):
    told = (refusal.status_code, refusal.json()["type"], "Retry-After" in refusal.headers)
    return told == (503, "/problems/newer-release-needed", True)


def old_board_has_passed_by_none_of(positions, store):
    """Whether it stands before the first of them in each partition; there are some."""
    with store.reading() as db:
        reached = checkpoints(db, OLD_TABLE)
    return bool(positions) and all(reached[store.service, n].position < min(found) for n, found in positions.items())


def say(capsys, clients, rollout):
    stops = {service: sorted(stopped(rollout.old[f"{service} worker"])) for service in RELEASE}
    took = ", ".join(f"{what}: {seconds:.1f} s" for what, seconds in rollout.took.items())
    with capsys.disabled():
        refused = dict(Counter(refusal.json()["type"] for refusal in clients.refusals))
        print(f"\n{len(clients.acknowledged)} commands; {took}; refused: {refused}; stopped in the old: {stops}")
