"""The users of components/strimzi on a Kafka that asks for rights: what they may is enough, and no more."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)

from chassis.keys import load_keys
from chassis.processing.tables import create_tables
from chassis.settings import Brokers
from chassis.store.protocol import Head
from chassis.store.sqlite import SqliteStore
from chassis.testing.store_suite import raised
from chassis.transport.kafka.published import published
from chassis.transport.kafka.publisher import KafkaPublisher
from chassis.transport.kafka.topics import Topics
from chassis.transport.publisher import MayNot, TopicGone
from chassis.transport.relay import Relay
from nyfiken.layout import SERVICES
from nyfiken.topics import NEW
from tests.deploy.kubernetes.built import ROOT, named, of_kind, overlay
from tests.faults.stage import until
from tests.servers.found import absent
from tests.servers.kafka import Kafka, Login
from tests.servers.process import NotStarted

USER = "ideas-kafka"
TOPIC = "nyfiken.ideas.v1"


@pytest.fixture(scope="module")
def kafka() -> Iterator[Kafka]:
    """With the topics and the rights of the manifests; who has logged in is the user of ideas."""
    try:
        running = Kafka(login=Login(mechanism="SCRAM-SHA-512", username=USER), guarded=True)
    except FileNotFoundError as reason:
        absent(reason)
    try:
        with running, KafkaAdminClient(**running.superuser) as admin:
            for topic in of_kind(overlay("production"), "KafkaTopic"):
                make(admin, topic)
            admin.create_acls(list(rights()))
            until(lambda: may_look(Brokers(**running.client)), "the rights are not there")
            yield running
    except NotStarted as reason:
        absent(reason)


def make(admin, topic):
    """As the operator does, with as many copies as there are brokers here."""
    configs = {name: str(value) for name, value in topic["spec"]["config"].items()} | {"min.insync.replicas": "1"}
    wanted = {"num_partitions": topic["spec"]["partitions"], "replication_factor": 1, "configs": configs}
    admin.create_topics({topic["metadata"]["name"]: wanted})


def may_look(brokers: Brokers) -> bool:
    with Topics(brokers) as topics:
        try:
            return topics.describe("ideas") is not None
        except MayNot:
            return False


def rights():
    """Those that the operator gives."""
    for acl in named(overlay("production"), "KafkaUser", USER)["spec"]["authorization"]["acls"]:
        kind = ResourceType[acl["resource"]["type"].upper()]
        pattern = ResourcePattern(kind, acl["resource"]["name"], ACLResourcePatternType.LITERAL)
        for operation in acl["operations"]:
            meant = ACLOperation["".join(f"_{c}" if c.isupper() else c.upper() for c in operation).lstrip("_")]
            yield ACL(f"User:{USER}", "*", meant, ACLPermissionType.ALLOW, pattern)


@pytest.fixture
def brokers(kafka: Kafka) -> Brokers:
    return Brokers(**kafka.client)


@pytest.fixture
def store_of(tmp_path):
    """The history of a service, with one event."""
    with contextlib.ExitStack() as opened:

        def made(service):
            data = tmp_path / service
            store = SqliteStore(data / "it.sqlite", service, master_key=load_keys(data).master, partitions=NEW)
            opened.callback(store.close)
            with store.transaction() as transaction:
                create_tables(transaction.connection)
            store.append(raised("counter-a", 0, 1))
            return store

        yield made


def nyfiken(kafka: Kafka, *arguments: str) -> tuple[int, str]:
    told = {
        "NYFIKEN_KAFKA": kafka.bootstrap_servers,
        "NYFIKEN_KAFKA_SECURITY_PROTOCOL": kafka.client["security_protocol"],
        "NYFIKEN_KAFKA_SASL_MECHANISM": kafka.client["sasl_mechanism"],
        "NYFIKEN_KAFKA_SASL_USERNAME": USER,
        "NYFIKEN_KAFKA_SASL_PASSWORD": kafka.client["sasl_plain_password"],
    }
    command = [sys.executable, "-m", "nyfiken", *arguments]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ | told, capture_output=True, text=True, timeout=60)
    return ran.returncode, ran.stdout + ran.stderr


def test_its_own_topic_is_published_to_and_checked_and_those_that_it_listens_to_are_read(kafka, brokers, store_of):
    own = store_of("ideas")
    assert publish(own, brokers) == 1
    (partition,) = [n for n, head in own.heads().items() if head.position]
    others = {service: store_of(service) for service in SERVICES if service != "ideas"}
    for service in SERVICES:
        if service in others:
            publish(others[service], Brokers(**kafka.superuser))
        assert [len(events) for events in published(brokers, service, partition, Head())] == [1], service
    code, said = nyfiken(kafka, "topics", "--service", "ideas", "--partitions", str(NEW), "--min-insync", "1")
    assert code == 0, said
    others["experiments"].append(raised("counter-a", 1, 2))
    with pytest.raises(TopicGone, match="AuthorizationFailed"):
        publish(others["experiments"], brokers)


def publish(store, brokers) -> int:
    """All that is there; the offsets at which the topic then ends, together."""
    relay = Relay(store, publisher := KafkaPublisher(brokers, store.service, NEW))
    relay.assign(range(NEW))
    try:
        while relay.step():
            pass
        assert not relay.stopped
        return sum(publisher.state().ends.values())
    finally:
        relay.close()


def test_it_may_not_renew_its_topic_and_is_told_how_that_is_done(kafka):
    code, said = nyfiken(kafka, "topics", "renew", "ideas", "--yes")
    assert code == 1
    assert "TopicAuthorizationFailed" in said
    assert "do it with the KafkaTopic: docs/runbooks/relay-stopped.md" in said
    assert "see that it runs" not in said
    with KafkaAdminClient(**kafka.superuser) as admin:
        assert TOPIC in admin.list_topics()


def test_a_topic_that_the_operator_has_made_anew_is_published_again_with_those_rights(kafka, brokers, store_of):
    """As the page says: the KafkaTopic is deleted, and applied again."""
    store = store_of("ideas")
    renewed(kafka)
    assert publish(store, brokers) == publish(store, brokers) == 1
    renewed(kafka)
    assert publish(store, brokers) == 1, "all of it, again"


def renewed(kafka):
    """What the operator does then."""
    (topic,) = [each for each in of_kind(overlay("production"), "KafkaTopic") if each["metadata"]["name"] == TOPIC]
    with KafkaAdminClient(**kafka.superuser) as admin:
        admin.delete_topics([TOPIC])
        until(lambda: TOPIC not in admin.list_topics(), "it is not deleted")
        make(admin, topic)
