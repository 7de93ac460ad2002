"""Kafka passes the suite of every transport: a store, a relay, a real topic, a real feed behind it."""

from contextlib import contextmanager

import pytest

from chassis.settings import Brokers
from chassis.testing.transport_suite import TransportSuite
from chassis.transport.kafka.source import KafkaSource
from chassis.transport.kafka.topics import Topics
from tests.chassis.transport.following import create, make_topic, relaying
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
