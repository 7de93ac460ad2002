"""What is noted in traces, and what is not; the way of one through the platform is in tests/nyfiken/test_traces.py."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis import tracing
from chassis.recorded import Metadata
from chassis.settings import Traces
from tests.chassis.collector import Collector
from tests.chassis.transport.test_cloudevents import recorded

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00"


@pytest.fixture
def noted():
    """Starts to note; gives what the collector was sent until then, and no more is noted."""
    collector = Collector()

    def start(share=1.0):
        tracing.start(Traces(address=collector.address, share=share), "ideas", "web")

    def ended():
        tracing.end()
        return collector.spans

    start.ended = ended
    yield start
    tracing.end()
    collector.close()


def an_event(traceparent=SAMPLED, age=timedelta()):
    return recorded(metadata=Metadata(traceparent=traceparent), recorded_at=datetime.now(UTC) - age)


def everybody(_):
    return ["board_v1"]


def test_without_a_collector_a_callers_trace_travels_on_as_it_came():
    served = tracing.Served("POST", "/ideas", SAMPLED, noted=True)
    assert (served.traceparent, served.trace_id) == (SAMPLED, TRACE)
    served.end(201)
    assert tracing.Served("POST", "/ideas", None, noted=True).traceparent is None


def test_a_request_goes_on_with_the_trace_of_its_caller(noted):
    noted()
    served = tracing.Served("POST", "/ideas", SAMPLED, noted=True)
    with tracing.part("append"):
        pass
    served.end(201)
    with tracing.part("nobody asked for this"):
        pass
    part, request = noted.ended()
    assert (request.trace, request.parent, request.failed) == (TRACE, SPAN, False)
    assert (part.name, part.parent) == ("append", request.id)
    assert served.traceparent == f"00-{TRACE}-{request.id}-01"


def test_what_a_caller_does_not_want_to_trace_is_not_noted_but_travels_on(noted):
    noted()
    served = tracing.Served("POST", "/ideas", UNSAMPLED, noted=True)
    served.end(201)
    tracing.Timed().processed("ideas", [an_event(UNSAMPLED), an_event(None)], everybody)
    assert served.traceparent.startswith(f"00-{TRACE}-")
    assert served.traceparent.endswith("-00")
    assert noted.ended() == []


def test_of_requests_without_a_trace_the_share_is_noted_that_was_asked_for(noted):
    noted(share=0.0)
    tracing.Served("GET", "/ideas", None, noted=True).end(200)
    tracing.Served("GET", "/ideas", SAMPLED, noted=True).end(200)
    assert [span.trace for span in noted.ended()] == [TRACE]


def test_health_and_feeds_are_not_noted(noted):
    noted()
    served = tracing.Served("GET", "/events", None, noted=False)
    served.end(200)
    assert (served.traceparent, noted.ended()) == (None, [])


def test_an_answer_that_is_our_fault_is_marked_and_what_was_raised_is_not_told(noted):
    noted()
    served = tracing.Served("POST", "/ideas", None, noted=True)
    with pytest.raises(ValueError, match="Anna"), tracing.part("append"):
        raise ValueError("Anna Andersson")
    served.end(500)
    part, request = noted.ended()
    assert (request.failed, part.about) == (True, {})


def test_history_that_is_read_again_has_no_trace(noted):
    noted()
    old, new = an_event(age=timedelta(hours=2)), an_event()
    tracing.Timed().sent("ideas", [old, new])
    assert [(span.name, span.about["cloudevents.event_id"]) for span in noted.ended()] == [("send ideas", new.id)]


def test_of_a_large_batch_some_are_noted(noted):
    noted()
    tracing.Timed().processed("ideas", [an_event() for _ in range(1000)], everybody)
    assert len(noted.ended()) == 100


def test_who_is_not_concerned_is_not_named(noted):
    noted()
    tracing.Timed().processed("ideas", [an_event()], lambda _: [])
    assert noted.ended() == []
