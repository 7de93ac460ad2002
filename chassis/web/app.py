"""The web side of a service: a Flask app of its routes, over its store."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flask import Flask

from chassis.errors import Unavailable
from chassis.processing.tables import create_tables
from chassis.service import Service
from chassis.store.protocol import Store
from chassis.tokens import Tokens
from chassis.web import context, problems
from chassis.web.docs import docs
from chassis.web.documents import make_api
from chassis.web.feed import FEED
from chassis.web.health import HEALTH
from chassis.web.progress import Progress
from chassis.web.routes import Routes
from chassis.web.runtime import EXTENSION, Runtime
from chassis.web.texts import Texts
from chassis.web.waiting import Waiting

MOST_BYTES = 2**20
"""The largest body that is read."""


def create_app(
    service: Service,
    routes: Iterable[Routes],
    store: Store,
    *,
    tokens: Tokens,
    problem_texts: Iterable[Path] = (),
    waiting: int = 4,
    health_port: int | None = None,
) -> Flask:
    """The app of a service: its routes, and what every service has.

    ``problem_texts`` are the service's ``problems.toml``; so many requests may be ``waiting`` at once.
    With a ``health_port`` health and figures are shown there and nowhere else, and nothing else is.
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
    app.extensions[EXTENSION] = now = Runtime(
        service=service,
        store=store,
        tokens=tokens,
        texts=Texts(problem_texts, service.words),
        waiting=Waiting(waiting),
        progress=Progress(store),
        health_port=health_port,
    )
    _prepare(now)
    if tokens.issuer is not None:
        tokens.issuer.begin()
    context.register(app)
    api = make_api(app)
    problems.register(app)
    for group in (*routes, FEED, HEALTH):
        api.register_blueprint(group)
    app.register_blueprint(docs)
    return app


def _prepare(now: Runtime) -> None:
    """A query may come before the first worker. A database that is away now was prepared by a migration."""
    try:
        with now.store.transaction() as transaction:
            create_tables(transaction.connection)
    except Unavailable as error:
        now.store_away.goes_on(error.told)
