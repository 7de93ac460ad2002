"""Around every request: who asks, what it belongs to, one line in the log, and headers that keep browsers careful."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID, uuid4

import structlog
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import NotFound

from chassis.errors import Unauthenticated
from chassis.metrics import HTTP_REQUESTS, HTTP_SECONDS
from chassis.tracing import Served
from chassis.web.runtime import runtime

V = TypeVar("V", bound=Callable[..., Any])
log = structlog.get_logger("web")
_TRACEPARENT = re.compile(r"\A00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}\Z")
_HEALTH = "health"
_ROUTINE = frozenset({"feed", _HEALTH})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
CAREFUL: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def open_to_all(view: V) -> V:
    """Mark a view that anybody may ask without a token: health, metrics, documentation."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def is_open(app: Flask, endpoint: str | None) -> bool:
    """Whether no token is needed there; nor is one needed to learn that there is nothing."""
    return endpoint is None or getattr(app.view_functions[endpoint], "open_to_all", False)


def register(app: Flask) -> None:
    """Do this around every request of the app."""
    app.before_request(_begin)
    app.before_request(_keep_apart)
    app.before_request(_authenticate)
    app.after_request(_end)
    app.teardown_request(_forget)


def _begin() -> None:
    g.began = time.perf_counter()
    g.correlation_id = _correlation_id()
    traceparent = request.headers.get("traceparent", "")
    g.served = Served(
        _method(), _route(), traceparent if _TRACEPARENT.match(traceparent) else None, noted=not _is_routine()
    )
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(correlation_id=g.correlation_id)
    if g.served.trace_id:
        structlog.contextvars.bind_contextvars(trace_id=g.served.trace_id)


def _keep_apart() -> None:
    """Where health has a port of its own, people come to one and whoever watches over the process to the other."""
    port = runtime().health_port
    if port is not None and (request.blueprint == _HEALTH) != (request.environ["SERVER_PORT"] == str(port)):
        raise NotFound


def _is_routine() -> bool:
    """Whether others ask for it all the time, all by themselves: health, and what is new."""
    return request.blueprint in _ROUTINE


def _method() -> str:
    return request.method if request.method in _METHODS else "other"


def _route() -> str:
    """The route's template, never the path, which names things."""
    return request.url_rule.rule if request.url_rule else "-"


def _correlation_id() -> str:
    """The caller's, if it is a UUID (anything else might say something about somebody), else a new one."""
    try:
        return str(UUID(request.headers["X-Correlation-ID"]))
    except (KeyError, ValueError):
        return str(uuid4())


def _authenticate() -> None:
    """Know who asks, from the signed token and nothing else. Raises Unauthenticated."""
    if is_open(current_app, request.endpoint):
        return
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("token-needed")
    g.caller = runtime().tokens.caller(token.strip())


def _end(response: Response) -> Response:
    response.headers["X-Correlation-ID"] = g.correlation_id
    for name, value in CAREFUL.items():
        response.headers.setdefault(name, value)
    _note(response)
    return response


def _forget(_: BaseException | None) -> None:
    """Whatever happened, the next request of this thread is of another trace."""
    if "served" in g:
        g.served.end(int(HTTPStatus.INTERNAL_SERVER_ERROR))


def _note(response: Response) -> None:
    """One line, the figures, and the end of the span."""
    method, route = _method(), _route()
    seconds = time.perf_counter() - g.began
    HTTP_REQUESTS.labels(method, route, response.status_code).inc()
    HTTP_SECONDS.labels(method, route).observe(seconds)
    g.served.end(response.status_code)
    unremarkable = g.get("nothing_new") or (request.endpoint and is_open(current_app, request.endpoint))
    say = log.debug if unremarkable else log.info
    say(
        "request",
        method=method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        roles=sorted(g.caller.roles) if "caller" in g else [],
        positions=response.headers.get("Event-Position", ""),
        problem=g.get("problem", ""),
    )
