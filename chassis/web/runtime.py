"""What the views of one app share, and what one request knows of itself."""

from __future__ import annotations

import dataclasses
from typing import cast

from flask import current_app, g, request

from chassis.command import Caller
from chassis.decider import States
from chassis.outage import Outage
from chassis.recorded import Metadata
from chassis.service import Service
from chassis.store.protocol import Store
from chassis.tokens import Tokens
from chassis.web.progress import Progress
from chassis.web.texts import Texts
from chassis.web.waiting import Waiting

EXTENSION = "nyfiken"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What ``create_app`` was given, and what one process keeps at hand."""

    service: Service
    store: Store
    tokens: Tokens
    texts: Texts
    waiting: Waiting
    progress: Progress
    health_port: int | None = None
    memory: States = dataclasses.field(default_factory=States)
    store_away: Outage = dataclasses.field(default_factory=lambda: Outage("store-unavailable", "store-back"))


def runtime() -> Runtime:
    """Of the app that answers now."""
    return cast(Runtime, current_app.extensions[EXTENSION])


def caller() -> Caller:
    """Who asks; every view but those that are open to all may rely on it."""
    return cast(Caller, g.caller)


def metadata() -> Metadata:
    """Why what is recorded now is recorded."""
    return Metadata(by=caller().person_id, correlation_id=g.correlation_id, traceparent=g.served.traceparent)


def language() -> str:
    """``sv`` or ``en``, whichever the caller prefers; Swedish for anybody else."""
    return request.accept_languages.best_match(["sv", "en"], default="sv") or "sv"
