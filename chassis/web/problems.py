"""Every no as a problem document (RFC 9457), in the caller's language, with a message for each field."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from chassis.errors import Refusal, Unavailable
from chassis.store.protocol import WrongStore
from chassis.web.messages import translated
from chassis.web.runtime import language, runtime
from contracts.event import UnknownEventVersion

log = structlog.get_logger("web")
MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 100
_LONGEST_PATH = 120

TITLES: Mapping[int, tuple[str, str]] = {
    400: ("Går inte att läsa", "Cannot be read"),
    401: ("Vem är du?", "Who are you?"),
    403: ("Inte tillåtet", "Not allowed"),
    404: ("Finns inte", "Not found"),
    405: ("Går inte på det sättet", "Not that way"),
    409: ("En regel säger nej", "A rule says no"),
    412: ("Ändrat sedan du läste", "Changed since you read it"),
    413: ("För stort", "Too large"),
    415: ("Fel sorts innehåll", "Wrong kind of content"),
    422: ("Något stämmer inte", "Something is not right"),
    428: ("Version saknas", "Version is missing"),
    500: ("Något gick fel", "Something went wrong"),
    503: ("Går inte just nu", "Not just now"),
}
"""Status → what it is called in Swedish and English."""
TITLES_OF: Mapping[str, tuple[str, str]] = {
    "not-in-this-state": ("Går inte i det här läget", "Not in this state"),
    "others-were-faster": ("Andra hann före", "Others were faster"),
}
"""Slug → what it is called, where the status says too little."""

_SLUGS = {
    400: "bad-request",
    404: "no-such-page",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "wrong-content-type",
    500: "unexpected",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One no, before it is put into words. ``fields``: path of a field → what is wrong with it, in English."""

    status: int
    slug: str
    field: str | None = None
    fields: Mapping[str, list[str]] = dataclasses.field(default_factory=dict)
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


def register(app: Flask) -> None:
    """Answer every exception of this app with a problem document."""
    app.register_error_handler(Refusal, lambda refusal: respond(of_refusal(refusal)))
    app.register_error_handler(HTTPException, lambda error: respond(of_http(error, app)))
    app.register_error_handler(UnknownEventVersion, lambda error: respond(_newer(error)))
    app.register_error_handler(WrongStore, lambda error: respond(_another_store(error)))
    app.register_error_handler(Exception, lambda error: respond(_unexpected(error)))


def of_refusal(refusal: Refusal) -> Problem:
    """A refusal of the chassis or of a rule."""
    details = dict(refusal.details)
    fields = details.pop("fields", {})
    headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, Unavailable) else {}
    if refusal.status == 401:
        headers = {"WWW-Authenticate": "Bearer"}
    return Problem(
        status=refusal.status,
        slug=refusal.slug,
        field=refusal.field,
        fields=dict(flat(fields)),
        details=details,
        headers=headers,
    )


def of_http(error: HTTPException, app: Flask) -> Problem:
    """What Flask or Werkzeug says no to, before a view is reached."""
    status = error.code or 500
    if status == 413:
        return Problem(status=status, slug=_SLUGS[status], details={"most": app.config["MAX_CONTENT_LENGTH"]})
    allow = dict(error.get_headers()).get("Allow")
    return Problem(status=status, slug=_SLUGS.get(status, "not-possible"), headers={"Allow": allow} if allow else {})


def respond(problem: Problem) -> Response:
    """The problem document as an answer."""
    g.problem = problem.slug
    response = Response(orjson.dumps(document(problem), default=str), status=problem.status, mimetype=MEDIA_TYPE)
    response.headers.update({**problem.headers, "Content-Language": language(), "Cache-Control": "no-store"})
    response.vary.update(["Accept-Language", "Authorization"])
    return response


def document(problem: Problem) -> dict[str, Any]:
    """The members of the problem document."""
    by_status = TITLES.get(problem.status, TITLES[500 if problem.status >= 500 else 400])
    swedish, english = TITLES_OF.get(problem.slug, by_status)
    in_language = language()
    detail = runtime().texts.text(problem.slug, in_language, {"field": problem.field, **problem.details})
    named = {problem.field: [detail]} if problem.field else {}
    errors = [
        {"field": path[:_LONGEST_PATH], "message": translated(message, in_language)}
        for path, messages in {**named, **problem.fields}.items()
        for message in messages
    ]
    return {
        **problem.details,
        "type": f"/problems/{problem.slug}",
        "title": swedish if in_language == "sv" else english,
        "status": problem.status,
        "detail": detail,
        "instance": request.path,
        "correlation_id": g.get("correlation_id"),
        "errors": errors[:MOST_ERRORS],
    }


def flat(messages: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Marshmallow's nested messages by path: ``criteria.0.threshold``."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            within = path if name == "_schema" else f"{path}.{name}" if path else str(name)
            yield from flat(inner, within)
    elif isinstance(messages, (list, tuple)):
        yield path, [str(message) for message in messages]
    else:
        yield path, [str(messages)]


def _newer(error: UnknownEventVersion) -> Problem:
    """A newer release, which is being rolled out beside this one, was there first: that one can answer."""
    log.warning("newer-release-needed", correlation_id=g.get("correlation_id"), type=str(error))
    return of_refusal(Unavailable("newer-release-needed"))


def _another_store(error: WrongStore) -> Problem:
    """The database was away when this process was started, and is not one that it may work on."""
    runtime().store_away.goes_on(str(error))
    return of_refusal(Unavailable("store-unavailable", reason="the database is not one to work on"))


def _unexpected(error: Exception) -> Problem:
    """A fault of ours: said to the log with its traceback, and to the caller without a word about the inside."""
    log.error("unexpected", correlation_id=g.get("correlation_id"), exc_info=error)
    return Problem(status=500, slug="unexpected")
