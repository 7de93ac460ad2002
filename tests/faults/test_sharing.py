"""Workers of one service share its work: it moves when one comes, ends, dies or is suspended; nothing is done twice.

Times are counted from a signal, or from a worker's first sign of life, until the database says who has the leases.
"""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.processing.lags import heads_of, lags
from tests.faults.check import Platform
from tests.faults.cluster import READY, Cluster, until
from tests.faults.holders import Holders
from tests.faults.lasting import longer
from tests.faults.workload import Clients, life
from tests.platform import RunningPlatform

SERVICE = "notifications"
WITHIN = 15.0
"""Seconds until work has moved."""
CLIENTS = 2
SUSPENDED = "tests.faults.releases.suspended_notifications"
SOON = 8.0
"""Seconds until work has moved that is given back: the one needs some to end, the others look for it every three."""


@pytest.fixture(scope="module")
def cluster(postgres_server, kafka_server, tmp_path_factory):
    """All but the worker that the tests are about."""
    data = tmp_path_factory.mktemp("cluster") / "data"
    running = Cluster(RunningPlatform(data, postgres=postgres_server.dsn, kafka=kafka_server.bootstrap_servers))
    try:
        for name in ("ideas web", "experiments web", "notifications web", "ideas worker", "experiments worker"):
            running.start(name)
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def history(cluster):
    it = Platform.of(cluster.platform)
    yield it
    it.close()


class Busy:
    """People who live through ideas and experiments, a few at a time, until the block ends."""

    def __init__(self, platform):
        self.clients = Clients(platform)
        self._enough = threading.Event()
        self._pool = ThreadPoolExecutor(CLIENTS)

    def __enter__(self):
        shared = self.clients.command("POST", "/ideas", "somebody", {"title": "Delad", "what": "Många säger något."})
        self._living = [self._pool.submit(self._live, n, shared["idea_id"]) for n in range(CLIENTS)]
        return self.clients.acknowledged

    def __exit__(self, *_):
        self._enough.set()
        self._pool.shutdown()
        self.clients.close()
        for living in self._living:
            living.result()

    def _live(self, n, shared):
        while not self._enough.is_set():
            life(self.clients, n, shared)
            n += CLIENTS


@pytest.fixture(scope="module")
def leases(history):
    return Holders(history.stores[SERVICE])


def applied_by_now(history):
    """Says whether the service has applied all that was recorded when this was asked for."""
    heads = heads_of(history.stores.values())
    service, store = history.services[SERVICE], history.stores[SERVICE]
    return lambda: not any(lag.behind or lag.position is None for lag in lags(service, store, heads))


def everything_holds(history, acknowledged):
    history.catches_up()
    history.everything_holds(acknowledged)


@longer
@pytest.mark.timeout(240)
def test_whoever_comes_ends_or_dies_the_others_soon_have_all_of_the_work_in_fair_shares(
    cluster, history, leases, capsys
):
    took = {}

    def come(n):
        worker = cluster.start(f"{SERVICE} worker", worker=f"worker-{n}")
        until(lambda: leases.has(f"worker-{n}"), READY, worker.said)
        return worker

    def moves_to(owners, what, since, within=WITHIN):
        until(lambda: leases.are_shared_by(*owners), within - (time.monotonic() - since), leases.held)
        took[what] = time.monotonic() - since
        until(applied_by_now(history), WITHIN, history.behind)

    first = come(1)
    cluster.ready(*cluster.platform.urls.values())
    with Busy(cluster.platform) as acknowledged:
        second = come(2)
        moves_to(["worker-1", "worker-2"], "a second comes", time.monotonic())
        third = come(3)
        moves_to(["worker-1", "worker-2", "worker-3"], "a third comes", time.monotonic())
        third.kill()
        moves_to(["worker-1", "worker-2"], "the third is killed", time.monotonic())
        began = time.monotonic()
        assert second.stop() == 0
        moves_to(["worker-1"], "the second is asked to end", began, within=SOON)
    say(capsys, acknowledged, took)
    everything_holds(history, acknowledged)
    assert first.stop() == 0


@longer
@pytest.mark.timeout(240)
def test_a_worker_that_was_suspended_and_wakes_after_others_took_over_writes_nothing_twice(
    cluster, history, leases, capsys, tmp_path
):
    asked = {moment: tmp_path / moment for moment in ("before", "within")}
    sleepers = {
        moment: cluster.start(f"{SERVICE} worker", release=SUSPENDED, worker=moment, test_suspend=file)
        for moment, file in asked.items()
    }
    awake = cluster.start(f"{SERVICE} worker", worker="awake")
    cluster.ready(*cluster.platform.urls.values())
    for name in ("awake", *sleepers):
        until(lambda name=name: leases.has(name), READY, leases.held)
    until(lambda: leases.are_shared_by("awake", *sleepers), WITHIN, leases.held)
    took = {}
    with Busy(cluster.platform) as acknowledged:
        for moment, file in asked.items():
            file.write_text(moment)
        for sleeper in sleepers.values():
            until(sleeper.is_suspended, WITHIN, sleeper.said)
        took["all is taken over"] = until(lambda: leases.are_shared_by("awake"), WITHIN, leases.held)
        took["and applied"] = until(applied_by_now(history), WITHIN, history.behind)
        for sleeper in sleepers.values():
            sleeper.signal(signal.SIGCONT)
        woken = sleepers["before"]
        took["refused when it woke"] = until(lambda: "checkpoint-moved" in woken.said(), WITHIN, woken.said)
        until(lambda: leases.are_shared_by("awake", *sleepers), WITHIN, leases.held)
    say(capsys, acknowledged, took)
    everything_holds(history, acknowledged)
    assert [process.stop() for process in (*sleepers.values(), awake)] == [0, 0, 0]


def say(capsys, acknowledged, took):
    with capsys.disabled():
        told = ", ".join(f"{what}: {seconds:.1f} s" for what, seconds in took.items())
        print(f"\n{len(acknowledged)} commands; {told}")
