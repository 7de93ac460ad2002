"""The runbooks, command by command as they are written, on a cluster with people who use it."""

import json
import time
from contextlib import contextmanager

import httpx
import pytest

from chassis.keys import load_keys
from nyfiken.layout import SERVICES
from tests.cluster.kubectl import here
from tests.cluster.platform.deployed import (
    DEPLOYMENTS,
    READY,
    answers,
    becomes_ready,
    everything_is_ready,
    of,
    ours,
    pods,
    psql,
)
from tests.faults.stage import until

pytestmark = pytest.mark.timeout(900)
A_WHILE = 3.0
LOST = "ideas"


def work(people):
    with people.going_on():
        time.sleep(A_WHILE)


def test_everything_is_scaled_to_zero_and_back(deployed, people, seen):
    page = deployed.page("scaled-to-zero")
    work(people)
    page.typed("kubectl -n nyfiken scale")
    until(lambda: not ours(), "a Pod stays", READY)
    assert not any(answers(service) for service in SERVICES)
    began = time.monotonic()
    page.typed("kubectl apply")
    page.typed("kubectl -n nyfiken rollout status")
    took = time.monotonic() - began
    work(people)
    seen("scaled-to-zero.md", f"no Pod left; back after {took:.0f} s; {people.everything_holds()}")


AUTOSCALED = {
    "apiVersion": "autoscaling/v2",
    "kind": "HorizontalPodAutoscaler",
    "metadata": {"name": "ideas-web", "namespace": "nyfiken"},
    "spec": {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "ideas-web"},
        "minReplicas": 2,
        "maxReplicas": 3,
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 900}},
            }
        ],
    },
}
"""As base/service/scaling.yaml; overlays/local has none."""


def test_what_an_autoscaler_looks_after_comes_back_from_zero_too(deployed, people, seen):
    overlay = deployed.overlay(
        "autoscaled",
        files={"scaling.yaml": json.dumps(AUTOSCALED)},
        resources=["../../deploy/kubernetes/overlays/local", "scaling.yaml"],
        patches=[
            {
                "target": {"kind": "Deployment", "name": "ideas-web"},
                "patch": json.dumps([{"op": "remove", "path": "/spec/replicas"}]),
            }
        ],
    )
    deployed.apply(overlay)
    until(lambda: len(of("ideas-web")) == 2, "the autoscaler does nothing", READY)
    becomes_ready("ideas-web")
    page = deployed.page("scaled-to-zero", overlay=overlay)
    page.typed("kubectl -n nyfiken scale")
    until(lambda: not ours(), "a Pod stays", READY)
    time.sleep(30.0)  # twice as long as an autoscaler takes to look again
    assert not ours(), "an autoscaler did not leave zero alone"
    page.typed("kubectl apply")
    page.typed("kubectl -n nyfiken scale", nth=2)
    page.typed("kubectl -n nyfiken rollout status")
    becomes_ready("ideas-web")
    assert len(of("ideas-web")) == 2
    here("delete", "hpa/ideas-web")
    deployed.apply("deploy/kubernetes/overlays/local")
    until(lambda: len(of("ideas-web")) == 1, "it is not as it was", READY)
    seen("scaled-to-zero.md with an autoscaler", "it left zero alone; two web Pods again")


def test_a_database_that_is_lost_is_taken_back_from_its_topic(deployed, people, seen):
    work(people)
    people.catch_up()
    page, known = deployed.page("database-lost"), people.known(LOST)
    page.typed("kubectl -n nyfiken scale", SERVICE=LOST)
    page.typed("kubectl -n nyfiken wait", SERVICE=LOST)
    assert not pods(f"app.kubernetes.io/name={LOST}")
    psql(f"DROP DATABASE nyfiken_{LOST} WITH (FORCE)")
    psql(f"CREATE DATABASE nyfiken_{LOST}")
    began = time.monotonic()
    page.typed("kubectl -n nyfiken patch", SERVICE=LOST)
    page.typed("kubectl -n nyfiken scale", nth=2, SERVICE=LOST)
    said = page.typed("until kubectl -n nyfiken logs", SERVICE=LOST)
    took = time.monotonic() - began
    assert "events taken back" in said, said
    page.typed("kubectl apply")
    everything_is_ready()
    work(people)
    assert {n: events[: len(known[n])] for n, events in people.known(LOST).items()} == known
    count = sum(map(len, known.values()))
    seen(
        f"database-lost.md, with an empty one for {LOST}",
        f"{count} events taken back after {took:.0f} s; {people.everything_holds()}",
    )


FAULTY = "from chassis.processes import run; run('ideas', 'tests.faults.releases.poisoned_ideas')"


@contextmanager
def faulty_worker(page):
    """While in this block the worker of ideas is of a release with a faulty fold."""
    container = "/spec/template/spec/containers/0"
    other = {"image": "nyfiken:releases", "command": ["python", "-c", FAULTY], "args": ["worker"]}
    patch = [{"op": "add", "path": f"{container}/{name}", "value": value} for name, value in other.items()]
    here("patch", "deployment/ideas-worker", "--type=json", f"--patch={json.dumps(patch)}")
    try:
        page.ran("kubectl -n nyfiken rollout status deployment/ideas-worker")
        yield
    finally:
        here("rollout", "undo", "deployment/ideas-worker")
        becomes_ready("ideas-worker")


def test_what_a_faulty_release_sets_aside_is_looked_at_and_retried_after_it(deployed, people, seen):
    page, words = deployed.page("keys-parked"), {"SERVICE": "ideas", "PROCESSOR": "idea_board_v1"}
    who = (("karin", "employee"), ("amina", "employee", "coach"))
    with faulty_worker(page), deployed.somebody(*who) as (karin, amina):
        idea = karin.post("/ideas", {"title": "Giftig", "what": "Något nytt."}, expect=201)["idea_id"]
        people.also(idea_submitted=1)
        amina.post(f"/ideas/{idea}/review")
        work(people)
        until(lambda: idea in page.typed("kubectl -n nyfiken exec", **words), "nothing is parked")
        assert "review-started.v1" in page.typed("kubectl -n nyfiken exec", nth=2, KEY=idea, **words)
    assert f"{idea}: applied" in page.typed("kubectl -n nyfiken exec", nth=3, KEY=idea, **words)
    assert "nothing is parked" in page.typed("kubectl -n nyfiken exec", **words)
    seen(
        "keys-parked.md, after a worker with a faulty fold",
        f"listed, shown, retried: applied; {people.everything_holds()}",
    )


def test_both_keys_are_rotated_while_people_go_on(deployed, people, seen):
    page, before = deployed.page("keys-rotated"), load_keys(deployed.data)
    token = deployed.token("somebody")
    with people.going_on():
        for _ in ("made", "swapped"):
            step(page)
        first = rewrapped(page)
        again = rewrapped(page)
    assert first > 0 == again
    step(page, "--yes")
    after = load_keys(deployed.data)
    assert not {before.master, before.signing} & {after.master, after.signing}
    assert (after.master.others, after.signing.others) == ((), ())
    secret = json.loads(here("get", "secret/nyfiken-keys", "--output=json"))
    assert set(secret["data"]) == {"master", "signing", "secret"}
    people.with_new_keys()
    assert [read(people, each) for each in (token, deployed.token("somebody"))] == [401, 200]
    work(people)
    seen("keys-rotated.md, master and signing", f"{first} keys of persons wrapped anew; {people.everything_holds()}")


def step(page, *options):
    """The next step for both keys, given to every process."""
    for name in ("master", "signing"):
        line = next(line for line in page.lines() if line.startswith("nyfiken keys rotate"))
        page.ran(" ".join((line.partition("#")[0].replace("master", name), *options)))
    for command in ("create secret", "rollout restart", "rollout status"):
        page.typed(f"kubectl -n nyfiken {command}")
    everything_is_ready()


def rewrapped(page):
    """How many keys of persons, of all services."""
    said = [page.typed("kubectl -n nyfiken exec", SERVICE=service) for service in SERVICES]
    return sum(int(line.split(": ")[1].split()[0].replace(",", "")) for one in said for line in one.splitlines())


def read(people, token):
    url = f"http://ideas/ideas/{people.shared_idea}"
    return httpx.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10.0, trust_env=False).status_code


def test_afterwards_all_deployments_are_as_the_overlay_says(deployed):
    assert deployed.page("upgrading").typed("kubectl diff") == ""
    assert all(len(of(deployment)) == 1 for deployment in DEPLOYMENTS)
