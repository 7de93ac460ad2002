"""What may talk to what: the arrows of the architecture, computed from what each service listens to, and no other."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module

import pytest

from nyfiken.layout import SERVICES
from tests.deploy.kubernetes.built import Document, containers, named, of_kind, overlay, pods, with_component

CONSUMES = {name: import_module(f"services.{name}.main").SERVICE.consumes for name in SERVICES}
PORTS = (53, 80, 443, 4318, 5432, 6443, 8000, 8080, 8081, 9090, 9091, 9092, 9093)
"""Of all that is here, and of what is outside."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Peer:
    """Somebody who may talk; without a namespace: an address outside of the cluster."""

    name: str
    namespace: str | None = "nyfiken"
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)


OUTSIDE = Peer(name="outside", namespace=None)
DNS = Peer(name="dns", namespace="kube-system", labels={"k8s-app": "kube-dns"})
OTHERS = [
    OUTSIDE,
    DNS,
    Peer(name="another in kube-system", namespace="kube-system"),
    *(
        Peer(name=name, namespace=name)
        for name in ("monitoring", "ingress", "gateway", "keda", "cnpg-system", "observability", "other")
    ),
]


def arrows(name: str) -> set[tuple[str, str, int]]:
    """Who may open a connection to whom, at which port."""
    documents = overlay(name)
    policies = [*of_kind(documents, "NetworkPolicy"), *by_strimzi(documents)]
    here = [*peers(documents), Peer(name="a stranger")]
    return {
        (one.name, other.name, port)
        for one in [*here, *OTHERS]
        for other in [*here, *OTHERS]
        for port in PORTS
        if one != other and "nyfiken" in (one.namespace, other.namespace) and may(policies, one, other, port)
    }


def peers(documents: Sequence[Document]) -> Iterable[Peer]:
    """The Pods in the namespace, also those that operators make."""
    for workload, template in pods(documents):
        yield Peer(name=workload["metadata"]["name"], labels=template["metadata"]["labels"])
    for cluster in of_kind(documents, "Cluster"):
        for number in ("", " again"):
            name = cluster["metadata"]["name"]
            yield Peer(name=f"{name}{number}", labels={"cnpg.io/cluster": name})
    for kafka in of_kind(documents, "Kafka"):
        name = kafka["metadata"]["name"]
        for number in ("", " again"):
            labels = {"strimzi.io/cluster": name, "strimzi.io/name": f"{name}-kafka"}
            yield Peer(name=f"{name}{number}", labels=labels)


def by_strimzi(documents: Sequence[Document]) -> Iterable[Document]:
    """What Strimzi allows by itself: into each listener who it says, and brokers among each other."""
    for kafka in of_kind(documents, "Kafka"):
        name = kafka["metadata"]["name"]
        brokers = {"matchLabels": {"strimzi.io/cluster": name}}
        rules = [
            {"from": listener["networkPolicyPeers"], "ports": [{"port": listener["port"]}]}
            for listener in kafka["spec"]["kafka"]["listeners"]
        ]
        among = {"from": [{"podSelector": brokers}], "ports": [{"port": 9090}, {"port": 9091}]}
        yield {"spec": {"podSelector": brokers, "policyTypes": ["Ingress"], "ingress": [*rules, among]}}


def may(policies: Sequence[Document], one: Peer, other: Peer, port: int) -> bool:
    """Whether one side may go out to it, and the other lets it in."""
    return side(policies, "Egress", one, other, port) and side(policies, "Ingress", other, one, port)


def side(policies: Sequence[Document], direction: str, own: Peer, peer: Peer, port: int) -> bool:
    rules = [
        policy["spec"].get(direction.lower(), [])
        for policy in policies
        if own.namespace == "nyfiken"
        and direction in policy["spec"]["policyTypes"]
        and selects(policy["spec"]["podSelector"], own.labels)
    ]
    key = "to" if direction == "Egress" else "from"
    allowed = [
        rule for each in rules for rule in each if port in [p["port"] for p in rule.get("ports", [{"port": port}])]
    ]
    return not rules or any(key not in rule or any(is_meant(of, peer) for of in rule[key]) for rule in allowed)


def is_meant(of: Document, peer: Peer) -> bool:
    if peer.namespace is None:
        return False
    namespace = of.get("namespaceSelector", {"matchLabels": {"kubernetes.io/metadata.name": "nyfiken"}})
    there = {"kubernetes.io/metadata.name": peer.namespace}
    return selects(namespace, there) and selects(of.get("podSelector", {}), peer.labels)


def selects(selector: Document, labels: Mapping[str, str]) -> bool:
    assert selector.keys() <= {"matchLabels"}
    return selector.get("matchLabels", {}).items() <= labels.items()


def everywhere(documents: Sequence[Document]) -> set[tuple[str, str, int]]:
    """The arrows that are the same in every overlay."""
    feeds = {(f"{one}-worker", f"{other}-web", 8080) for one in SERVICES for other in CONSUMES[one]}
    figures = {("monitoring", one, 8081) for one in each("web", "worker")}
    return feeds | figures | {(peer.name, "dns", 53) for peer in [*peers(documents), Peer(name="a stranger")]}


def each(*roles: str) -> list[str]:
    return [f"{service}-{role}" for service in SERVICES for role in roles]


def test_locally_services_reach_the_one_database_and_workers_kafka():
    servers = {(one, "postgres", 5432) for one in each("web", "worker")} | {
        (one, "kafka", 9092) for one in each("worker")
    }
    assert arrows("local") == everywhere(overlay("local")) | servers


def test_what_is_outside_is_reached_by_its_port_and_people_come_through_the_ingress():
    outside = {(one, "outside", 5432) for one in each("web", "worker")}
    outside |= {(one, "outside", 9093) for one in each("worker")} | {(one, "outside", 443) for one in each("web")}
    people = {("ingress", one, 8080) for one in each("web")}
    reached = arrows("small")
    # A port that is open to any address is open to Pods elsewhere too; whether they answer is theirs to say.
    assert {arrow for arrow in reached if arrow[1] == "outside"} == outside
    assert {arrow for arrow in reached if is_in(arrow[1], "small")} == {
        arrow for arrow in everywhere(overlay("small")) | people if is_in(arrow[1], "small")
    }


def test_in_production_each_service_reaches_its_own_database_only():
    wanted = {arrow for arrow in everywhere(overlay("production")) if is_in(arrow[1], "production")}
    wanted |= {("ingress", one, 8080) for one in each("web")}
    for service in SERVICES:
        own = f"{service}-database"
        wanted |= {(f"{service}-{role}", to, 5432) for role in ("web", "worker") for to in (own, f"{own} again")}
        instances = ((own, f"{own} again"), (f"{own} again", own))
        wanted |= {(one, other, port) for one, other in instances for port in (5432, 8000)}
        wanted |= {("cnpg-system", one, 8000) for one in (own, f"{own} again")}
    brokers = {("kafka", "kafka again"), ("kafka again", "kafka")}
    wanted |= {(one, to, 9093) for one in (*each("worker"), "keda") for to in ("kafka", "kafka again")}
    wanted |= {(one, other, port) for one, other in brokers for port in (9090, 9091)}
    assert {arrow for arrow in arrows("production") if is_in(arrow[1], "production")} == wanted


def test_in_production_our_processes_reach_the_collector_of_traces():
    # 443, to issuer and cluster, is open to any address.
    to_it = {arrow for arrow in arrows("production") if arrow[1] == "observability" and arrow[2] not in (443, 6443)}
    assert to_it == {(one, "observability", 4318) for one in each("web", "worker")}


@pytest.mark.parametrize("component", ["ingress", "gateway-api"])
def test_people_are_led_to_what_is_for_them_and_not_to_health_and_figures(component, tmp_path):
    documents = with_component(component, tmp_path)
    (policy,) = [each for each in of_kind(documents, "NetworkPolicy") if each["metadata"]["name"].startswith("from-")]
    assert [port for rule in policy["spec"]["ingress"] for port in rule["ports"]] == [{"port": 8080}]
    for service in SERVICES:
        (port,) = named(documents, "Service", service)["spec"]["ports"]
        (web,) = [of for workload, of in pods(documents) if workload["metadata"]["name"] == f"{service}-web"]
        (container,) = web["spec"]["containers"]
        assert {"name": port["targetPort"], "containerPort": 8080} in container["ports"]
    led = [to["port"] for to in backends(documents)]
    assert led in ([{"name": "http"}] * len(SERVICES), [80] * len(SERVICES))


def backends(documents: Sequence[Document]) -> Iterable[Document]:
    """The ports of Services that people are led to."""
    for ingress in of_kind(documents, "Ingress"):
        for rule in ingress["spec"]["rules"]:
            yield from (path["backend"]["service"] for path in rule["http"]["paths"])
    for route in of_kind(documents, "HTTPRoute"):
        for rule in route["spec"]["rules"]:
            yield from rule["backendRefs"]


def is_in(name: str, of: str) -> bool:
    """Whether this is a Pod of ours."""
    return name in {peer.name for peer in [*peers(overlay(of)), Peer(name="a stranger")]}


def test_where_kafka_is_outside_its_port_is_open_to_the_workers():
    told = named(overlay("small"), "ConfigMap", "nyfiken-worker")["data"]["NYFIKEN_KAFKA"]
    ports = {int(broker.rpartition(":")[2]) for broker in told.split(",")}
    assert ports == {port for one, other, port in arrows("small") if other == "outside" and port not in (443, 5432)}


def test_policies_and_pods_say_the_same_ports(documents):
    of_ours = ("web", "worker")
    said = {
        port["containerPort"]
        for workload, template in pods(documents)
        for container in containers(template)
        if container["name"] in of_ours
        for port in container["ports"]
    }
    open_to_somebody = {
        port["port"]
        for policy in of_kind(documents, "NetworkPolicy")
        if is_about_us(policy["spec"]["podSelector"].get("matchLabels", {}))
        for rule in policy["spec"].get("ingress", [])
        for port in rule["ports"]
    }
    assert open_to_somebody == said


def is_about_us(labels: Mapping[str, str]) -> bool:
    return "app.kubernetes.io/part-of" in labels or labels.get("app.kubernetes.io/name") in SERVICES
