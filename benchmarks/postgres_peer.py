"""The peer: `eventsourcing` (PyPI) on PostgreSQL, used as its documentation shows, by its safe path.

That is the one without functions in the database: with them an append takes no lock, so what commits later may have a
lower number, and whoever reads meanwhile passes it by.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import unquote, urlsplit

from eventsourcing.application import Application
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import get_topic
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from benchmarks.note import NOTE
from benchmarks.ours import LENGTHS
from benchmarks.peer import Counter, Counters

_PATIENCE = 1800.0


def environment(address: str) -> dict[str, str]:
    """The peer's settings, for a database with this address."""
    where = urlsplit(address)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": where.path.lstrip("/"),
        "POSTGRES_HOST": where.hostname or "",
        "POSTGRES_PORT": str(where.port),
        "POSTGRES_USER": unquote(where.username or ""),
        "POSTGRES_PASSWORD": unquote(where.password or ""),
        "POSTGRES_ENABLE_DB_FUNCTIONS": "no",
    }


def opened(address: str, *, makes_tables: bool = True) -> Counters:
    """The application. Several processes cannot make its tables at the same moment, so one does it before them."""
    return Counters(env={**environment(address), "CREATE_TABLE": "yes" if makes_tables else "no"})


@contextlib.contextmanager
def connected(address: str) -> Iterator[Connection[Any]]:
    """One of the connections that the application makes."""
    with opened(address) as app, app.recorder.datastore.get_connection() as connection:
        yield connection


class Appends:
    """Records so many events of a new aggregate at once."""

    def __init__(self, address: str, events: int) -> None:
        self._app, self._events = opened(address, makes_tables=False), events

    def refill(self) -> None:
        """Nothing is used up."""

    def once(self) -> None:
        """One append."""
        self._app.save(_counter(self._events))


class Commands:
    """Reads an aggregate of 10 to 40 events, decides, records one more."""

    def __init__(self, address: str, per_block: int) -> None:
        self._app, self._per_block = opened(address, makes_tables=False), per_block

    def refill(self) -> None:
        """Other aggregates."""
        counters = [_counter(LENGTHS[n % len(LENGTHS)]) for n in range(self._per_block)]
        for start in range(0, len(counters), 50):
            self._app.save(*counters[start : start + 50])
        self._ids = iter(cycle([counter.id for counter in counters]))

    def once(self) -> None:
        """One command."""
        counter = self._app.repository.get(next(self._ids))
        counter.raise_by(1, NOTE)
        self._app.save(counter)


def _counter(events: int) -> Counter:
    counter = Counter(NOTE)
    for _ in range(events - 1):
        counter.raise_by(1, NOTE)
    return counter


def fill(app: Application[Any], events: int) -> None:
    """Record so many events, 50 for each aggregate."""
    for _ in range(events // 500):
        app.save(*(_counter(50) for _ in range(10)))


def read_all(app: Application[Any]) -> int:
    """Read the log from its beginning to its end and decode every event; how many."""
    position, count = 0, 0
    while page := app.recorder.select_notifications(position, 500, inclusive_of_start=False):
        for notification in page:
            app.mapper.to_domain_event(notification)
        position, count = page[-1].id, count + len(page)
    return count


class Tallies(PostgresTrackingRecorder):
    """A table of totals per counter, with the position it is of."""

    def __init__(self, datastore: Any, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        names = {"schema": Identifier(datastore.schema), "table": Identifier("tally")}
        table = SQL(
            "CREATE TABLE IF NOT EXISTS {schema}.{table} (counter text PRIMARY KEY, total bigint, events bigint)"
        )
        self.sql_create_statements.append(table.format(**names))
        self._add = SQL(
            "INSERT INTO {schema}.{table} AS t VALUES (%s, %s, 1) ON CONFLICT (counter) "
            "DO UPDATE SET total = t.total + excluded.total, events = t.events + 1"
        ).format(**names)

    def add(self, counter: str, by: int, tracking: Tracking) -> None:
        """Put one event onto its row."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(self._add, (counter, by), prepare=True)
            self._insert_tracking(cursor, tracking)


class Tally(Projection[Tallies]):
    """Totals per counter."""

    name = "tally"
    topics = (get_topic(Counter.Created), get_topic(Counter.Raised))  # type: ignore[attr-defined]

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Fold one event."""
        self.view.add(str(domain_event.originator_id), getattr(domain_event, "by", 0), tracking)


def fold(address: str, last: int) -> float:
    """Seconds that the projection takes from the beginning to the event of this number."""
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=Counters, projection_class=Tally, view_class=Tallies, env=environment(address)
    ) as runner:
        runner.wait(last, timeout=_PATIENCE)
        return time.perf_counter() - began
