"""The servers that the tests run against: found in order, and as durable as they promise."""

import secrets

import psycopg
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient


def test_a_postgresql_that_is_killed_still_has_what_was_committed(own_postgres):
    server = own_postgres()
    with psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    server.kill()
    assert server.pid is None
    server.start()
    with psycopg.connect(server.dsn) as connection:
        assert connection.execute("SELECT one FROM kept").fetchall() == [(1,)]


def test_a_kafka_that_is_killed_still_has_what_was_produced(own_kafka):
    server = own_kafka()
    topic = new_topic(server)
    produce(server, topic, b"kept")
    server.kill()
    assert server.pid is None
    server.start()
    assert consume(server, topic) == b"kept"


def test_the_shared_servers_answer(database, kafka_server):
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    topic = new_topic(kafka_server)
    produce(kafka_server, topic, b"heard")
    assert consume(kafka_server, topic) == b"heard"


def new_topic(server):
    name = f"test-{secrets.token_hex(6)}"
    with KafkaAdminClient(**server.client) as admin:
        admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1}})
    return name


def produce(server, topic, value):
    producer = KafkaProducer(**server.client, acks="all")
    producer.send(topic, value).get(timeout=30)
    producer.close()


def consume(server, topic):
    consumer = KafkaConsumer(topic, **server.client, auto_offset_reset="earliest", consumer_timeout_ms=30_000)
    message = next(consumer)
    consumer.close()
    return message.value
