"""Pods are killed, restarted, replaced and scaled while people go on; nothing is lost, nothing happens twice."""

import subprocess
import time

import pytest

from nyfiken.layout import SERVICES
from tests.cluster.kubectl import ROOT, here
from tests.cluster.platform.deployed import (
    DEPLOYMENTS,
    READY,
    becomes_ready,
    everything_is_ready,
    images,
    is_ready,
    of,
    pods,
    restarted,
    restarts,
)
from tests.faults.holders import Holders
from tests.faults.stage import until

pytestmark = pytest.mark.timeout(600)
A_WHILE = 3.0
"""Seconds of work before and after."""


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_a_pod_that_is_killed_is_followed_by_another(people, deployment, seen):
    before, gone = restarts(), {pod["metadata"]["uid"] for pod in of(deployment).values()}
    acknowledged = len(people.clients.acknowledged)
    with people.going_on():
        time.sleep(A_WHILE)
        here("delete", "pod", *of(deployment), "--grace-period=0", "--force")
        took = becomes_ready(deployment, others_than=gone)
        time.sleep(A_WHILE)
    people.catch_up()
    assert restarted(before) == set()
    commands = len(people.clients.acknowledged) - acknowledged
    seen(f"the Pod of {deployment} killed", f"another ready after {took:.0f} s; {commands} commands meanwhile")


@pytest.mark.parametrize("server", ["kafka", "postgres"])
def test_a_server_whose_process_is_killed_comes_back_with_what_it_had(people, server, seen):
    before, acknowledged = restarts(), len(people.clients.acknowledged)
    with people.going_on():
        time.sleep(A_WHILE)
        kill(pods()[f"{server}-0"])
        until(lambda: restarted(before), f"{server} is not started again", READY)
        took = becomes_ready(server)
        time.sleep(A_WHILE)
    people.catch_up()
    assert restarted(before, but=[server]) == set()
    commands = len(people.clients.acknowledged) - acknowledged
    seen(f"`kill -9` of {server}", f"ready again after {took:.0f} s; {commands} commands meanwhile, no other restart")


def kill(pod):
    """The first process of its container, at once."""
    container = pod["status"]["containerStatuses"][0]["containerID"].removeprefix("containerd://")
    command = [ROOT / ".ci" / "kubernetes" / "cluster", "ctr", "tasks", "kill", "--signal", "SIGKILL", container]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_the_database_pod_is_restarted_and_no_other_with_it(people, seen):
    before, refused = restarts(), len(people.clients.refusals)
    gone = {pod["metadata"]["uid"] for pod in of("postgres").values()}
    with people.going_on():
        time.sleep(A_WHILE)
        began = time.monotonic()
        here("delete", "pod", "postgres-0")
        becomes_ready("postgres", others_than=gone)
        took = time.monotonic() - began
        time.sleep(A_WHILE)
    people.catch_up()
    assert restarted(before) == set()
    refused = len(people.clients.refusals) - refused
    assert refused > 0, "nobody noticed that it was away"
    seen("the database's Pod deleted", f"another ready after {took:.0f} s; {refused} times 503 with Retry-After")


def test_workers_are_scaled_up_and_down_and_share_the_work_each_time(people, seen):
    leases = Holders(people.history.stores["ideas"])
    took = {}
    with people.going_on():
        for replicas in (3, 1):
            began = time.monotonic()
            here("scale", "deployment/ideas-worker", f"--replicas={replicas}")
            until(lambda n=replicas: len(of("ideas-worker")) == n, "not as many Pods", READY)
            until(lambda: all(map(is_ready, of("ideas-worker").values())), "a worker is not ready", READY)
            until(lambda: leases.are_shared_by(*of("ideas-worker")), f"not shared: {leases.held()}", READY)
            took[replicas] = time.monotonic() - began
    people.catch_up()
    seen("workers of ideas: 1, 3, 1", "shared after " + ", ".join(f"{seconds:.0f} s" for seconds in took.values()))


def test_an_image_update_rolls_through_and_no_request_fails(deployed, people, seen):
    """As docs/runbooks/upgrading.md says, and back again."""
    overlay = deployed.overlay("next", images=[{"name": "nyfiken", "newTag": "next"}])
    page = deployed.page("upgrading", overlay=overlay)
    acknowledged, retries = len(people.clients.acknowledged), people.clients.retries
    assert "nyfiken:next" in page.typed("kubectl diff", code=1)
    with people.going_on():
        time.sleep(A_WHILE)
        began = time.monotonic()
        page.typed("kubectl apply")
        page.typed("kubectl -n nyfiken rollout status")
        took = time.monotonic() - began
        time.sleep(A_WHILE)
    assert images() == {"nyfiken:next"}
    for service in SERVICES:
        page.typed("kubectl -n nyfiken exec", SERVICE=service)
    commands = len(people.clients.acknowledged) - acknowledged
    assert people.clients.retries == retries, f"of {commands} commands {people.clients.retries - retries} were repeated"
    with people.going_on():
        page.typed("kubectl -n nyfiken rollout undo")
        everything_is_ready()
    assert images() == {"nyfiken:dev"}
    back = people.clients.retries - retries
    assert back == 0, f"{back} commands were repeated on the way back"
    people.catch_up()
    seen(
        "a new image, by upgrading.md",
        f"rolled through after {took:.0f} s; {commands} commands, none failed; back again, none failed",
    )


def test_after_all_of_it_everything_holds(people, seen):
    seen("the end check of the fault tests", people.everything_holds())
