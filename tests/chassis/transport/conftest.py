"""What the tests of Kafka share: a topic prefix of one's own, and a history."""

import gc
import uuid
import warnings

import pytest

_UNANSWERED = r"unclosed <(socket.socket .*laddr=\('[\d.]+', \d+\)|ssl.SSLSocket .*)>"
"""kafka-python does not close a socket on which nobody answers, that one has an address here and none there, nor one
whose other side it does not trust."""


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", f"ignore:{_UNANSWERED}:ResourceWarning")


@pytest.fixture(autouse=True)
def unanswered_sockets(request):
    """Those of a test do not trouble the next one, nor the end of all."""
    yield
    if "kafka" in request.node.path.name:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", _UNANSWERED, ResourceWarning)
            gc.collect()


@pytest.fixture
def brokers(kafka_server):
    """The Kafka of all tests, with a topic prefix of this test alone."""
    from chassis.settings import Brokers

    return Brokers(**kafka_server.client, topic_prefix=f"test-{uuid.uuid4().hex}")


@pytest.fixture
def topics(brokers):
    from chassis.transport.kafka.topics import Topics  # here: conftest is read before pytest knows what to ignore

    with Topics(brokers) as topics:
        yield topics


@pytest.fixture
def topic(topics, brokers):
    """The name of a topic of the history, empty."""
    from tests.chassis.transport.following import make_topic

    make_topic(topics)
    return brokers.topic("suite")


@pytest.fixture
def producer(brokers):
    from kafka import KafkaProducer

    producer = KafkaProducer(**brokers.options())
    yield producer
    producer.close()


@pytest.fixture
def store(tmp_path):
    """A history of four partitions, empty."""
    from tests.chassis.transport.following import open_store

    opened = open_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shaky_kafka():
    """A Kafka to be killed and frozen by tests; each leaves it running."""
    from tests.servers.found import absent
    from tests.servers.kafka import Kafka
    from tests.servers.process import NotStarted

    try:
        kafka = Kafka().start()
    except (FileNotFoundError, NotStarted) as reason:
        absent(reason)
    yield kafka
    kafka.close()


@pytest.fixture
def shaky_brokers(shaky_kafka):
    """The same, with a topic prefix of this test alone."""
    from chassis.settings import Brokers

    return Brokers(**shaky_kafka.client, topic_prefix=f"test-{uuid.uuid4().hex}")
