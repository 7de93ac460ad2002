"""The peer: `eventsourcing` (PyPI) on SQLite, used as its documentation shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteTrackingRecorder
from eventsourcing.utils import get_topic

from benchmarks.note import NOTE


class Counter(Aggregate):
    """A counter, with the payload of ours."""

    def __init__(self, note: str = "") -> None:
        self.total = 0

    @event("Raised")
    def raise_by(self, by: int, note: str) -> None:
        """Go up."""
        self.total += by


class Counters(Application[UUID]):
    """The application of the benchmarks."""


def counters(folder: Path) -> Counters:
    """An application on a new SQLite file; WAL, and synchronous=FULL as SQLite has it by default."""
    return Counters(env=environment(folder))


def environment(folder: Path) -> dict[str, str]:
    """The peer's settings."""
    return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / "peer.sqlite")}


def append(app: Counters, events: int) -> Callable[[], Any]:
    """Record so many events of a new aggregate at once."""

    def once() -> None:
        counter = Counter(NOTE)
        for _ in range(events - 1):
            counter.raise_by(1, NOTE)
        app.save(counter)

    return once


def command(app: Counters, length: int) -> Callable[[], Any]:
    """Read an aggregate of so many events, decide, record one more; each time another aggregate."""
    ids = iter([_grown(app, length) for _ in range(2_000 // length * 4)])

    def once() -> None:
        counter = app.repository.get(next(ids))
        counter.raise_by(1, NOTE)
        app.save(counter)

    return once


def _grown(app: Counters, length: int) -> UUID:
    counter = Counter(NOTE)
    for _ in range(length - 1):
        counter.raise_by(1, NOTE)
    app.save(counter)
    return counter.id


class Tallies(SQLiteTrackingRecorder):
    """A table of totals per counter, with the position it is of."""

    def create_table(self) -> None:
        """Make it."""
        super().create_table()
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS tally (counter TEXT PRIMARY KEY, total INTEGER, events INTEGER)")

    def add(self, counter: str, by: int, tracking: Tracking) -> None:
        """Put one event onto its row."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(
                "INSERT INTO tally VALUES (?, ?, 1) ON CONFLICT (counter) "
                "DO UPDATE SET total = total + excluded.total, events = events + 1",
                (counter, by),
            )
            self._insert_tracking(cursor, tracking)


class Tally(Projection[Tallies]):
    """Totals per counter."""

    name = "tally"
    topics = (get_topic(Counter.Created), get_topic(Counter.Raised))  # type: ignore[attr-defined]

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Fold one event."""
        self.view.add(str(domain_event.originator_id), getattr(domain_event, "by", 0), tracking)


class History(Counters):
    """An application that has a history before anybody subscribes to it.

    It lies in memory: the peer's recorder for SQLite has no subscriptions, which its ProjectionRunner needs. So the
    peer reads its events from memory and ours from disk; both write their rows to SQLite.
    """

    length = 0
    ready = 0.0

    def __init__(self, env: Any = None) -> None:
        super().__init__(env)
        for _ in range(self.length // 50):
            append(self, 50)()
        type(self).ready = time.perf_counter()


def fold(folder: Path, events: int) -> float:
    """Seconds that the projection takes over a history of so many events."""
    env = {"TALLY_PERSISTENCE_MODULE": "eventsourcing.sqlite", "TALLY_SQLITE_DBNAME": str(folder / "peer-tally.sqlite")}
    History.length = events
    with ProjectionRunner(application_class=History, projection_class=Tally, view_class=Tallies, env=env) as runner:
        runner.wait(events, timeout=600)
    return time.perf_counter() - History.ready
