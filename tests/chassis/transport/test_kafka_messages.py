"""Recorded events travel as Kafka messages and come out as they were; anything else is told apart."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from chassis.recorded import Metadata
from chassis.transport.kafka.messages import Unreadable, from_message, to_message
from tests.chassis.transport.test_cloudevents import RECORDED_AT, recorded, same

ALL_KNOWN = Metadata(by="p", correlation_id="c", causation_id="d", traceparent="00-1-2-00")


def sent(event=None, value=None, without=(), **changed):
    """A message as kafka-python gives it, with some headers left out or changed."""
    message = to_message(event or recorded())
    headers = {name: header for name, header in message.headers if name not in without}
    headers |= {f"ce_{name}": header for name, header in changed.items()}
    return SimpleNamespace(value=message.value if value is None else value, headers=list(headers.items()))


@pytest.mark.parametrize(
    "event",
    [
        recorded(),
        recorded(occurred_at=datetime(2019, 1, 2, tzinfo=UTC)),
        recorded(occurred_at=RECORDED_AT),
        recorded(metadata=ALL_KNOWN),
        recorded(type="nobody-knows-it.v9", data=b'{"x":[1,null]}'),
        recorded(stream="counter-åäö"),
    ],
    ids=["plain", "happened earlier", "happened just then", "with all that is known", "of a type unknown here", "åäö"],
)
def test_an_event_comes_out_as_it_was(event):
    assert same(from_message(sent(event), "ideas", 3), event)


def test_the_headers_are_those_of_cloudevents_in_binary_mode():
    key, value, headers = to_message(recorded(metadata=ALL_KNOWN, occurred_at=datetime(2019, 1, 2, tzinfo=UTC)))
    assert (key, value) == (b"counter-a", recorded().data)
    assert dict(headers) == {
        "ce_specversion": b"1.0", "ce_id": b"e1", "ce_source": b"nyfiken/ideas", "ce_type": b"counter-raised.v1",
        "ce_dataschema": b"urn:nyfiken:event:counter-raised.v1", "ce_subject": b"counter-a", "ce_partition": b"3",
        "ce_position": b"17", "ce_version": b"2", "ce_time": b"2019-01-02T00:00:00Z",
        "ce_recordedat": b"2026-03-04T05:06:07.000008Z", "ce_by": b"p", "ce_correlationid": b"c",
        "ce_causationid": b"d", "traceparent": b"00-1-2-00", "content-type": b"application/json",
    }  # fmt: skip


def test_what_is_not_known_has_no_header():
    names = {name for name, _ in to_message(recorded()).headers}
    assert not names & {"ce_by", "ce_correlationid", "ce_causationid", "traceparent", "ce_recordedat"}


def test_that_something_is_kept_apart_does_not_travel():
    assert not from_message(sent(recorded(sealed=True)), "ideas", 3).sealed


@pytest.mark.parametrize("value", [b"", b"{", b'{"by":2', b"[1]", b"null", b"\xff\xfe", b'{"by":2}x'])
def test_a_value_that_is_no_json_object_is_unreadable(value):
    assert from_message(sent(value=value), "ideas", 3) == Unreadable(17)


def test_a_message_without_a_value_is_unreadable():
    message = sent()
    message.value = None
    assert from_message(message, "ideas", 3) == Unreadable(17)


@pytest.mark.parametrize("missing", ["specversion", "id", "type", "time", "subject", "version"])
def test_without_a_header_that_is_needed_it_is_unreadable(missing):
    assert from_message(sent(without=[f"ce_{missing}"]), "ideas", 3) == Unreadable(17)


@pytest.mark.parametrize(
    "wrong",
    [
        {"specversion": b"2.0"}, {"time": b"yesterday"}, {"time": b"2026-03-04T05:06:07"}, {"version": b"two"},
        {"id": b"\xff"}, {"subject": None}, {"recordedat": b"?"}, {"by": b"\xff"},
    ],
    ids=str,
)  # fmt: skip
def test_with_a_header_that_is_nonsense_it_is_unreadable(wrong):
    assert from_message(sent(**wrong), "ideas", 3) == Unreadable(17)


@pytest.mark.parametrize(
    "foreign",
    [
        {"source": b"nyfiken/experiments"}, {"source": b"somebody/else"}, {"partition": b"2"}, {"partition": None},
        {"position": b""}, {"position": b"0"}, {"position": b"-1"}, {"position": b"1_0"}, {"position": None},
        {"position": b"9" * 5000},
    ],
    ids=lambda headers: str(headers)[:40],
)  # fmt: skip
def test_what_does_not_say_that_it_lies_here_is_foreign(foreign):
    assert from_message(sent(**foreign), "ideas", 3) is None


def test_a_message_without_headers_is_foreign():
    assert from_message(SimpleNamespace(value=b"{}", headers=[]), "ideas", 3) is None
