"""Traces: what one request led to, across services, topics and read models, as OpenTelemetry shows it.

An event carries the ``traceparent`` of the request that it was recorded in, over feed and topic; what is done with it
later belongs to the same trace. Where ``NYFIKEN_TRACES`` is not set nothing is noted, nothing of OpenTelemetry is
imported, and a caller's traceparent travels on as it came.

A span names routes, types and positions; never a path, a stream, a person, or what an error said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from chassis.recorded import Recorded

if TYPE_CHECKING:
    from chassis.settings import Traces
    from chassis.spans import Open, Spans

_RECENT = timedelta(hours=1)
"""Whoever waits for what an event leads to has gone after that: history that is read again has no trace."""
_MOST = 100
"""Events of one batch that are noted, so that catching up does not drown the collector."""
_SAMPLED = 1
_spans: Spans | None = None


def start(traces: Traces | None, service: str, process: str) -> None:
    """Note from now on what this process does, if anybody wants to know."""
    global _spans
    if traces is not None:
        from chassis.spans import Spans

        _spans = Spans(traces, service, process)


def end() -> None:
    """Send what is left."""
    global _spans
    if _spans is not None:
        _spans.end()
        _spans = None


class Served:
    """A request that is being answered. ``traceparent`` is what it leads to belongs to; None without a trace."""

    def __init__(self, method: str, route: str, traceparent: str | None, *, noted: bool) -> None:
        self._open: Open | None = None
        self.traceparent = traceparent
        if _spans is not None and noted:
            self._open = _spans.begin(method, route, traceparent)
            self.traceparent = self._open.traceparent

    @property
    def trace_id(self) -> str | None:
        """As logs name it."""
        return self.traceparent and self.traceparent.split("-")[1]

    def end(self, status: int) -> None:
        """It was answered."""
        if self._open is not None:
            self._open.end(status)
            self._open = None


@contextmanager
def part(name: str) -> Iterator[None]:
    """A part of a request, by itself in its trace."""
    if _spans is None:
        yield
        return
    with _spans.part(name):
        yield


class Timed:
    """What is done with events from now on, until ``sent`` or ``processed`` says what it was."""

    def __init__(self) -> None:
        self._began = time.time_ns()

    def sent(self, service: str, events: Iterable[Recorded]) -> None:
        """These events of a service are in its topic."""
        if _spans is not None:
            for event in _traced(events):
                _spans.sent(service, event, self._began)

    def processed(self, service: str, events: Iterable[Recorded], by: Callable[[Recorded], Sequence[str]]) -> None:
        """These events of a service were applied together; ``by`` gives the processors that one concerns."""
        if _spans is not None:
            for event in _traced(events):
                if processors := by(event):
                    _spans.processed(service, event, self._began, processors)


def _traced(events: Iterable[Recorded]) -> Iterator[Recorded]:
    """Those that belong to a trace that somebody may be looking at."""
    oldest = datetime.now(UTC) - _RECENT
    traced = (event for event in events if event.recorded_at >= oldest and _is_sampled(event.metadata.traceparent))
    return islice(traced, _MOST)


def _is_sampled(traceparent: str | None) -> bool:
    return traceparent is not None and bool(int(traceparent[-2:], 16) & _SAMPLED)
