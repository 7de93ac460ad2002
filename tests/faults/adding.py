"""Workers of the service that keeps sums, each a process, on a PostgreSQL database; and what they must have done."""

from __future__ import annotations

import contextlib
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from chassis.decider import change, handle
from chassis.errors import Conflict, Unavailable
from chassis.keys import load_keys
from chassis.processing.lags import lags
from chassis.processing.parking import parked
from chassis.processing.registry import rows
from chassis.store.postgres import PostgresStore
from chassis.store.postgres.migrating import migrate
from chassis.testing.happenings import COUNTER, CounterRaised
from tests.chassis.processing.tallies import tally
from tests.chassis.running import Running
from tests.faults.cluster import until
from tests.faults.holders import Holders
from tests.faults.releases.sums import PROGRAM, SUMS
from tests.servers.postgres import new_database

SERVICE = PROGRAM.service
COUNTERS = [f"counter-{n}" for n in range(24)]
CAUGHT_UP = 90.0


class Adding:
    """The service's own database, and its workers by name."""

    def __init__(self, server, folder):
        self._opened = contextlib.ExitStack()
        self._data = folder / "data"
        master = load_keys(self._data).master
        self._address = self._opened.enter_context(new_database(server))
        migrate(self._address, SERVICE.name, master_key=master)
        self.store = PostgresStore(self._address, SERVICE.name, master_key=master)
        self._opened.callback(self.store.close)
        self.holders = Holders(self.store)
        self.raised = Counter()
        self.workers = {}

    def start(self, name):
        """A worker, which ends with this."""
        program = (SERVICE.name, "tests.faults.releases.sums")
        own = self._data.parent / name / "data"  # with its log beside it
        if not own.exists():
            shutil.copytree(self._data, own)
        worker = Running(program, "worker", own, database=self._address, worker=name)
        self.workers[name] = self._opened.enter_context(worker)
        return worker

    def deadlocks(self):
        """How many PostgreSQL has found here, as far as it has counted."""
        counted = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        with self.store.reading() as db:
            return db.exec_driver_sql(counted).scalar_one()

    def close(self):
        self._opened.close()

    def raise_some(self, commands, of=(*COUNTERS, *SUMS), at_once=4):
        """Give so many commands, several at a time, and remember them; what is not acknowledged is given again."""
        chosen = [of[n % len(of)] for n in range(commands)]
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(self._raise, chosen))
        self.raised.update(chosen)

    def _raise(self, counter):
        command = change(COUNTER, counter, lambda _: [CounterRaised(by=1)])
        while True:
            with contextlib.suppress(Unavailable, Conflict):
                return handle(self.store, command)

    def has_applied_everything(self):
        heads = {SERVICE.name: self.store.heads()}
        return not any(lag.behind or lag.position is None for lag in lags(SERVICE, self.store, heads))

    def everything_holds(self):
        """Each sum is what it must be, each row is what its stream says, and nothing is parked."""
        until(self.has_applied_everything, CAUGHT_UP, lambda: "it does not catch up")
        added = sum(self.raised[name] for name in COUNTERS)
        expected = {name: self.raised[name] for name in COUNTERS} | {n: self.raised[n] + added for n in SUMS}
        with self.store.reading() as db:
            assert {row.counter: row.total for row in rows(db, tally()).page(limit=1_000).rows} == +Counter(expected)
            assert parked(db) == []
