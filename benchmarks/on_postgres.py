"""Rows about the heart on PostgreSQL: ours, the peer's and the floor in turns, on one server."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psycopg

from benchmarks import ours, postgres_peer
from benchmarks.bare_append import BareAppends
from benchmarks.bench import Bench
from benchmarks.clients import clients, in_turns, median_of, quietest
from benchmarks.histories import fill, read_all, seconds
from benchmarks.neighbours import Neighbours
from benchmarks.ours import Place
from benchmarks.peer import Counters
from benchmarks.rows import Row
from benchmarks.servers import Servers, settings_of
from benchmarks.sizes import Sizes
from chassis.store.postgres.database import raw_of
from chassis.store.protocol import Store
from chassis.worker import Worker
from tests.faults.backups import dump

_APPEND_GOALS = {1: 2.0, 8: 4.0}
_OURS = "chosen as in main.py, 8 partitions; a command with an idempotency key, an append without"
_PEERS = "POSTGRES_ENABLE_DB_FUNCTIONS=no, all else as it comes; it has no idempotency keys"
_FLOOR = "bare append function"


def on_postgres(bench: Bench) -> Iterator[Row]:
    """All of them."""
    servers, sizes = bench.servers, bench.sizes
    for line in _settings(servers):
        bench.say(line)
    with servers.place() as place, servers.database() as peers:
        postgres_peer.opened(peers).close()  # its tables are there before several processes want to make them
        for number in (1, 8):
            for events in (1, 10):
                yield from _appends(place, peers, number, events, sizes)
        yield _appends_beside_a_backup(place, sizes)
        for number in (1, 8):
            yield _commands(place, peers, number, sizes)
    with servers.place() as place, servers.database() as peers:
        yield from _history(place, peers, sizes)


def _settings(servers: Servers) -> Iterator[str]:
    """What both sides are set to, as their own connections say."""
    with servers.place() as place, place.store().reading() as connection:
        yield f"ours: {settings_of(raw_of(connection))}; {_OURS}"
    with servers.database() as address, postgres_peer.connected(address) as connection:
        yield f"eventsourcing: {settings_of(connection)}; {_PEERS}"


def _appends(place: Place, peers: str, number: int, events: int, sizes: Sizes) -> Iterator[Row]:
    makes = {
        "ours": partial(ours.Appends, place, events),
        "peer": partial(postgres_peer.Appends, peers, events),
        "floor": partial(BareAppends, place, events, 4_000 // number),
    }
    found = in_turns(makes, number, sizes)
    name = f"append, {_counted(events, 'event')}, {_counted(number, 'client')}"
    others = found.others
    yield Row.faster(name, "commits/s", found["ours"], found["peer"], goal=_APPEND_GOALS[number], others=others)
    yield Row.faster(name, "commits/s", found["ours"], found["floor"], goal=0.7, beside=_FLOOR, others=others)


def _appends_beside_a_backup(place: Place, sizes: Sizes) -> Row:
    """Of one client, while the same database is dumped again and again and a transaction stays open: and without."""
    with clients(partial(ours.Appends, place, 1), 1) as side:
        side.rate(sizes.seconds / 2)

        orders = itertools.cycle((("alone", "beside"), ("beside", "alone")))

        def one() -> Mapping[str, float]:
            return {how: rate(how) for how in next(orders)}

        def rate(how: str) -> float:
            with _backed_up(place.postgres) if how == "beside" else contextlib.nullcontext():
                return side.rate(sizes.seconds)

        found = median_of(quietest(one, sizes))
    name, rates = "append, 1 event, 1 client, beside pg_dump", (found["beside"], found["alone"])
    return Row.faster(name, "commits/s", *rates, goal=0.8, beside="without it", others=found.others)


@contextlib.contextmanager
def _backed_up(address: str) -> Iterator[None]:
    enough = threading.Event()

    def back_up() -> None:
        while not enough.is_set():
            dump(address, Path(os.devnull))

    with psycopg.connect(address) as held, ThreadPoolExecutor(1) as pool:
        held.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        held.execute("SELECT count(*) FROM events")
        dumping = pool.submit(back_up)
        try:
            yield
        finally:
            enough.set()
        dumping.result()


def _commands(place: Place, peers: str, number: int, sizes: Sizes) -> Row:
    per_block = int(1_000 * sizes.seconds / number) + 31
    makes = {
        "ours": partial(ours.Commands, place, per_block),
        "peer": partial(postgres_peer.Commands, peers, per_block),
    }
    found = in_turns(makes, number, sizes)
    name = f"command on 10 to 40 events, {_counted(number, 'client')}"
    return Row.faster(name, "commands/s", found["ours"], found["peer"], goal=2.0, others=found.others)


def _history(place: Place, peers: str, sizes: Sizes) -> Iterator[Row]:
    """A history of many events on both sides: read from its beginning to its end, and folded."""
    store = place.store()
    with postgres_peer.opened(peers) as app:
        fill(store, sizes.history)
        postgres_peer.fill(app, sizes.history)
        yield _reading(store, app, sizes)
        last = app.recorder.max_notification_id()
    neighbours = Neighbours()
    neighbours.wait(sizes.patience)
    folded = seconds(Worker(ours.tallying(), store, {}, "bench").catch_up)
    peers_folded = postgres_peer.fold(peers, last)
    store.close()
    name, rates = f"read model over {sizes.history:,} events", (sizes.history / each for each in (folded, peers_folded))
    yield Row.faster(name, "events/s", *rates, goal=20.0, others=neighbours.share())


def _reading(store: Store, app: Counters, sizes: Sizes) -> Row:
    def one() -> Mapping[str, float]:
        sides = {"ours": lambda: read_all(store), "peer": lambda: postgres_peer.read_all(app)}
        return {name: sizes.history / seconds(read) for name, read in sides.items()}

    found = median_of(quietest(one, dataclasses.replace(sizes, rounds=min(3, sizes.rounds))))
    rates = found["ours"], found["peer"]
    return Row.faster("read the log and decode it", "events/s", *rates, goal=1.0, others=found.others)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number > 1)}"
