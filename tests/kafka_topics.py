"""What lies in a topic, for tests: read from its beginning, as the service's events in order."""

import time

from kafka import KafkaConsumer, TopicPartition

from chassis.recorded import Recorded
from chassis.transport.kafka.messages import from_message

_PATIENCE = 30.0


def messages(brokers, topic):
    """Partition → everything that lies in it now, as it was sent."""
    consumer = KafkaConsumer(**brokers.options(), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        places = [TopicPartition(topic, n) for n in sorted(consumer.partitions_for_topic(topic))]
        consumer.assign(places)
        consumer.seek_to_beginning()
        return _read(consumer, places)
    finally:
        consumer.close()


def topic_content(brokers, service):
    """Partition → the service's events in order from position 1, each once, up to the first that is missing."""
    return {n: _contiguous(service, n, found) for n, found in messages(brokers, brokers.topic(service)).items()}


def _read(consumer, places):
    ends = consumer.end_offsets(places)
    found = {place: [] for place in places}
    deadline = time.monotonic() + _PATIENCE
    while any(consumer.position(place) < end for place, end in ends.items()):
        for place, batch in consumer.poll(200).items():
            found[place] += batch
        assert time.monotonic() < deadline, "the topic does not give what it has"
    return {place.partition: batch for place, batch in found.items()}


def _contiguous(service, partition, found):
    events = [event for message in found if isinstance(event := from_message(message, service, partition), Recorded)]
    first = {}
    for event in events:
        first.setdefault(event.position, event)
    whole = []
    while (event := first.get(len(whole) + 1)) is not None:
        whole.append(event)
    return whole
