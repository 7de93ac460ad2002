"""The feed: the history of this service over HTTP, page by page, for services and analysts.

A page that is full never changes, so it may be kept; at the end of the history a reader may wait for more. What the
caller may not see is a withheld mark at its position. Personal values are in none of it: the store never reads them.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence

import orjson
from flask import Response, g, request
from flask_smorest import Blueprint
from marshmallow.validate import Length, Range, Regexp

from chassis.disclosure import or_withheld
from chassis.errors import Malformed, Stale
from chassis.metrics import HTTP_NOT_WAITED
from chassis.processing.source import SourceRestored, following
from chassis.recorded import Position, Recorded
from chassis.store.protocol import Head
from chassis.transport.cloudevents import BATCH, to_batch
from chassis.web.runtime import caller, runtime
from chassis.web.schemas import load, schema_of
from contracts.event import about, value

READERS = ("service", "analyst", "admin")
_TURN = 0.5
"""Seconds after which who waits looks whether the process is ending."""
_KEPT = 86_400
_POSITIONS = r"\A(\d{1,6}:\d{1,15}(,\d{1,6}:\d{1,15}){0,1023})?\Z"


@value
class Asked:
    """Which page of the history."""

    partition: int = about("The partition.", default=0, validate=Range(min=0))
    after: int = about("Events after this position.", default=0, validate=Range(min=0))
    after_id: str = about(
        "The id of the event there, if you have it: a history that has another one, since it was restored, is refused.",
        default="",
        validate=Length(max=100),
    )
    limit: int = about("How many at most.", default=500, validate=Range(min=1, max=1000))
    wait: float = about("Seconds to wait for events if there are none yet.", default=0.0, validate=Range(min=0, max=30))


@value
class HeadsAsked:
    """How long to wait for heads beyond which positions."""

    after: str = about("Positions already known, as 0:17,1:4.", default="", validate=Regexp(_POSITIONS))
    wait: float = about("Seconds to wait until one partition is beyond.", default=0.0, validate=Range(min=0, max=30))


_ASKED = schema_of(Asked, ("partition", "after", "after_id", "limit", "wait"))
_HEADS_ASKED = schema_of(HeadsAsked, ("after", "wait"))


def events() -> Response:
    """Read the history of a partition from a position on: a CloudEvents JSON batch, gapless and in order.

    An event that the caller may not see is a mark of type nyfiken.withheld.v1 with its position.
    """
    caller().needs(*READERS)
    asked = _asked()
    found = _read(asked)
    g.nothing_new = not found  # readers ask every second
    response = Response(to_batch(_disclosed(found)), mimetype=BATCH)
    response.vary.add("Authorization")
    if len(found) < asked.limit:
        response.headers["Cache-Control"] = "no-store"
        return response
    response.headers["Cache-Control"] = f"private, max-age={_KEPT}, immutable"
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response


def heads() -> Response:
    """Tell the last event of every partition, at once or when one of them is beyond what is known already."""
    caller().needs(*READERS)
    asked = HeadsAsked(**load(_HEADS_ASKED, request.args))
    known = {int(n): int(position) for n, _, position in (one.partition(":") for one in asked.after.split(",") if one)}
    for partition in known:
        _must_be_there(partition)
    if asked.wait:
        _wait(known, asked.wait, "/events/heads")
    g.nothing_new = True
    now = runtime()
    found = [
        {"partition": partition, "position": head.position, "id": head.id}
        for partition, head in sorted(now.store.heads().items())
    ]
    body = orjson.dumps({"service": now.service.name, "heads": found})
    return Response(body, mimetype="application/json", headers={"Cache-Control": "no-store"})


def _asked() -> Asked:
    asked = Asked(**load(_ASKED, request.args))
    _must_be_there(asked.partition)
    return asked


def _must_be_there(partition: int) -> None:
    now = runtime()
    if partition >= now.store.partitions:
        raise Malformed("unknown-partition", field="partition", partition=partition, service=now.service.name)


def _read(asked: Asked) -> list[Recorded]:
    found = _following(asked)
    if found or not asked.wait:
        return found
    _wait({asked.partition: asked.after}, asked.wait, "/events")
    return _following(asked)


def _following(asked: Asked) -> list[Recorded]:
    try:
        last = Head(position=asked.after, id=asked.after_id if asked.after else "")
        return following(runtime().store, asked.partition, last, asked.limit)
    except SourceRestored as error:
        raise Stale("history-restored", partition=asked.partition, position=asked.after) from error


def _wait(after: Mapping[int, int], seconds: float, route: str) -> None:
    """Until one of these partitions has more, the time is over or the process ends; not at all if too many wait."""
    now = runtime()
    ends = time.monotonic() + seconds
    with now.waiting.place() as may_wait:
        if not may_wait:
            HTTP_NOT_WAITED.labels(route).inc()
            return
        while not now.waiting.ended and (left := ends - time.monotonic()) > 0:
            if now.store.wait(after, min(left, _TURN)):
                return


def _disclosed(found: Sequence[Recorded]) -> list[Recorded | Position]:
    now = runtime()
    return or_withheld(found, now.service.disclose(found, caller(), now.store))


FEED = Blueprint("feed", __name__, description="The history, for services and analysts")
_REFUSED = {str(status): "Problem" for status in (400, 401, 403, 412, 422, 503)}
FEED.route("/events")(
    FEED.doc(
        operationId="feed-events",
        parameters=[{"in": "query", "schema": _ASKED}, "IfNoneMatch"],
        responses={
            "200": {"description": "A page.", "content": {BATCH: {"schema": {"type": "array"}}}},
            "304": {"description": "As you have it."},
            **_REFUSED,
        },
    )(events)
)
FEED.route("/events/heads")(
    FEED.doc(
        operationId="feed-heads",
        parameters=[{"in": "query", "schema": _HEADS_ASKED}],
        responses={"200": {"description": "The heads.", "content": {"application/json": {}}}, **_REFUSED},
    )(heads)
)
