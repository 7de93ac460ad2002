"""Leases: which worker runs which processor on which partition, shared fairly between those that are alive.

A lease saves work being done twice; what keeps it correct is the checkpoint's compare-and-set. Expiry is by the
database's clock. A worker that comes back under its own name takes its leases over at once: its supervisor knows that
the process before it is dead.

A lease that was not released was lost: its process died, perhaps of the event that was next. Lost twice at the same
checkpoint, the lease is *cautious*: events are applied one at a time, each announced before (``trying``), one in a
process at a time. An event announced and lost ``MOST_TRIES`` times is what kills the process; it is parked untried.
``trying`` is negative once that was counted, until the event is tried again.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from chassis.processing.databases import insert_new, upsert
from chassis.processing.tables import CHECKPOINTS, LEASES, WORKERS
from chassis.recorded import to_micros
from chassis.store.protocol import Store, Transaction

TTL = timedelta(seconds=10)
RELAY = "relay"
"""What the leases of the relay are for, where processors have their names."""
CAUTIOUS_AFTER = 2
MOST_TRIES = 3


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a lease is for."""

    processor: str
    source: str
    partition: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A lease that is held: ``deadly`` is the position of an event that must not be tried again, or 0."""

    key: Key
    epoch: int
    cautious: bool = False
    deadly: int = 0


class Leases:
    """The leases of one worker. ``owner`` is its name, the same after a restart; ``process`` this very process."""

    def __init__(self, store: Store, owner: str, process: str, ttl: timedelta = TTL) -> None:
        self._store = store
        self._owner = owner
        self._process = process
        self._ttl = ttl
        self._alone = threading.Lock()

    def hold(self, wanted: Sequence[Key]) -> list[Lease]:
        """Renew what is held, take a fair share of what is free, give back what is too much; gives what is held now."""
        with self._store.transaction() as transaction:
            connection = transaction.connection
            rows = _locked(connection, wanted)
            now, until = to_micros(transaction.now), to_micros(transaction.now + self._ttl)
            _shorten(connection, [key for key in wanted if rows[key].expires_at > until], until)
            self._heartbeat(connection, {key.processor for key in wanted}, until)
            shares = self._shares(connection, wanted, now)
            held: list[Lease] = []
            for processor, keys in _by_processor(wanted).items():
                held += self._share_of(connection, {key: rows[key] for key in keys}, shares[processor], now, until)
            self._renew(connection, list(shares), now, until)
            return held

    @contextmanager
    def announced(self, lease: Lease, position: int) -> Iterator[None]:
        """Say durably which event is tried in this block: no other of this process is, so if it dies, it is of this."""
        with self._alone:
            self.announce(lease, position)
            yield

    def announce(self, lease: Lease, position: int) -> None:
        """Say durably which event is tried next, alone."""
        with self._store.transaction() as transaction:
            tries = sa.case((sa.func.abs(LEASES.c.trying) == position, LEASES.c.tries), else_=0)
            _set(transaction.connection, [lease.key], trying=position, tries=tries)

    def calm(self, lease: Lease) -> None:
        """The event that was suspected is behind: go on as usual."""
        with self._store.transaction() as transaction:
            _set(transaction.connection, [lease.key], lost=0, lost_at=-1, trying=0, tries=0)

    def release(self, keys: Iterable[Key]) -> None:
        """Give leases back, so that others take them at once and nothing is suspected."""
        given_back = list(keys)
        with self._store.transaction() as transaction:
            rows = _locked(transaction.connection, given_back)
            mine = [key for key in given_back if rows[key].process == self._process]
            _set(transaction.connection, mine, released=True)

    def leave(self, keys: Iterable[Key]) -> None:
        """Give everything back and be counted no more: this worker ends."""
        self.release(keys)
        with self._store.transaction() as transaction:
            transaction.connection.execute(sa.delete(WORKERS).where(WORKERS.c.owner == self._owner))

    def _heartbeat(self, connection: sa.Connection, processors: set[str], until: int) -> None:
        rows = [{"owner": self._owner, "processor": name, "expires_at": until} for name in sorted(processors)]
        if rows:
            connection.execute(upsert(connection, WORKERS, "owner", "processor"), rows)
        others = (WORKERS.c.owner == self._owner, WORKERS.c.processor.not_in(processors))
        connection.execute(sa.delete(WORKERS).where(*others))

    def _shares(self, connection: sa.Connection, wanted: Sequence[Key], now: int) -> Mapping[str, int]:
        count = sa.select(WORKERS.c.processor, sa.func.count()).where(WORKERS.c.expires_at > now)
        live: dict[str, int] = dict(connection.execute(count.group_by(WORKERS.c.processor)).all())
        return {name: -(-len(keys) // live[name]) for name, keys in _by_processor(wanted).items()}

    def _share_of(
        self, connection: sa.Connection, rows: Mapping[Key, Any], share: int, now: int, until: int
    ) -> list[Lease]:
        mine = [key for key, row in rows.items() if self._holds(row, now)]
        others = rows.keys() - mine
        free = [key for key, row in rows.items() if key in others and self._may_take(row, now)]
        kept, given_back = mine[:share], mine[share:]
        _set(connection, given_back, released=True)
        held = [_lease(key, rows[key].epoch, rows[key].lost, rows[key].trying, rows[key].tries) for key in kept]
        return held + [self._take(connection, rows[key], key, until) for key in free[: share - len(kept)]]

    def _renew(self, connection: sa.Connection, processors: list[str], now: int, until: int) -> None:
        """All that is held and was not given back, at once: they are many, and it is done every few seconds."""
        whose = {"processors": processors, "holder": self._process, "now": now}
        connection.execute(_RENEW, {**whose, "expires_at": until})

    def _holds(self, row: Any, now: int) -> bool:
        return bool(row.process == self._process and not row.released and row.expires_at > now)

    def _may_take(self, row: Any, now: int) -> bool:
        before_me = row.owner == self._owner and row.process != self._process
        return bool(row.released or row.expires_at <= now or before_me)

    def _take(self, connection: sa.Connection, row: Any, key: Key, until: int) -> Lease:
        lost_at, lost, tries = row.lost_at, row.lost, row.tries
        if not row.released:
            checkpoint = _checkpoint(connection, key)
            lost = lost + 1 if lost_at == checkpoint else 1
            tries = tries + (row.trying > 0) if abs(row.trying) == checkpoint + 1 else 0
            lost_at = checkpoint
        mine = {"owner": self._owner, "process": self._process, "expires_at": until, "released": False}
        tried = {"lost_at": lost_at, "lost": lost, "trying": -abs(row.trying), "tries": tries}
        _set(connection, [key], **mine, **tried, epoch=row.epoch + 1)
        return _lease(key, row.epoch + 1, lost, row.trying, tries)


def living(transaction: Transaction) -> set[str]:
    """The names of the workers of this service that live, as far as leases tell."""
    query = sa.select(WORKERS.c.owner).distinct().where(WORKERS.c.expires_at > to_micros(transaction.now))
    return set(transaction.connection.execute(query).scalars())


def holders(transaction: Transaction, processors: Iterable[str]) -> Counter[str | None]:
    """Worker → how many leases of these processors, and of the relay, it holds; None for those that nobody holds."""
    query = sa.select(LEASES).where(LEASES.c.processor.in_({*processors, RELAY}))
    now = to_micros(transaction.now)
    rows = transaction.connection.execute(query)
    return Counter(None if row.released or row.expires_at <= now else row.owner for row in rows)


def take_away(connection: sa.Connection, keys: Sequence[Key]) -> None:
    """Give leases back in place of who holds them: he notices when he renews them, and begins from the checkpoint."""
    _set(connection, keys, released=True)


_RENEW = sa.update(LEASES).where(
    LEASES.c.processor.in_(sa.bindparam("processors", expanding=True)),
    LEASES.c.process == sa.bindparam("holder"),
    LEASES.c.expires_at > sa.bindparam("now"),
    ~LEASES.c.released,
)


def _locked(connection: sa.Connection, wanted: Sequence[Key]) -> dict[Key, Any]:
    """The rows of these leases, which nobody else changes now; those that were never held are made, as given back."""
    query = sa.select(LEASES).where(LEASES.c.processor.in_({key.processor for key in wanted}))
    known = {_key(row) for row in connection.execute(query)}
    insert_new(connection, LEASES, [_never_held(key) for key in sorted(wanted) if key not in known])
    in_order = query.order_by(LEASES.c.processor, LEASES.c.source, LEASES.c.partition).with_for_update()
    return {_key(row): row for row in connection.execute(in_order)}


def _shorten(connection: sa.Connection, keys: Sequence[Key], until: int) -> None:
    """What was promised for longer than is possible dates from before the clock was set back: it lasts no longer."""
    _set(connection, keys, expires_at=until)
    connection.execute(sa.update(WORKERS).where(WORKERS.c.expires_at > until).values(expires_at=until))


def _never_held(key: Key) -> dict[str, Any]:
    nobody = {"owner": "", "process": "", "epoch": 0, "expires_at": 0, "released": True}
    return {**dataclasses.asdict(key), **nobody, "lost_at": -1, "lost": 0, "trying": 0, "tries": 0}


def _set(connection: sa.Connection, keys: Sequence[Key], **values: Any) -> None:
    if keys:
        connection.execute(sa.update(LEASES).where(_is_one_of(keys)).values(**values))


def _lease(key: Key, epoch: int, lost: int, trying: int, tries: int) -> Lease:
    deadly = abs(trying) if tries >= MOST_TRIES else 0
    return Lease(key=key, epoch=epoch, cautious=lost >= CAUTIOUS_AFTER, deadly=deadly)


def _is_one_of(keys: Iterable[Key]) -> sa.ColumnElement[bool]:
    return sa.tuple_(LEASES.c.processor, LEASES.c.source, LEASES.c.partition).in_(
        [dataclasses.astuple(k) for k in keys]
    )


def _key(row: Any) -> Key:
    return Key(row.processor, row.source, row.partition)


def _by_processor(wanted: Sequence[Key]) -> dict[str, list[Key]]:
    groups: dict[str, list[Key]] = defaultdict(list)
    for key in sorted(wanted):
        groups[key.processor].append(key)
    return groups


def _checkpoint(connection: sa.Connection, key: Key) -> int:
    query = sa.select(CHECKPOINTS.c.position).where(
        CHECKPOINTS.c.processor == key.processor,
        CHECKPOINTS.c.source == key.source,
        CHECKPOINTS.c.partition == key.partition,
    )
    return connection.execute(query).scalar() or 0
