"""What is sent at once counts up to the first event of a partition that failed, whatever becomes of those behind it."""

import pytest
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError
from kafka.future import Future
from kafka.producer.future import RecordMetadata

from chassis.transport.kafka.sending import Sending
from chassis.transport.publisher import Published
from tests.chassis.transport.test_cloudevents import recorded


class Answering:
    """A producer to which it is said what becomes of each event, by its place: an offset, an error, or nothing yet."""

    def __init__(self, **becomes):
        self.becomes = {name: iter(answers) for name, answers in becomes.items()}
        self.flushed = False

    def send(self, topic, value, key, headers, partition):
        answer = next(self.becomes[f"p{partition}"])
        if isinstance(answer, tuple):
            raise answer[0]
        future = Answered()
        if isinstance(answer, int):
            future.success(RecordMetadata(topic, partition, None, answer, 0, None, 0, 0, 0))
        elif answer is not None:
            future.failure(answer)
        return future

    def flush(self, timeout):
        self.flushed = True


class Answered(Future):
    def get(self, timeout):
        if not self.is_done:
            raise KafkaTimeoutError("too long")
        if self.failed():
            raise self.exception


def outcome(count=3, is_newest=True, **becomes):
    producer = Answering(**becomes)
    events = {
        int(name[1:]): [recorded(partition=int(name[1:]), position=n + 1) for n in range(count)] for name in becomes
    }
    published = Sending(producer, "topic", events).wait(is_newest=is_newest)
    assert producer.flushed == is_newest
    return published


@pytest.mark.parametrize("is_newest", [True, False])
def test_all_of_it(is_newest):
    found = outcome(is_newest=is_newest, p0=[7, 8, 9], p1=[0, 1, 2])
    assert found == {0: Published(count=3, offset=9), 1: Published(count=3, offset=2)}


def test_up_to_the_first_that_failed_though_later_ones_arrived():
    found = outcome(p0=[7, KafkaTimeoutError("gone"), 8], p1=[0, 1, 2])
    assert found == {
        0: Published(count=1, offset=7, failure="KafkaTimeoutError: gone"),
        1: Published(count=3, offset=2),
    }


def test_what_is_not_answered_in_time_has_failed():
    assert outcome(p0=[7, None, None]) == {0: Published(count=1, offset=7, failure="not acknowledged in time")}


def test_one_that_cannot_be_sent_ends_its_partition_alone():
    found = outcome(p0=[7, (MessageSizeTooLargeError("too large"),)], p1=[0, 1, 2])
    assert (found[0].count, found[1]) == (1, Published(count=3, offset=2))
    assert "too large" in found[0].failure


def test_without_a_broker_nothing_of_the_others_is_tried_and_nothing_of_them_counts():
    found = outcome(p0=[(KafkaTimeoutError("no broker"),)], p1=[], p2=[])
    assert [(done.count, bool(done.failure)) for done in found.values()] == [(0, True)] * 3
