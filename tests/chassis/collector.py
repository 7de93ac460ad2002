"""A collector of spans, as OpenTelemetry's are: takes OTLP over HTTP and remembers it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Noted(NamedTuple):
    """A span: which process it is of, what it is called, where it belongs, and what else it says."""

    process: str
    name: str
    trace: str
    id: str
    parent: str
    about: dict
    failed: bool


class Collector:
    """Listens until it is closed; while it is ``stuck`` it answers nobody."""

    def __init__(self):
        self.spans = []
        self.bodies = []
        self.stuck = threading.Event()
        self._closed = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}/v1/traces"

    def close(self):
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()

    def _take(self, body):
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = _plain(resource.resource.attributes)
            process = f"{told['service.name']} {told['nyfiken.process']}"
            for scope in resource.scope_spans:
                self.spans += [_noted(process, span) for span in scope.spans]

    def _handler(collector):  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if collector.stuck.is_set():
                    collector._closed.wait()
                    return
                collector._take(body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                """Say nothing."""

        return Handler


def _noted(process, span):
    return Noted(
        process=process,
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        about=_plain(span.attributes),
        failed=span.status.code == span.status.STATUS_CODE_ERROR,
    )


def _plain(attributes):
    return {each.key: _value(each.value) for each in attributes}


def _value(value):
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(each) for each in value.array_value.values]
    return getattr(value, kind)
