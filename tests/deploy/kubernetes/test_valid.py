"""Every overlay, and every component on the base alone, is what the API server takes, to the last field."""

import copy
import json

import pytest

from tests.deploy.kubernetes.built import COMPONENTS, overlay, with_component
from tests.deploy.kubernetes.schemas import NoSchema, faults


def all_faults(documents):
    return {f"{each['kind']} {each['metadata']['name']}": told for each in documents if (told := faults(each))}


def test_an_overlay_has_known_kinds_and_fields_only(documents):
    assert all_faults(documents) == {}


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_can_be_added_to_the_base_alone(component, tmp_path):
    documents = with_component(component, tmp_path)
    assert all_faults(documents) == {}
    assert unfinished(documents) == []


def test_no_word_that_stands_for_another_is_left(documents):
    assert unfinished(documents) == []


def unfinished(documents):
    return [word for word in ("SERVICE", "PREFIX.", "BROKERS") if word in json.dumps(documents)]


def test_a_field_that_its_kind_does_not_have_is_refused_in_every_document(documents):
    for document in documents:
        broken = copy.deepcopy(document)
        broken.get("spec", broken)["replicaz"] = 1
        assert any("replicaz" in fault for fault in faults(broken)), document["kind"]


@pytest.mark.parametrize(
    ("name", "kind", "where", "value"),
    [
        ("local", "Deployment", ("spec", "replicas"), "two"),
        ("local", "Deployment", ("spec", "template", "spec", "containers", 0, "ports", 0, "containerPort"), "http"),
        ("local", "Deployment", ("spec", "template", "spec", "containers", 0, "livenesProbe"), {}),
        ("local", "NetworkPolicy", ("spec", "policyTypes"), "Egress"),
        ("production", "Kafka", ("spec", "kafka", "listeners", 0, "tls"), "yes"),
        ("production", "KafkaTopic", ("spec", "partitions"), 0),
        ("production", "KafkaUser", ("spec", "authorization", "acls", 0, "operations"), ["Reed"]),
        ("production", "Cluster", ("spec", "instances"), 0),
        ("production", "ScaledObject", ("spec", "maxReplicaCount"), "8"),
        ("production", "PodMonitor", ("spec", "podMetricsEndpoints", 0, "prot"), "http"),
        ("production", "ExternalSecret", ("spec", "data", 0, "remoteRef", "decodingStrategy"), "Base32"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(name, kind, where, value):
    broken = copy.deepcopy(next(each for each in overlay(name) if each["kind"] == kind))
    *way, last = where
    there = broken
    for step in way:
        there = there[step]
    there[last] = value
    assert [fault for fault in faults(broken) if str(last) in fault]


def test_a_kind_that_nobody_has_described_is_refused():
    with pytest.raises(NoSchema, match="Sorcery"):
        faults({"apiVersion": "magic.example.org/v1", "kind": "Sorcery"})
