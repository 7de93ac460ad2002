"""nyfiken topics: made as the stores need them, checked, and refused where they would lose or mix up events."""

from __future__ import annotations

import pytest
from kafka.admin import KafkaAdminClient

from nyfiken.layout import SERVICES
from tests.servers.kafka import Login
from tests.servers.process import free_port


@pytest.fixture
def admin(kafka_server):
    with KafkaAdminClient(**kafka_server.client) as admin:
        yield admin


@pytest.fixture
def topics(admin, prefix):
    """Topic → how many partitions, of this test's."""

    def found():
        own = [name for name in admin.list_topics() if name.startswith(prefix)]
        return {one["name"]: len(one["partitions"]) for one in admin.describe_topics(own)} if own else {}

    return found


def make(admin, name, partitions=8, **configs):
    admin.create_topics({name: {"num_partitions": partitions, "replication_factor": 1, "configs": configs}})
    admin.wait_for_topics([name])


def rows(said):
    """The cells of the table."""
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines() if "│" in line]


def test_they_are_made_and_the_second_time_found(nyfiken, kafka, topics, prefix):
    names = [f"{prefix}.{service}.v1" for service in SERVICES]
    code, said = nyfiken("topics", kafka=kafka)
    assert code == 0, said
    assert [[row[0], *row[2:]] for row in rows(said)] == [[name, "8", "1", "1", "for ever", "made"] for name in names]
    assert topics() == dict.fromkeys(names, 8)
    code, again = nyfiken("topics", kafka=kafka)
    assert code == 0
    assert [row[-1] for row in rows(again)] == ["there"] * 3
    assert [row[1] for row in rows(again)] == [row[1] for row in rows(said)]


def test_they_have_as_many_partitions_as_the_stores(nyfiken, kafka, postgres, topics, prefix):
    nyfiken("migrate", "--partitions", "3", postgres=postgres)
    code, said = nyfiken("topics", kafka=kafka, postgres=postgres)
    assert code == 0, said
    assert topics() == {f"{prefix}.{service}.v1": 3 for service in SERVICES}


def test_one_service_makes_its_own_with_as_many_partitions_as_its_own_database(
    nyfiken, kafka, database, topics, prefix
):
    nyfiken("migrate", "ideas", "--partitions", "5", database=database)
    code, said = nyfiken("topics", "--service", "ideas", kafka=kafka, database=database)
    assert code == 0, said
    assert topics() == {f"{prefix}.ideas.v1": 5}


def test_a_database_without_its_service_is_refused(nyfiken, kafka, database, topics):
    code, said = nyfiken("topics", kafka=kafka, database=database)
    assert (code, topics()) == (2, {})
    assert "--database, or NYFIKEN_DATABASE, is that of one service: say which" in said


def test_a_check_makes_nothing(nyfiken, kafka, topics, prefix):
    code, said = nyfiken("topics", "--check", kafka=kafka)
    assert code == 1
    assert f"Error: topic {prefix}.ideas.v1 is missing: nyfiken topics makes it\n" in said
    assert [row[-1] for row in rows(said)] == ["missing"] * 3
    assert topics() == {}


def test_one_with_other_partitions_is_refused_and_the_others_are_looked_at(nyfiken, kafka, admin, topics, prefix):
    make(admin, f"{prefix}.experiments.v1", partitions=5)
    code, said = nyfiken("topics", kafka=kafka)
    assert code == 1
    assert f"Error: topic {prefix}.experiments.v1 has 5 partitions, the store has 8" in said
    assert {row[0].split(".")[1]: row[-1] for row in rows(said)} == {
        "ideas": "made", "experiments": "refused", "notifications": "made"
    }  # fmt: skip
    assert topics()[f"{prefix}.experiments.v1"] == 5


def test_one_that_is_compacted_is_refused(nyfiken, kafka, admin, prefix):
    make(admin, f"{prefix}.ideas.v1", **{"cleanup.policy": "compact", "max.message.bytes": "1048576"})
    code, said = nyfiken("topics", "--check", kafka=kafka)
    assert code == 1
    assert f"topic {prefix}.ideas.v1 has cleanup.policy=compact, which loses events" in said


def test_one_that_does_not_keep_for_ever_is_warned_of(nyfiken, kafka, prefix):
    code, said = nyfiken("topics", "--retention", "3600000", kafka=kafka)
    assert code == 0
    assert [row[-2] for row in rows(said)] == ["3600000 ms"] * 3
    assert f"topic {prefix}.ideas.v1 has retention.ms=3600000" in said


def test_more_copies_than_brokers_are_refused_and_nothing_is_made(nyfiken, kafka, topics, prefix):
    code, said = nyfiken("topics", "--replication", "30", kafka=kafka)
    assert code == 1
    assert f"topic {prefix}.ideas.v1: 30 copies are wanted of 1 brokers" in said
    assert topics() == {}


def test_a_renewed_one_is_another(nyfiken, kafka, prefix):
    _, before = nyfiken("topics", kafka=kafka)
    code, said = nyfiken("topics", "renew", "ideas", "--yes", data=None, kafka=kafka)
    assert (code, said) == (0, f"topic {prefix}.ideas.v1: renewed\n")
    _, after = nyfiken("topics", kafka=kafka)
    same = [was[1] == now[1] for was, now in zip(rows(before), rows(after), strict=True)]
    assert same == [False, True, True]


def test_a_kafka_that_does_not_answer_is_named(nyfiken):
    port = free_port()
    code, said = nyfiken("topics", kafka=f"127.0.0.1:{port}")
    assert code == 1
    assert said.startswith(f"Error: Kafka at 127.0.0.1:{port}: ")
    assert said.count("\n") == 1


def test_what_is_no_address_is_said_to_be_none(nyfiken):
    code, said = nyfiken("topics", kafka="nonsense")
    assert code == 1
    assert "NYFIKEN_KAFKA is a text of 8 characters; expected: HOST:PORT" in said


def test_without_a_kafka_it_says_how_to_name_one(nyfiken):
    code, said = nyfiken("topics")
    assert code == 2
    assert "say which Kafka: --kafka or NYFIKEN_KAFKA" in said


def test_a_kafka_over_tls_is_reached_with_the_files_that_the_environment_names(nyfiken, own_kafka):
    kafka = own_kafka(encrypted=True)
    known = {f"kafka_{name}": value for name, value in kafka.client.items() if name != "bootstrap_servers"}
    code, said = nyfiken("topics", kafka=kafka.bootstrap_servers, **known)
    assert code == 0, said
    code, said = nyfiken("topics", kafka=kafka.bootstrap_servers, **(known | {"kafka_ssl_cafile": "/nowhere/ca.pem"}))
    assert code == 1
    assert said.endswith("Error: NYFIKEN_KAFKA_SSL_CAFILE is a text of 15 characters; expected: a file that is there\n")


def test_a_kafka_that_asks_who_comes_is_told_and_refuses_who_is_wrong(nyfiken, own_kafka):
    kafka = own_kafka(login=Login(password="secret-word"))
    known = {"kafka": kafka.bootstrap_servers, "kafka_security_protocol": "SASL_PLAINTEXT"}
    known |= {"kafka_sasl_mechanism": kafka.login.mechanism, "kafka_sasl_username": kafka.login.username}
    code, said = nyfiken("topics", **known, kafka_sasl_password="another-secret")
    assert code == 1
    assert said.startswith(f"Error: Kafka at {kafka.bootstrap_servers}: ")
    assert "secret" not in said
    assert said.count("\n") == 1
    code, said = nyfiken("topics", **known, kafka_sasl_password="secret-word")
    assert code == 0, said
    code, said = nyfiken("topics", **known)
    assert code == 1
    assert "NYFIKEN_KAFKA_SASL_PASSWORD is not set" in said
