"""Whether a real API server takes what deploy/kubernetes makes, every warning an error, and refuses what is wrong."""

import copy
import json
import re

import pytest

from tests.cluster.kubectl import ROOT, here, in_shell
from tests.cluster.pages import OF_PRODUCTION, Page
from tests.deploy.kubernetes.built import COMPONENTS, KUBERNETES, OVERLAYS, overlay, with_component
from tests.deploy.runbooks import PAGES

pytestmark = pytest.mark.timeout(600)
DRY = "--dry-run=server --validate=strict --warnings-as-errors"


def tried(folder):
    """How many documents of a folder it would take; all of them."""
    ran = in_shell(f"kubectl apply -k {folder} {DRY}", ROOT)
    assert (ran.code, ran.complained) == (0, ""), ran.complained
    return len(ran.said.splitlines())


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_is_accepted(name, seen):
    assert tried(KUBERNETES / "overlays" / name) == len(overlay(name))
    seen(f"`overlays/{name}`, dry run", f"{len(overlay(name))} documents accepted")


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_accepted_on_the_base_alone(name, tmp_path, seen):
    documents = with_component(name, tmp_path)
    assert tried(tmp_path) == len(documents)
    seen(f"`components/{name}` on the base, dry run", f"{len(documents)} documents accepted")


POD = ("spec", "template", "spec")


@pytest.mark.parametrize(
    ("kind", "where", "value", "told"),
    [
        ("Deployment", ("spec", "progresDeadlineSeconds"), 60, 'unknown field "spec.progresDeadlineSeconds"'),
        ("Deployment", (*POD, "containers", 0, "ports", 0, "containerPort"), "http", "containerPort of type int32"),
        (
            "Deployment",
            (*POD, "containers", 0, "securityContext", "allowPrivilegeEscalation"),
            True,
            "restricted:latest",
        ),
        ("Deployment", (*POD, "terminationGracePeriodSeconds"), 3, "less than terminationGracePeriodSeconds"),
        ("HorizontalPodAutoscaler", ("spec", "maxReplicas"), 1, "must be greater than or equal to `minReplicas`"),
        ("NetworkPolicy", ("spec", "policyTypes"), ["Sideways"], 'Unsupported value: "Sideways"'),
        ("KafkaTopic", ("spec", "partitionz"), 8, 'unknown field "spec.partitionz"'),
        ("KafkaUser", ("spec", "authentication", "type"), "magic", 'Unsupported value: "magic"'),
        ("Cluster", ("spec", "instances"), 0, "should be greater than or equal to 1"),
        ("ScaledObject", ("spec", "maxReplicaCount"), "8", "must be of type integer"),
        ("PodMonitor", ("spec", "podMetricsEndpoints", 0, "interval"), "often", "should match"),
        ("PrometheusRule", ("spec", "groups", 0, "rules", 0, "for"), "long", "should match"),
        ("ExternalSecret", ("spec", "data", 0, "remoteRef", "decodingStrategy"), "Base32", "Unsupported value"),
        ("ObjectStore", ("spec", "retentionPolicy"), "ever", "should match"),
        ("ConfigMap", ("data", "nyfiken.json"), {}, "cannot unmarshal object"),
    ],
)
def test_what_is_broken_is_refused_and_the_place_told(kind, where, value, told, seen):
    broken = copy.deepcopy(next(each for each in overlay("production") if each["kind"] == kind))
    *way, last = where
    there = broken
    for step in way:
        there = there[step]
    there[last] = value
    ran = in_shell(f"kubectl apply -f - {DRY} <<'END'\n{json.dumps(broken)}\nEND", ROOT)
    assert ran.code != 0
    assert told in ran.complained, ran.complained
    place = ".".join(str(step) for step in where)
    seen(f"{kind}: `{place}` is `{json.dumps(value)}`", f"refused: {told}")


def test_each_overlay_can_be_applied_over_the_one_before_and_then_nothing_differs(seen):
    for name in OVERLAYS:
        folder = KUBERNETES / "overlays" / name
        ran = in_shell(f"kubectl apply -k {folder} --validate=strict --warnings-as-errors", ROOT)
        assert (ran.code, ran.complained) == (0, ""), ran.complained
        ran = in_shell(f"kubectl diff -k {folder}", ROOT)
        assert (ran.code, ran.said) == (0, ""), ran.said
    seen(f"{', '.join(OVERLAYS)} applied for real, one over the other", "`kubectl diff` shows nothing after each")
    assert (
        here("get", "configmap", "nyfiken-dashboard", "--output=jsonpath={.metadata.labels.grafana_dashboard}") == "1"
    )


OPERATORS = re.compile(r"# with (KEDA|Strimzi|CloudNativePG)|cnpg\.io/|kafkatopic")


def test_what_pages_say_of_operators_kinds_is_understood(seen):
    """Their objects are those of overlays/production; no operator is there that would act on them."""
    in_shell("kubectl apply -k deploy/kubernetes/overlays/production", ROOT)
    typed = 0
    for file in sorted(PAGES.glob("*.md")):
        page = Page(file, ROOT, overlay=OF_PRODUCTION)
        for line in filter(OPERATORS.search, page.lines()):
            page.ran(line, SERVICE="ideas")
            typed += 1
    assert typed
    seen("the pages' commands about kinds of KEDA, Strimzi and CloudNativePG", f"{typed} understood")
