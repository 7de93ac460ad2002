"""The peer: `eventsourcing` reads its notification log on SQLite and folds it, as its documentation shows."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import UUID

from benchmarks.peer import Counter, Counters, append, environment

_SECTION = 1000
_EACH = 50


class Log(Counters):
    """The application, with sections of its log as long as our pages."""

    log_section_size = _SECTION


def rate(folder: Path, events: int) -> float:
    """Events a second, read from the log and folded into totals."""
    app = Log(env=environment(folder))
    record = append(app, _EACH)
    for _ in range(events // _EACH):
        record()
    totals: dict[UUID, int] = {}
    began, start = time.perf_counter(), 1
    while section := app.notification_log.select(start, _SECTION):
        for notification in section:
            happened = app.mapper.to_domain_event(notification)
            by = happened.by if isinstance(happened, Counter.Raised) else 0  # type: ignore[attr-defined]
            totals[happened.originator_id] = totals.get(happened.originator_id, 0) + by
        start = section[-1].id + 1
    seconds = time.perf_counter() - began
    app.close()
    assert len(totals) == events // _EACH
    return events / seconds
