"""Kafka passes the suite of every transport: a store, a relay, a real topic, a real feed behind it."""

import logging
from contextlib import contextmanager

import pytest

from chassis.settings import Brokers
from chassis.store.protocol import Head
from chassis.testing.transport_suite import TransportSuite
from chassis.transport.kafka.source import KafkaSource
from chassis.transport.kafka.topics import Topics
from tests.chassis.transport.following import PATIENCE, create, make_topic, record, relaying
from tests.chassis.transport.test_feed import Served


class TestKafka(TransportSuite):
    @pytest.fixture
    def served(self, tmp_path):
        with Served(tmp_path / "data") as served:
            create(served.store)
            yield served

    @pytest.fixture
    def kafka(self, request):
        """The one of all tests, unless it is to be taken away."""
        return request.getfixturevalue("shaky_kafka" if "outage" in request.fixturenames else "kafka_server")

    @pytest.fixture
    def brokers(self, kafka, tmp_path):
        return Brokers(**kafka.client, topic_prefix=f"test-{tmp_path.parent.name}-{tmp_path.name}")

    @pytest.fixture
    def owner(self, served, brokers):
        with Topics(brokers) as topics:
            make_topic(topics, partitions=served.store.partitions)
        with relaying(served.store, brokers):
            yield served.store

    @pytest.fixture
    def source(self, owner, served, brokers):
        source = KafkaSource(brokers, served.source(), brokers.group("listener"))
        yield source
        source.close()

    @pytest.fixture
    def outage(self, kafka, served):
        @contextmanager
        def away():
            kafka.kill()
            served.web.stop()
            yield
            kafka.start()
            served.web.start().until()

        return away()

    def test_where_nothing_comes_the_broker_is_asked_seldom(self, owner, source, caplog):
        record(owner)
        ends = {n: head for n, head in owner.heads().items() if source.read(n, Head(), 1000)}
        source.wait(ends, 2.0)  # nobody follows now
        with caplog.at_level(logging.DEBUG, "kafka.consumer.fetcher"):
            assert not source.wait(ends, 3.0)
        asked = [line for line in caplog.messages if line.startswith("Sending FetchRequest")]
        assert 1 <= len(asked) <= 10  # as long as partitions follow each other it is ten times a second
        record(owner, streams=1)
        assert source.wait(ends, PATIENCE)
