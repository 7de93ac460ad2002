"""A rollout, step by step: from the platform of the last release to the one that comes next, as upgrading.md says."""

from __future__ import annotations

import dataclasses
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import orjson
import sqlalchemy as sa

from chassis.processing.checkpoints import checkpoints
from chassis.processing.registry import generations
from chassis.processing.tables import WORKERS
from nyfiken.layout import HOST, SERVICES
from services.ideas.read_models import IDEA_BOARD
from tests.chassis.meanwhile import asked_again
from tests.faults.cluster import READY, until
from tests.faults.holders import Holders
from tests.faults.lasting import SECONDS, USUAL
from tests.platform import Code, three_free_ports

_NEXT = "tests.faults.releases.tomorrow"
TOMORROW = Code(commands=_NEXT)
PROGRAMS = {
    "ideas": f"{_NEXT}.ideas.main",
    "experiments": f"{_NEXT}.experiments",
    "notifications": f"{_NEXT}.notifications",
}
RELEASE = "tomorrow"
"""What it is called in its own databases."""
BOARD = dataclasses.replace(IDEA_BOARD, version=IDEA_BOARD.version + 1)
"""The board of tomorrow, by its name and version."""
OLD_TABLE, NEW_TABLE = (f"{board.name}_v{board.version}" for board in (IDEA_BOARD, BOARD))
OLD, NEW = "worker-1", "worker-2"
AT_ONCE = 2
WITHIN = 20.0
"""Seconds until work has moved."""
DRAINED = 0.5
"""Seconds until nobody sends a web process requests any longer, after the others were named instead."""
PAUSE = 0.2
TAG = "Före"
"""Of an idea that is commented on before, and not again."""


class Rollout:
    """The platform as it was released, and the steps to tomorrow's: each ends when its effect is there."""

    def __init__(self, cluster, history, clients):
        self.took = {}
        self.old = cluster.start_all()
        self.ideas = history.stores["ideas"]
        self.leases = {service: Holders(history.stores[service]) for service in SERVICES}
        self._cluster, self._clients = cluster, clients
        self._old_urls = {service: [url] for service, url in cluster.platform.urls.items()}
        self._ports = {service: three_free_ports() for service in SERVICES}
        self._new_urls = {service: f"http://{HOST}:{port}" for service, port in self._ports.items()}
        self._feeds = {f"feed_{service}": url for service, url in self._new_urls.items()}
        self.old_url, self.new_url = cluster.platform.urls["ideas"], self._new_urls["ideas"]
        self._who = {"Authorization": f"Bearer {cluster.platform.token('karin')}"}

    def board(self, url):
        """What a web process answers when it is asked for the ideas with the tag."""
        return httpx.get(f"{url}/ideas", params={"tag": TAG}, headers=self._who, timeout=10.0)

    def asked(self, url):
        """Ask a web process for them again and again while in this block; all that it has answered."""
        return asked_again(lambda: self.board(url), PAUSE)

    def new_release_migrates(self):
        """Twice at the same time, while people go on; each step is taken by one of them."""
        before, began = len(self._clients.acknowledged), time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            migrations = [pool.submit(self._cluster.platform.nyfiken, "migrate", of=TOMORROW) for _ in range(AT_ONCE)]
            lines = [line for each in migrations for line in each.result().splitlines()]
        self.took["both migrations"] = time.monotonic() - began
        assert len(self._clients.acknowledged) > before, "nobody went on meanwhile"
        for service in SERVICES:
            done = sorted(line.partition(": ")[2] for line in lines if f"_{service} on" in line)
            assert done == ["1 step taken, 8 partitions", "nothing to do, 8 partitions"], lines

    def old_ones_start_again(self):
        """A worker in its place, and a web process beside the one that is there: on what is newer than they know."""
        assert self.old["ideas worker"].stop() == 0
        worker = self.old["ideas worker"] = self._cluster.start("ideas worker")
        port = three_free_ports()
        self.old["ideas web again"] = self._cluster.start("ideas web", port=port)
        self._old_urls["ideas"].append(f"http://{HOST}:{port}")
        self._cluster.ready(*self._old_urls["ideas"])
        self._clients.reach("ideas", *self._old_urls["ideas"])
        until(lambda: self.leases["ideas"].are_shared_by(OLD), READY, worker.said)

    def new_webs_come(self):
        """That of ideas is alive, and not ready: it waits for its board. Those of the others have no need to wait."""
        for service in SERVICES:
            self._start_new(f"{service} web", port=self._ports[service])
        until(lambda: being_built(self.new_url) == [BOARD.name], READY, lambda: being_built(self.new_url))
        for service in ("experiments", "notifications"):
            self._cluster.ready(self._new_urls[service])
            self._clients.reach(service, *self._old_urls[service], self._new_urls[service])

    def new_worker_builds_its_board(self):
        """Beside the old one; then both web processes answer commands."""
        heads = self.ideas.heads()
        new = self._start_new("ideas worker", worker=NEW)
        self.took["the new board serves"] = until(lambda: serves_caught_up(self.ideas, heads), READY, new.said)
        self._cluster.ready(self.new_url)
        self._clients.reach("ideas", *self._old_urls["ideas"], self.new_url)

    def old_worker_stops_what_it_cannot_go_on_with(self):
        """Its own board, which nobody takes over, and perhaps more, which the new worker takes over."""
        old, leases = self.old["ideas worker"], self.leases["ideas"]
        until(lambda: OLD_TABLE in stopped(old), WITHIN, old.said)
        until(lambda: leases.of(OLD_TABLE) == {None}, WITHIN, leases.held)
        until(lambda: all(leases.of(one) == {NEW} for one in stopped(old).keys() - {OLD_TABLE}), WITHIN, leases.held)

    def new_workers_take_over_in_the_others(self):
        """In notifications the old worker was alone: what it stops nobody goes on with until the new one comes."""
        old, leases = self.old["notifications worker"], self.leases["notifications"]
        until(lambda: "tell-followers" in stopped(old), WITHIN, old.said)
        until(lambda: leases.of("tell-followers") == {None}, WITHIN, leases.held)
        for service in ("experiments", "notifications"):
            self._start_new(f"{service} worker", worker=NEW)
        took = until(lambda: leases.of("tell-followers") == {NEW}, READY, leases.held)
        self.took["a rule is taken over"] = took
        assert leases.has(OLD), "the old worker does not go on with the rest"

    def both_go_on(self):
        """Side by side, for as long as it is asked for."""
        time.sleep(max(0.0, SECONDS - USUAL))

    def old_webs_end(self):
        """When nobody asks them any more."""
        until(lambda: self.refused("newer-release-needed"), WITHIN, lambda: "no old web was asked what it cannot tell")
        for service in SERVICES:
            self._clients.reach(service, self._new_urls[service])
        time.sleep(DRAINED)
        assert {process.stop() for name, process in self.old.items() if "web" in name} == {0}

    def old_workers_end(self):
        """And the new ones have all that is left."""
        assert {self.old[f"{service} worker"].stop() for service in SERVICES} == {0}
        for leases in self.leases.values():
            until(lambda leases=leases: is_left_to_the_new(leases), WITHIN, leases.held)

    def refused(self, why):
        """The refusals for this reason."""
        return [refusal for refusal in self._clients.refusals if refusal.json()["type"] == f"/problems/{why}"]

    def known_releases(self):
        """Worker of ideas → the release by which it says that it runs."""
        query = sa.select(WORKERS.c.owner, sa.literal_column("release")).distinct()
        with self.ideas.reading() as db:
            return dict(map(tuple, db.execute(query)))

    def _start_new(self, name, **settings):
        return self._cluster.start(name, code=TOMORROW, release=PROGRAMS[name.split()[0]], **self._feeds, **settings)


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
