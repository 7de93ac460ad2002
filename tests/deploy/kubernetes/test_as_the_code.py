"""What the manifests say is what the code understands: settings, commands, ports, paths, keys, topics, groups."""

import base64
import dataclasses
import json
import os
import re
import shutil
from importlib import import_module

import click
import pytest
import yaml

from chassis import settings
from chassis.keys import KEY_BYTES, ROTATED, Keys, load_keys, make_keys, rotate
from chassis.settings import Brokers
from chassis.transport.kafka.topics import FOR_EVER
from chassis.watch import Watch
from nyfiken.brokers import COPIES
from nyfiken.cli import cli
from nyfiken.layout import ROLES, SERVICES
from nyfiken.routes import DOCUMENTS
from nyfiken.topics import NEW
from tests.deploy import dashboard
from tests.deploy.kubernetes.built import (
    KUBERNETES,
    containers,
    environment,
    named,
    of_kind,
    of_ours,
    overlay,
    pods,
    written,
)
from tests.deploy.promtool import ALERTS

SERVICE_OF = {name: import_module(f"services.{name}.main").SERVICE for name in SERVICES}
SECRET = {  # key of a Secret → what it might hold
    "address": "postgresql://ideas:hush@db:5432/ideas",
    "uri": "postgresql://ideas:hush@db.nyfiken:5432/ideas",
    "password": "hush",
}
MADE_BEFORE = {  # by hand, as the README says
    "local": {"nyfiken-keys"},
    "small": {"nyfiken-keys", "nyfiken-tls", "kafka-cluster-ca-cert"}
    | {f"{service}-{what}" for service in SERVICES for what in ("database", "kafka")},
    "production": {"nyfiken-tls"},
}


@pytest.fixture
def asked(monkeypatch):
    """The names of all settings that are read from now on, in an environment without any."""
    names = set()
    read = settings._read

    def reading(parse, name, *told, **options):
        names.add(settings.PREFIX + name)
        return read(parse, name, *told, **options)

    monkeypatch.setattr(settings, "_read", reading)
    return names


@pytest.fixture
def become(monkeypatch, tmp_path):
    """Sets what a container is told, as it would find it, and nothing else of ours."""

    def become(documents, container):
        for name in [name for name in os.environ if name.startswith(settings.PREFIX)]:
            monkeypatch.delenv(name)
        for name, value in environment(documents, container).items():
            monkeypatch.setenv(name, found(container, value))

    def found(container, value):
        if isinstance(value, dict):
            return SECRET[value["secretKeyRef"]["key"]] if "secretKeyRef" in value else "ideas-worker-7c9-x2x"
        if not any(value.startswith(f"{mount['mountPath']}/") for mount in container["volumeMounts"]):
            return value
        (tmp_path / "mounted").touch()  # a file in a folder that is mounted
        return str(tmp_path / "mounted")

    return become


def ours(documents, role=None):
    return [each for each in of_ours(documents) if role is None or each[2]["name"] == role]


def test_each_service_has_both_processes_and_nothing_else_is_ours(documents):
    roles = sorted((service, container["name"]) for service, _, container in ours(documents))
    assert roles == sorted(
        [(service, name) for service in SERVICES for name in (*ROLES, "migrate", "migrate", "topics")]
    )


def test_a_command_exists_and_takes_what_it_is_told(documents, become):
    for service, _, container in ours(documents):
        become(documents, container)
        name, *arguments = container["args"]
        command = cli.get_command(click.Context(cli), name)
        assert command is not None, name
        command.make_context(name, list(arguments))  # refuses what it does not know
        assert arguments[-1] == service
        assert name == container["name"]
        assert "command" not in container, "the image says it"


@pytest.mark.parametrize("role", ROLES)
def test_a_process_has_every_setting_that_it_needs_and_each_is_a_good_one(documents, role, become, asked):
    for service, _, container in ours(documents, role):
        become(documents, container)
        found = settings.load_settings()
        assert found.database is not None
        if role == "web":
            assert (settings.load_listening().host, settings.load_listening().health_port) == ("0.0.0.0", 8081)
            assert found.brokers is None, "it has no business there"
            assert (found.jwks_url is None) == (documents == overlay("local"))
        else:
            assert settings.load_health() == ("0.0.0.0", 8081)
            assert found.brokers is not None
            assert found.jwks_url is None, "it checks no tokens, and has no way there"
            assert found.worker == "ideas-worker-7c9-x2x", "its own, and the same after a restart"
            assert settings.load_feeds(SERVICE_OF[service].consumes).keys() == set(SERVICE_OF[service].consumes)
            settings.load_feeds(SERVICES)  # one ConfigMap names them all
        assert environment(documents, container).keys() <= asked


def test_a_command_reads_every_setting_that_it_is_told(documents, become, asked):
    for _, _, container in [each for each in ours(documents) if each[2]["name"] not in ROLES]:
        become(documents, container)
        settings.load_keys_folder()
        if settings.load_brokers():
            settings.load_feeds(SERVICES)  # in the same ConfigMap
            settings.load_traces()  # so are these
        command = cli.get_command(click.Context(cli), container["args"][0])
        options = {option.envvar for option in command.params if getattr(option, "envvar", None)}
        assert environment(documents, container).keys() <= asked | options


def test_ports_are_those_on_which_the_processes_listen(documents):
    for role, ports in (
        ("web", {"http": "NYFIKEN_PORT", "health": "NYFIKEN_HEALTH_PORT"}),
        ("worker", {"health": "NYFIKEN_HEALTH_PORT"}),
    ):
        for _, _, container in ours(documents, role):
            told = {port: environment(documents, container)[setting] for port, setting in ports.items()}
            assert {each["name"]: str(each["containerPort"]) for each in container["ports"]} == told


@pytest.mark.parametrize("role", ROLES)
def test_paths_of_probes_exist(documents, role):
    for service, _, container in ours(documents, role):
        paths = paths_of(service) if role == "web" else Watch(SERVICE_OF[service], None).paths
        for probe, path in (("startup", "/healthz"), ("liveness", "/healthz"), ("readiness", "/readyz")):
            assert container[f"{probe}Probe"]["httpGet"] == {"path": path, "port": "health"}
            assert path in paths


def paths_of(service):
    return json.loads((DOCUMENTS / f"{service}.json").read_text())["paths"]


def test_figures_are_asked_for_where_they_are():
    documents = overlay("production")
    monitors = of_kind(documents, "PodMonitor")
    seen = set()
    for monitor in monitors:
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        for workload, template in pods(documents):
            if wanted <= template["metadata"]["labels"].items():
                seen.add(workload["metadata"]["name"])
                (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
                assert endpoint["path"] == "/metrics"
                assert template["metadata"]["labels"][monitor["spec"]["jobLabel"]] in SERVICES
                assert endpoint["path"] in Watch(SERVICE_OF["ideas"], None).paths
                assert endpoint["path"] in paths_of("ideas")
                assert endpoint["port"] in [p["name"] for each in containers(template) for p in each.get("ports", [])]
    assert seen == {f"{service}-{role}" for service in SERVICES for role in ROLES}


def test_the_operator_is_given_the_same_alerts_as_any_prometheus():
    (rule,) = of_kind(overlay("production"), "PrometheusRule")
    assert rule["spec"] == yaml.safe_load(ALERTS.read_text())


def test_a_grafana_finds_the_dashboard_by_its_label_and_under_one_name():
    found = named(overlay("production"), "ConfigMap", "nyfiken-dashboard")
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(found["data"]["nyfiken.json"]) == dashboard.read()


def test_a_feed_is_where_the_web_process_is_found(documents):
    feeds = named(documents, "ConfigMap", "nyfiken-worker")["data"]
    for service in SERVICES:
        found = named(documents, "Service", service)
        assert feeds[f"NYFIKEN_FEED_{service.upper()}"] == f"http://{found['metadata']['name']}"
        assert [(port["port"], port["targetPort"]) for port in found["spec"]["ports"]] == [(80, "http")]
        selected = [
            workload["metadata"]["name"]
            for workload, template in pods(documents)
            if found["spec"]["selector"].items() <= template["metadata"]["labels"].items()
        ]
        assert selected == [f"{service}-web"]


def test_keys_are_mounted_where_they_are_looked_for_and_nobody_else_may_read_them(documents):
    for _, template, container in ours(documents):
        where = environment(documents, container)["NYFIKEN_KEYS"]
        (mount,) = [each for each in container["volumeMounts"] if each["mountPath"] == where]
        (volume,) = [each for each in template["spec"]["volumes"] if each["name"] == mount["name"]]
        assert mount["readOnly"]
        assert volume["secret"] == {"secretName": "nyfiken-keys", "defaultMode": 0o440}
        assert template["spec"]["securityContext"]["fsGroup"] == template["spec"]["securityContext"]["runAsGroup"]


def test_keys_with_that_mode_are_taken(tmp_path):
    for field in dataclasses.fields(Keys):
        (tmp_path / field.name).write_bytes(bytes(KEY_BYTES))
        (tmp_path / field.name).chmod(0o440)
    load_keys(tmp_path / "data", tmp_path)


def test_the_vault_gives_every_key_and_without_one_nothing_is_changed():
    secret = named(overlay("production"), "ExternalSecret", "nyfiken-keys")["spec"]
    assert [each["secretKey"] for each in secret["data"]] == [field.name for field in dataclasses.fields(Keys)]
    assert secret["target"]["deletionPolicy"] == "Retain"


@pytest.mark.parametrize("name", ROTATED)
def test_while_a_key_takes_the_place_of_another_the_vault_gives_both(tmp_path, name):
    made, mounted = tmp_path / "made", tmp_path / "mounted"
    make_keys(made)
    seen = []
    for _ in ("made", "swapped", "ended"):
        rotate(made, name)
        write(mounted, synced({file.name: base64.b64encode(file.read_bytes()) for file in made.iterdir()}))
        found = getattr(load_keys(tmp_path, mounted), name)
        seen.append((bytes(found), found.others))
        assert {file.name for file in mounted.iterdir()} == {file.name for file in made.iterdir()}
    (first, coming), (second, going), last = seen
    assert (second, coming, going, last) == (coming[0], (second,), (first,), (second, ()))


def synced(vault):
    """What the operator makes of what lies in the vault: all of it, over which the named ones are laid."""
    secret = named(overlay("production"), "ExternalSecret", "nyfiken-keys")["spec"]
    asked = [each["extract"] for each in secret["dataFrom"]] + [each["remoteRef"] for each in secret["data"]]
    assert {(each["key"], each["decodingStrategy"]) for each in asked} == {("nyfiken/keys", "Base64")}
    everything = {key: base64.b64decode(value) for key, value in vault.items()}
    return everything | {each["secretKey"]: everything[each["remoteRef"]["property"]] for each in secret["data"]}


def write(folder, files):
    """As they are mounted."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o440)


@pytest.mark.parametrize("name", MADE_BEFORE)
def test_every_secret_is_made_by_somebody_or_the_readme_tells_how(name):
    documents = overlay(name)
    assert {each for each, _ in secrets(documents)} - made(documents) == MADE_BEFORE[name]
    told = (KUBERNETES / "README.md").read_text()
    general = {re.sub(f"^({'|'.join(SERVICES)})-", "<service>-", secret) for secret in MADE_BEFORE[name]}
    assert [secret for secret in general if f"`{secret}`" not in told] == []


def secrets(documents):
    """The name and key of every Secret that something refers to; None: as a whole."""
    for _, template in pods(documents):
        for volume in template["spec"]["volumes"]:
            if "secret" in volume:
                yield volume["secret"]["secretName"], None
        for container in containers(template):
            for value in (each.get("valueFrom", {}) for each in container.get("env", [])):
                if "secretKeyRef" in value:
                    yield written(value["secretKeyRef"]["name"]), value["secretKeyRef"]["key"]
    for ingress in of_kind(documents, "Ingress"):
        yield from ((tls["secretName"], None) for tls in ingress["spec"]["tls"])
    for store in of_kind(documents, "ObjectStore"):
        yield from ((each["name"], each["key"]) for each in store["spec"]["configuration"]["s3Credentials"].values())


def made(documents):
    """The names of Secrets that are rendered, or that an operator makes of what is."""
    name_of = {
        "Secret": "{}",
        "ExternalSecret": "{}",
        "KafkaUser": "{}",
        "Kafka": "{}-cluster-ca-cert",
        "Cluster": "{}-app",
    }
    found = of_kind(documents, *name_of)
    return {name_of[each["kind"]].format(written(each["metadata"]["name"])) for each in found}


def test_topics_are_as_the_command_would_make_them():
    topics = {each["metadata"]["name"]: each["spec"] for each in of_kind(overlay("production"), "KafkaTopic")}
    kept = {"retention.ms": FOR_EVER, "cleanup.policy": "delete", "min.insync.replicas": 2}
    wanted = {"partitions": NEW, "replicas": COPIES, "config": kept}
    assert topics == {brokers("production").topic(service): wanted for service in SERVICES}


def test_a_user_of_kafka_may_do_what_its_service_does_and_no_more():
    documents = overlay("production")
    for service in SERVICES:
        user = named(documents, "KafkaUser", f"{service}-kafka")
        may = {
            (acl["resource"]["type"], acl["resource"]["name"]): set(acl["operations"])
            for acl in user["spec"]["authorization"]["acls"]
        }
        reads = {"Read", "Describe", "DescribeConfigs"}
        assert may == {
            ("topic", brokers("production").topic(service)): reads | {"Write"},
            **{("topic", brokers("production").topic(other)): reads for other in SERVICE_OF[service].consumes},
            ("group", brokers("production").group(service)): {"Read", "Describe"},
        }
        for _, _, container in [each for each in ours(documents) if each[0] == service]:
            told = environment(documents, container)
            assert told.get("NYFIKEN_KAFKA_SASL_USERNAME") in (None, user["metadata"]["name"])


def test_workers_follow_what_there_is_to_read_for_their_service():
    documents = overlay("production")
    for service in SERVICES:
        scaled = named(documents, "ScaledObject", f"{service}-worker")["spec"]
        asked = {(trigger["metadata"]["consumerGroup"], trigger["metadata"]["topic"]) for trigger in scaled["triggers"]}
        kafka = brokers("production")
        assert asked == {(kafka.group(service), kafka.topic(other)) for other in SERVICE_OF[service].consumes}
        assert {each["metadata"]["bootstrapServers"] for each in scaled["triggers"]} == {kafka.bootstrap_servers}
        assert all(each["metadata"]["tls"] == "enable" and each["authenticationRef"] for each in scaled["triggers"])
        assert scaled["minReplicaCount"] >= 2
        assert scaled["maxReplicaCount"] == NEW
        assert named(documents, "Deployment", scaled["scaleTargetRef"]["name"])["spec"].get("replicas") is None


def brokers(name):
    told = named(overlay(name), "ConfigMap", "nyfiken-worker")["data"]
    return Brokers(bootstrap_servers=told["NYFIKEN_KAFKA"], topic_prefix=told["NYFIKEN_TOPIC_PREFIX"])


def test_there_are_connections_for_all_processes_while_a_release_is_rolled_out():
    documents = overlay("local")
    (told,) = {environment(documents, container)["NYFIKEN_CONNECTIONS"] for _, _, container in ours(documents, "web")}
    assert 2 * len(SERVICES) * len(ROLES) * int(told) <= 97, "PostgreSQL takes 100, three of them from its superuser"
