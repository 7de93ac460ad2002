"""The peer: `eventsourcing` has the same events in its notification log on SQLite, reads it, and folds the same rows.

As its documentation shows: an event is a class of its own, with a transcoding for what it holds.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import JSONTranscoder, Transcoding

from benchmarks.peer import environment
from chassis.processing.read_model import ReadModel
from chassis.recorded import Recorded
from contracts.event import converter, events

_SECTION = 1000
_AT_ONCE = 500


@dataclasses.dataclass(frozen=True)
class Happened(DomainEvent):
    """An event of ours as one of the peer's; a fold asks it for no more than this."""

    event: Any

    @property
    def happened_at(self) -> datetime:
        """When it happened."""
        return self.timestamp


class AsContracted(Transcoding):
    """An event of the contract as JSON and back, by the contract's own converter."""

    def __init__(self, name: str, kind: type[Any]) -> None:
        self.name, self.type = name, kind

    def encode(self, obj: Any) -> Any:
        """As JSON values."""
        return orjson.loads(converter.dumps(obj))

    def decode(self, data: Any) -> Any:
        """As it was."""
        return converter.structure(data, self.type)


class Log(Application[UUID]):
    """The application, with sections of its log as long as our pages."""

    log_section_size = _SECTION

    def register_transcodings(self, transcoder: JSONTranscoder) -> None:
        """Those of the peer, and one for each kind of event."""
        super().register_transcodings(transcoder)
        for name, kind in events().items():
            transcoder.register(AsContracted(name, kind))


def replayed(folder: Path, recorded: Iterable[Recorded], model: ReadModel[Any]) -> tuple[float, dict[UUID, Any]]:
    """Seconds to read these events from the peer's log and to fold them; and the rows."""
    app = Log(env=environment(folder))
    coming = map(_happened, recorded)
    while some := list(islice(coming, _AT_ONCE)):
        app.save(*some)
    began = time.perf_counter()
    rows = _folded(app, model)
    seconds = time.perf_counter() - began
    app.close()
    return seconds, rows


def _folded(app: Log, model: ReadModel[Any]) -> dict[UUID, Any]:
    rows: dict[UUID, Any] = {}
    start = 1
    while section := app.notification_log.select(start, _SECTION):
        for notification in section:
            happened: Any = app.mapper.to_domain_event(notification)
            key = happened.originator_id
            row = model.fold(rows.get(key), happened, "")
            if row is not None:
                rows[key] = row
        start = section[-1].id + 1
    return rows


def _happened(recorded: Recorded) -> Happened:
    return Happened(
        originator_id=UUID(recorded.subject),
        originator_version=recorded.version,
        timestamp=recorded.happened_at,
        event=recorded.event,
    )
