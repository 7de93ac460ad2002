"""Logs: one JSON object a line, on standard output. One line tells of one request or of one batch; none names a person.

Libraries that log in the usual way, gunicorn among them, come out the same way. What goes wrong in a request is told
by where it happened, never by its message or its values: those may be what somebody wrote.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

LEVELS = logging.getLevelNamesMapping()
_FRAMES = 20


def configure(level: str, **context: str) -> None:
    """Log from this level on; every line carries ``context`` (which service, web or worker)."""

    def named(_: WrappedLogger, __: str, entry: EventDict) -> EventDict:
        return {**context, **entry}

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        named,
        _told_by_place,
    ]
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_formatter(shared))
    logging.basicConfig(handlers=[handler], level=LEVELS[level.upper()], force=True)
    for quiet in ("httpx", "httpcore"):  # they would tell of every request that a worker makes
        logging.getLogger(quiet).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_json)],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    structlog.get_logger("process").critical("uncaught", exc_info=error)


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    thread = args.thread.name if args.thread else ""
    structlog.get_logger("process").critical("uncaught", thread=thread, exc_info=args.exc_value)


def without_login(url: str) -> str:
    """An address as it may be told: without a name and a password in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def reason_of(error: BaseException) -> str:
    """What went wrong and where in the code; never the message, which may quote what people wrote."""
    way = _way_to(error)
    return f"{type(error).__name__} in {way[-1]}" if way else type(error).__name__


def _way_to(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-_FRAMES:]]


def _formatter(shared: list[Any]) -> logging.Formatter:
    renderer = structlog.processors.JSONRenderer(serializer=_json)
    named = structlog.stdlib.add_logger_name
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[named, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def _told_by_place(_: WrappedLogger, __: str, entry: EventDict) -> EventDict:
    """In place of an exception, what it was, where it was raised and how the code came there."""
    error = entry.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        entry.update(error=reason_of(error), way=_way_to(error))
        if isinstance(error, ImportError):
            entry["reason"] = str(error)  # about code, never about people
    return entry


def _json(entry: EventDict, **_: object) -> str:
    return orjson.dumps(entry, default=str).decode()
