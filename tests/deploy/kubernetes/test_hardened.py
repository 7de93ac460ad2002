"""Nothing runs with more than it needs, and nothing is lost while Pods come and go."""

import pytest

from chassis.serving import GRACE
from tests.deploy.kubernetes.built import OVERLAYS, containers, named, of_kind, of_ours, overlay, pods

WRITES = {"/data"}


def test_a_container_may_nothing_that_it_does_not_need(documents):
    for workload, template in pods(documents):
        pod = template["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"} & pod.keys()
        for container in containers(template):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, workload["metadata"]["name"]


def test_our_processes_run_as_the_user_of_the_image_and_write_to_memory_only(documents):
    for _, template, container in of_ours(documents):
        who = template["spec"]["securityContext"]
        assert (who["runAsUser"], who["runAsGroup"]) == (10001, 10001)
        assert {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")} == WRITES
        (data,) = [volume for volume in template["spec"]["volumes"] if volume["name"] == "data"]
        assert data["emptyDir"] == {"medium": "Memory", "sizeLimit": "64Mi"}


def test_what_a_container_takes_is_asked_for_and_limited(documents):
    for _, template in pods(documents):
        for container in containers(template):
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert megabytes(container["resources"]["limits"]) >= megabytes(container["resources"]["requests"])
    for _, _, container in of_ours(documents):
        # A process takes 120, and what it writes to memory counts as its own.
        assert megabytes(container["resources"]["limits"]) >= 2 * 120 + 64


def megabytes(resources):
    number, unit = resources["memory"][:-2], resources["memory"][-2:]
    return int(number) * {"Mi": 1, "Gi": 1024}[unit]


def test_accounts_have_no_token(documents):
    accounts = {each["metadata"]["name"]: each for each in of_kind(documents, "ServiceAccount")}
    assert all(each["automountServiceAccountToken"] is False for each in accounts.values())
    for service, template, _ in of_ours(documents):
        assert template["spec"]["serviceAccountName"] == service in accounts


def test_the_namespace_enforces_the_strictest_standard(documents):
    (namespace,) = of_kind(documents, "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_no_secret_is_in_the_manifests_but_those_for_trying_out():
    assert [name for name in OVERLAYS if of_kind(overlay(name), "Secret")] == ["local"]


def test_a_release_is_rolled_out_without_a_gap(documents):
    for deployment in of_kind(documents, "Deployment"):
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        spec = deployment["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        assert spec["terminationGracePeriodSeconds"] > pause + GRACE
        assert (pause > 0) == (container["name"] == "web"), "until nobody sends it requests any longer"
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()


def test_of_several_never_more_than_one_is_taken_away_at_once(documents):
    budgets = {
        tuple(sorted(budget["spec"]["selector"]["matchLabels"].items())): budget["spec"]["maxUnavailable"]
        for budget in of_kind(documents, "PodDisruptionBudget")
    }
    for deployment in of_kind(documents, "Deployment"):
        assert budgets[tuple(sorted(deployment["spec"]["selector"]["matchLabels"].items()))] == 1


@pytest.mark.parametrize("name", ["small", "production"])
def test_each_process_is_there_more_than_once_and_apart(name):
    documents = overlay(name)
    scaled = {each["spec"]["scaleTargetRef"]["name"]: each["spec"] for each in scalers(documents)}
    for deployment in of_kind(documents, "Deployment"):
        spec = deployment["spec"]
        own = scaled.get(deployment["metadata"]["name"], {})
        least = own.get("minReplicas", own.get("minReplicaCount", spec.get("replicas", 1)))
        assert least >= 2
        assert not ("replicas" in spec and own), "two would say how many"
        for spread in spec["template"]["spec"]["topologySpreadConstraints"]:
            assert spread["labelSelector"]["matchLabels"] == spec["selector"]["matchLabels"]


def scalers(documents):
    return of_kind(documents, "HorizontalPodAutoscaler", "ScaledObject")


def test_what_is_selected_by_never_changes_from_release_to_release(documents):
    for deployment in of_kind(documents, "Deployment"):
        selector = deployment["spec"]["selector"]["matchLabels"]
        assert selector.keys() == {"app.kubernetes.io/name", "app.kubernetes.io/component"}
        assert selector.items() <= deployment["spec"]["template"]["metadata"]["labels"].items()
        assert deployment["metadata"]["labels"]["app.kubernetes.io/part-of"] == "nyfiken"


@pytest.mark.parametrize("name", ["small", "production"])
def test_the_version_is_that_of_the_image(name):
    for _, template, container in of_ours(overlay(name)):
        assert container["image"].rpartition(":")[2] == template["metadata"]["labels"]["app.kubernetes.io/version"]


def test_a_changed_setting_restarts_what_reads_it(documents):
    for name in ("nyfiken", "nyfiken-web", "nyfiken-worker"):
        assert named(documents, "ConfigMap", name)["metadata"]["name"] != name
