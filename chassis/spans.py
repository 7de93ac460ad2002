"""Spans, by OpenTelemetry's own library: sent in batches, in the background, to a collector that takes OTLP over HTTP.

A collector that is away costs spans and nothing else: of those that wait some thousands are kept.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from opentelemetry.context import Context, attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis.recorded import Recorded
from chassis.settings import Traces

_EVERY = 1000.0
"""Milliseconds from one batch to the next."""
_PATIENCE = 2.0
"""Seconds that the collector gets to take a batch, and all that is left when the process ends."""

_Attributes = Mapping[str, str | int | Sequence[str]]


class Open:
    """The span of a request that is being answered: the current one of this thread."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._token = attach(set_span_in_context(span))

    @property
    def traceparent(self) -> str:
        """It, as what it leads to names it."""
        context = self._span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def end(self, status: int) -> None:
        """It was answered."""
        self._span.set_attribute("http.response.status_code", status)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()
        detach(self._token)


class Spans:
    """Where the spans of this process go."""

    def __init__(self, traces: Traces, service: str, process: str) -> None:
        told = {"service.namespace": "nyfiken", "service.name": service, "nyfiken.process": process}
        self._provider = TracerProvider(
            resource=Resource.create(told),
            sampler=ParentBased(TraceIdRatioBased(traces.share)),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint=traces.address, timeout=_PATIENCE)
        self._provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=_EVERY))
        self._tracer = self._provider.get_tracer("nyfiken")

    def begin(self, method: str, route: str, traceparent: str | None) -> Open:
        """The answer to a request, whose caller may have a trace for it."""
        about = {"http.request.method": method, "http.route": route}
        context = _context(traceparent) if traceparent else Context()
        return Open(self._tracer.start_span(f"{method} {route}", context, SpanKind.SERVER, about))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """A part of what this thread does, if that is traced at all. What went wrong in it is not told."""
        if not get_current_span().is_recording():
            yield
            return
        with self._tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False):
            yield

    def sent(self, service: str, event: Recorded, began: int) -> None:
        """An event of a service was brought to its topic, from a moment in nanoseconds since 1970 until now."""
        self._past("send", SpanKind.PRODUCER, service, event, began, {})

    def processed(self, service: str, event: Recorded, began: int, processors: Sequence[str]) -> None:
        """An event of a service was applied by these, from a moment in nanoseconds since 1970 until now."""
        self._past("process", SpanKind.CONSUMER, service, event, began, {"nyfiken.processors": processors})

    def _past(self, what: str, kind: SpanKind, service: str, event: Recorded, began: int, more: _Attributes) -> None:
        about = {
            "messaging.operation.type": what,
            "messaging.destination.name": service,
            "messaging.destination.partition.id": str(event.partition),
            "cloudevents.event_id": event.id,
            "cloudevents.event_type": event.type,
            "nyfiken.position": str(event.at),
            **more,
        }
        context = _context(event.metadata.traceparent or "")
        self._tracer.start_span(f"{what} {service}", context, kind, about, start_time=began).end()

    def end(self) -> None:
        """Send what is left, as long as there is patience for it."""
        last = threading.Thread(target=self._provider.shutdown, daemon=True)
        last.start()
        last.join(_PATIENCE)


def _context(traceparent: str) -> Context:
    return TraceContextTextMapPropagator().extract({"traceparent": traceparent}, Context())
