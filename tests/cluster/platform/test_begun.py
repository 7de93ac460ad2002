"""From nothing to a story that is told through the Services."""

import json
import re

import pytest

from nyfiken.layout import SERVICES
from tests.cluster.kubectl import PART_OF, here, in_shell
from tests.cluster.platform.deployed import (
    DEPLOYMENTS,
    FOLDER,
    READY,
    asked_in,
    everything_is_ready,
    is_ready,
    pods,
    psql,
    restarts,
)
from tests.faults.stage import until

pytestmark = pytest.mark.timeout(600)


def test_everything_becomes_ready_and_nothing_is_restarted_or_differs(deployed, seen):
    everything_is_ready()
    found = pods()
    assert len(found) == len(DEPLOYMENTS) + 2
    assert all(map(is_ready, found.values()))
    assert set(restarts().values()) == {0}
    ran = in_shell(f"kubectl diff -k {FOLDER}", deployed.folder)
    assert (ran.code, ran.said) == (0, "")
    seen("keys made, overlays/local applied", f"{len(found)} Pods ready within {deployed.took:.0f} s, no restart")


def test_doctor_finds_nothing_wrong_in_any_worker(deployed):
    for service in SERVICES:
        assert "wrong" not in asked_in(f"{service}-worker", "doctor", service)


def test_two_pods_that_start_at_once_migrate_the_same_database_and_one_of_them_takes_the_steps(deployed, seen):
    psql("CREATE DATABASE nyfiken_twice")
    here("apply", "--filename=-", given=json.dumps(twice_at_once()))
    here("wait", "--for=condition=Complete", "job/migrate-twice", "--timeout=120s")
    said = here("logs", "--selector=job-name=migrate-twice", "--tail=-1").splitlines()
    here("delete", "job/migrate-twice")
    psql("DROP DATABASE nyfiken_twice")
    taken = sorted(int(found[1]) if (found := re.search(r"(\d+) steps? taken", line)) else 0 for line in said)
    assert len(taken) == 2, said
    assert taken[0] == 0 < taken[1], said
    seen("a database migrated from two Pods at once", f"one took {taken[1]} steps, the other none; both ended well")


def twice_at_once():
    """A Job whose two Pods do what the first container of a worker does, with another database."""
    deployment = json.loads(here("get", "deployment/ideas-worker", "--output=json"))
    spec = deployment["spec"]["template"]["spec"]
    migrate = next(each for each in spec.pop("initContainers") if each["name"] == "migrate")
    database = {"name": "NYFIKEN_DATABASE", "value": "postgresql://nyfiken:nyfiken@postgres:5432/nyfiken_twice"}
    migrate["env"] = [*(each for each in migrate["env"] if each["name"] != database["name"]), database]
    labels = dict([PART_OF.split("=")])
    template = {"metadata": {"labels": labels}, "spec": {**spec, "containers": [migrate], "restartPolicy": "Never"}}
    told = {"parallelism": 2, "completions": 2, "backoffLimit": 0, "template": template}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate-twice"}, "spec": told}


def test_the_story_is_told_through_the_services(deployed, seen):
    at = " ".join(f"--at {service}={url}" for service, url in deployed.urls.items())
    ran = in_shell(f"NYFIKEN_KEYS=keys nyfiken demo {at}", deployed.folder)
    assert ran.code == 0, ran.said + ran.complained
    steps = re.search(r"Berättelsen är slut: (\d+) steg", ran.said)
    assert steps, ran.said
    seen("`nyfiken demo --at …` through the Services", f"{steps[1]} steps, all as told")


def test_memory_when_idle_is_far_below_the_limit(deployed, seen):
    def measured():
        ran = in_shell("kubectl -n nyfiken top pods --no-headers", deployed.folder)
        return {line.split()[0]: int(line.split()[2].removesuffix("Mi")) for line in ran.said.splitlines()}

    until(lambda: measured().keys() >= pods().keys(), "the metrics of a Pod are not there", READY)
    taken = measured()
    of_ours = [taken[name] for name in pods(PART_OF) if name in taken]
    assert max(of_ours) < 384 / 2
    servers = ", ".join(f"{name} {taken[name]} MiB" for name in ("kafka-0", "postgres-0"))
    seen("memory when idle", f"ours {min(of_ours)} to {max(of_ours)} MiB, {servers}")
