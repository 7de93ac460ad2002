"""The web side of a service: a Flask app of its routes, over its store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import uuid4

import structlog
from flask import Flask, current_app, g, request
from flask_smorest import Api

from chassis.errors import Unauthenticated
from chassis.service import Service
from chassis.store.protocol import Store
from chassis.tokens import Tokens
from chassis.web import problems
from chassis.web.routes import Routes
from chassis.web.runtime import EXTENSION, Runtime, runtime
from chassis.web.texts import Texts
from chassis.web.waiting import Waiting

log = structlog.get_logger("web")
MOST_BYTES = 2**20
"""The largest body that is read."""

View = Callable[..., object]


def open_to_all(view: View) -> View:
    """Mark a view that anybody may ask without a token: health, metrics, documentation."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def create_app(
    service: Service,
    routes: Iterable[Routes],
    store: Store,
    *,
    tokens: Tokens,
    problem_texts: Iterable[Path] = (),
    waiting: int = 4,
) -> Flask:
    """The app of a service: its routes, and what every service has.

    ``problem_texts`` are the service's ``problems.toml``; so many requests may be ``waiting`` at once.
    """
    app = Flask(service.name, static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BYTES,
        API_TITLE=f"Nyfiken: {service.name}",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        PROPAGATE_EXCEPTIONS=False,
    )
    app.extensions[EXTENSION] = Runtime(
        service=service, store=store, tokens=tokens, texts=Texts(problem_texts), waiting=Waiting(waiting)
    )
    app.before_request(_authenticate)
    api = Api(app)
    problems.register(app)
    for group in routes:
        api.register_blueprint(group)
    return app


def _authenticate() -> None:
    g.correlation_id = str(uuid4())
    g.traceparent = None
    if request.endpoint is None or request.endpoint.startswith("api-docs."):
        return
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "open_to_all", False):
        return
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("token-needed")
    g.caller = runtime().tokens.caller(token.strip())
