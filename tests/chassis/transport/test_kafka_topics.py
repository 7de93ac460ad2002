"""Topics are made as the events need them, and refused where they would lose or mix them."""

import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from chassis.settings import Brokers
from chassis.transport.kafka.topics import Topics
from chassis.transport.publisher import TopicGone, WrongTopic
from tests.chassis.transport.following import make_topic
from tests.servers.process import free_port


@pytest.fixture
def admin(brokers):
    with KafkaAdminClient(**brokers.options()) as admin:
        yield admin


def made(admin, brokers, partitions=4, **configs):
    wanted = {name.replace("_", "."): value for name, value in configs.items()}
    topic = {"num_partitions": partitions, "replication_factor": 1, "configs": wanted}
    admin.create_topics({brokers.topic("suite"): topic}, wait_for_metadata=True)


def test_a_topic_that_is_missing_is_made_to_keep_everything(topics, brokers):
    assert topics.describe("suite") is None
    assert make_topic(topics) == []
    topic = topics.describe("suite")
    assert (topic.name, topic.partitions, topic.replication) == (brokers.topic("suite"), 4, 1)
    asked = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1", "min.insync.replicas": "1"}
    assert topic.configs.items() >= (asked | {"max.message.bytes": "1048576"}).items()
    assert topics.ends(topic) == {0: 0, 1: 0, 2: 0, 3: 0}


def test_a_topic_that_is_there_stays_as_it_is(topics):
    make_topic(topics)
    before = topics.describe("suite")
    assert make_topic(topics) == []
    assert topics.describe("suite") == before


def test_another_number_of_partitions_is_refused(topics):
    make_topic(topics, partitions=1)
    with pytest.raises(WrongTopic, match=r"\.suite\.v1 has 1 partition, the store has 4, .*: delete the topic"):
        make_topic(topics)


@pytest.mark.parametrize("policy", ["compact", "compact,delete"])
def test_compaction_is_refused(topics, admin, brokers, policy):
    made(admin, brokers, cleanup_policy=policy)
    with pytest.raises(WrongTopic, match=r"which loses events: set cleanup\.policy=delete"):
        make_topic(topics)


def test_a_limit_that_is_too_small_for_an_event_is_refused(topics, admin, brokers):
    made(admin, brokers, max_message_bytes="100000")
    with pytest.raises(WrongTopic, match=r"max\.message\.bytes=100000, and an event may need 1048576"):
        make_topic(topics)


def test_a_retention_that_is_too_short_is_warned_of(topics, admin, brokers):
    made(admin, brokers, retention_ms="60000", retention_bytes="1000")
    warned = make_topic(topics, min_insync=2)
    assert [warning.split()[3].split(",")[0].split(":")[0] for warning in warned] == [
        "retention.ms=60000",
        "retention.bytes=1000",
        "min.insync.replicas=1",
    ]


def test_fewer_copies_than_are_wanted_are_warned_of(topics, brokers):
    make_topic(topics)
    warned = make_topic(topics, replication=3)
    assert warned == [f"topic {brokers.topic('suite')} keeps 1 of 3 copies that are wanted of each event"]


def test_a_renewed_topic_is_another_one_empty_and_as_the_old_one_was(topics, brokers):
    make_topic(topics, retention_ms=86_400_000)
    old = topics.describe("suite")
    producer = KafkaProducer(**brokers.options())
    producer.send(old.name, b"{}", partition=1).get(10)
    producer.close()
    assert topics.ends(old)[1] == 1
    topics.renew("suite")
    new = topics.describe("suite")
    assert new.id != old.id
    assert (new.partitions, new.configs) == (old.partitions, old.configs)
    assert topics.ends(new) == {0: 0, 1: 0, 2: 0, 3: 0}


def test_what_is_not_there_cannot_be_renewed(topics):
    with pytest.raises(TopicGone, match=r"there is no topic test-.*\.suite\.v1"):
        topics.renew("suite")


def test_where_no_broker_answers_it_says_so_within_seconds():
    with pytest.raises(TopicGone, match="Unable to bootstrap"):
        Topics(Brokers(bootstrap_servers=f"127.0.0.1:{free_port()}"))
