"""Health, for whoever watches over the process; no token is needed, and nothing is told that needs one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import structlog
from flask import Response
from flask_smorest import Blueprint

from chassis import metrics
from chassis.errors import Unavailable
from chassis.figures import page
from chassis.processing.lags import known_heads, lags
from chassis.processing.registry import tables
from chassis.store.protocol import Store, WrongStore
from chassis.transport.relayed import unpublished
from chassis.web.context import open_to_all
from chassis.web.runtime import runtime

log = structlog.get_logger("health")
_SOON = timedelta(seconds=5)
"""In which a relay that works has published an event."""


@open_to_all
def healthz() -> Response:
    """Say that this process is alive; the database is not asked."""
    return _answer(200, {"alive": True})


@open_to_all
def readyz() -> Response:
    """Say whether this service is able to serve, and how far its processors are.

    Able to serve: the database can be written, each read model of today's version has caught up once, and whoever else
    signs tokens has told the keys once. What lags or does not work later is shown here (``behind``, ``degraded``) and
    never makes it unready.
    """
    away = runtime().store_away
    try:
        found = _readiness()
    except Unavailable as error:
        away.goes_on(error.told)
        return _answer(503, {"ready": False, "reason": error.details.get("reason", error.slug)})
    except WrongStore as error:  # it was away when this process was started
        away.goes_on(str(error))
        return _answer(503, {"ready": False, "reason": "the database is not one to work on; the log says why"})
    away.over()
    return _answer(200 if found["ready"] else 503, found)


@open_to_all
def figures() -> Response:
    """Give the figures of web and worker, for Prometheus."""
    now = runtime()
    return Response(page(now.service, now.store), content_type=metrics.CONTENT_TYPE)


def _readiness() -> dict[str, Any]:
    now = runtime()
    with now.store.transaction() as transaction:
        found = tables(transaction.connection, now.service.read_models)
        serving = {model.name for model, table in found if table.serving}
    built = [model.name for model in now.service.read_models if model.name not in serving]
    behind = [
        {"name": lag.name, "source": lag.source, "partition": lag.partition, "behind": lag.behind}
        for lag in lags(now.service, now.store, known_heads(now.store))
        if lag.behind
    ]
    shown = {"ready": not built, "being_built": built, "behind": behind, "degraded": _degraded(now.store)}
    if now.tokens.issuer is not None and (reason := now.tokens.issuer.unknown):
        shown |= {"ready": False, "reason": reason}
    return shown


def _degraded(store: Store) -> list[str]:
    """What does not work as it should, though this service serves: events that nobody else hears of."""
    long_ago = datetime.now(UTC) - _SOON
    return [
        f"{waiting.events} events of partition {waiting.partition} are not published to Kafka, "
        f"the first since {waiting.since.isoformat(timespec='seconds')}"
        for waiting in unpublished(store)
        if waiting.since < long_ago
    ]


def _answer(status: int, body: dict[str, Any]) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(body), status=status, mimetype="application/json", headers=headers)


HEALTH = Blueprint("health", __name__, description="Whether it lives and is able to serve, and its figures")
_JSON = {"application/json": {"schema": {"type": "object"}}}
for _rule, _view, _told in (
    ("/healthz", healthz, {"200": {"description": "It lives.", "content": _JSON}}),
    ("/readyz", readyz, {code: {"description": "Whether.", "content": _JSON} for code in ("200", "503")}),
    ("/metrics", figures, {"200": {"description": "The figures.", "content": {"text/plain": {}}}}),
):
    HEALTH.route(_rule)(HEALTH.doc(operationId=f"health-{_view.__name__}", security=[], responses=_told)(_view))
