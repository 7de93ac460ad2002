"""Recorded events travel as CloudEvents and come out as they were, but for what is kept apart."""

from datetime import UTC, datetime

import orjson
import pytest

from chassis.recorded import Metadata, Position, Recorded
from chassis.transport.cloudevents import NotAnEvent, from_batch, to_batch

RECORDED_AT = datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC)


def recorded(**changed):
    settled = {
        "id": "e1", "service": "ideas", "partition": 3, "position": 17, "stream": "counter-a", "version": 2,
        "type": "counter-raised.v1", "data": '{"by":2,"note":"åäö"}'.encode(), "metadata": Metadata(),
        "recorded_at": RECORDED_AT,
    }  # fmt: skip
    return Recorded(**{**settled, **changed})


def same(one, other):
    names = [name for name in Recorded.__slots__ if name not in ("_event", "sealed")]
    return all(getattr(one, name) == getattr(other, name) for name in names)


@pytest.mark.parametrize(
    "sent",
    [
        recorded(),
        recorded(occurred_at=datetime(2019, 1, 2, tzinfo=UTC)),
        recorded(occurred_at=RECORDED_AT),
        recorded(metadata=Metadata(by="p", correlation_id="c", causation_id="d", traceparent="00-1-2-00")),
    ],
    ids=["plain", "happened earlier", "happened just then", "with all that is known"],
)
def test_an_event_comes_out_as_it_was(sent):
    (come,) = from_batch(to_batch([sent]))
    assert same(come, sent)


def test_that_something_is_kept_apart_does_not_travel():
    (come,) = from_batch(to_batch([recorded(sealed=True)]))
    assert not come.sealed


def test_the_attributes_are_those_of_cloudevents():
    (event,) = orjson.loads(to_batch([recorded()]))
    assert event == {
        "specversion": "1.0", "id": "e1", "source": "nyfiken/ideas", "type": "counter-raised.v1",
        "subject": "counter-a", "time": "2026-03-04T05:06:07.000008Z", "datacontenttype": "application/json",
        "dataschema": "urn:nyfiken:event:counter-raised.v1", "partition": 3, "position": 17, "version": 2,
        "data": {"by": 2, "note": "åäö"},
    }  # fmt: skip
    assert all(name.isalnum() and name == name.lower() for name in event)


def test_what_is_withheld_keeps_its_position_and_says_nothing_else():
    batch = to_batch([Position("ideas", 0, 5)])
    assert from_batch(batch) == [Position("ideas", 0, 5)]
    assert set(orjson.loads(batch)[0]) == {"specversion", "id", "source", "type", "partition", "position"}


@pytest.mark.parametrize("batch", [b"", b"<html>", b"{}x", b'{"detail": "no"}', b"[1]", b'[{"type": "x"}]', b"null"])
def test_anything_else_is_no_batch(batch):
    with pytest.raises(NotAnEvent):
        from_batch(batch)
