"""How a command becomes events: read the streams, fold them, decide, append; again if somebody was faster.

A decision is pure: ``submit(command, idea) -> list of events``. ``[]`` means that it is already so; a broken rule
raises before any event is built.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Generic, TypeVar
from uuid import uuid4

import structlog

from chassis import tracing
from chassis.errors import Conflict, Invalid, Refusal, Stale, Unavailable
from chassis.logs import reason_of
from chassis.metrics import APPEND_SECONDS, CONFLICTS
from chassis.recorded import Metadata
from chassis.store.protocol import (
    Answer,
    Append,
    Change,
    CommandKey,
    KeyTaken,
    NewEvent,
    Store,
    Streams,
    Transaction,
    VersionConflict,
)
from chassis.store.snapshots import fingerprint, pack, unpack
from contracts.event import UnknownEventVersion, as_kept

log = structlog.get_logger("store")
S = TypeVar("S")
ATTEMPTS = 10
UNHELD = 5
"""How often a command is tried at all, and how often of these without holding the streams it needs."""
SNAPSHOT_EVERY = 100
_REMEMBERED = 2_000


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Decider(Generic[S]):
    """An aggregate: what its streams are called, what a decision needs to know, and how events change that.

    ``evolve(None, first event)`` gives the first state. A state is immutable and holds only what a rule reads.
    """

    category: str
    state: type[S]
    evolve: Callable[[S | None, Any], S]

    def stream(self, subject: str) -> str:
        """The stream of one aggregate: ``idea-<id>``."""
        return f"{self.category}-{subject}"

    def fold(self, events: Sequence[object], state: S | None = None) -> S | None:
        """The state after these events."""
        for happening in events:
            state = self.evolve(state, happening)
        return state


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What surrounds a command: why, by whom, and what its sender has seen."""

    metadata: Metadata = dataclasses.field(default_factory=Metadata)
    key: CommandKey | None = None
    expected: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """Stream → the version its sender saw (If-Match)."""
    occurred_at: datetime | None = None
    status: int = 200
    ids: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What the first answer names, and so every repeated one."""
    absent: frozenset[str] = frozenset()
    """Streams that cannot be there, since their ids were made for this command."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Seen:
    decider: Decider[Any]
    state: Any
    version: int


class Attempt:
    """One try at a command: the states it has read, and the events it wants recorded.

    Streams that are known to be ``absent`` are not asked for; should one be there after all, the append conflicts.
    """

    def __init__(
        self, streams: Streams, request: Request, memory: States | None = None, absent: Collection[str] = ()
    ) -> None:
        self._streams = streams
        self._request = request
        self._memory = memory or States()
        self._absent = request.absent.union(absent)
        self._read: dict[str, _Seen] = {}
        self._versions: dict[str, int] = {}
        self._events: dict[str, list[NewEvent]] = {}

    def read(self, decider: Decider[S], subject: str) -> S | None:
        """The state of one aggregate, None if nothing happened to it. What is read must not change meanwhile."""
        stream = decider.stream(subject)
        if stream not in self._read:
            absent = stream in self._absent
            state, version = (None, 0) if absent else self._memory.load(self._streams, decider, stream)
            if self._request.expected.get(stream, version) != version:
                raise Stale("changed-meanwhile", version=version)
            self._read[stream] = _Seen(decider, state, version)
            self._versions[stream] = version
        found: S | None = self._read[stream].state
        return found

    def record(
        self, decider: Decider[S], subject: str, events: Sequence[object], *, because: Metadata | None = None
    ) -> None:
        """Add events to one aggregate; later reads in this attempt see them, their personal values as references."""
        state = self.read(decider, subject)
        if not events:
            return
        stream = decider.stream(subject)
        version = self._read[stream].version
        kept = [as_kept(happening, stream, version + n) for n, happening in enumerate(events, start=1)]
        self._read[stream] = _Seen(decider, decider.fold(kept, state), version + len(events))
        metadata = because or self._request.metadata
        self._events.setdefault(stream, []).extend(
            NewEvent(id=str(uuid4()), event=e, metadata=metadata, occurred_at=self._request.occurred_at) for e in events
        )

    def append(self, *more_keys: CommandKey) -> Append:
        """All of it, for the store."""
        keys = (self._request.key, *more_keys) if self._request.key else more_keys
        return Append(
            changes=[
                Change(stream=stream, expected=self._versions[stream], events=events)
                for stream, events in sorted(self._events.items())
            ],
            unchanged={s: version for s, version in self._versions.items() if s not in self._events},
            keys=keys,
            status=self._request.status,
            ids=self._request.ids,
        )

    def versions(self) -> dict[str, int]:
        """Stream → version of all that was read, with what was recorded."""
        return {stream: seen.version for stream, seen in self._read.items()}

    def remember(self, store: Store) -> None:
        """After the commit: keep the new states at hand, and a snapshot of those that are due."""
        for stream in self._events:
            seen = self._read[stream]
            self._memory.keep(stream, seen.state, seen.version)
            if seen.version // SNAPSHOT_EVERY > self._versions[stream] // SNAPSHOT_EVERY:
                snapshot = pack(seen.state, seen.version, seen.decider.evolve)
                try:
                    store.save_snapshot(stream, snapshot)
                except Unavailable as error:  # the command is recorded all the same; without one, reading takes longer
                    log.warning("snapshot-not-saved", stream=stream, reason=reason_of(error))


Work = Callable[[Attempt], None]


def change(decider: Decider[S], subject: str, decide: Callable[[S | None], Sequence[object]]) -> Work:
    """The usual work: one aggregate, one decision."""

    def work(attempt: Attempt) -> None:
        attempt.record(decider, subject, decide(attempt.read(decider, subject)))

    return work


def handle(store: Store, work: Work, request: Request | None = None, memory: States | None = None) -> Answer:
    """Carry out a command: ``work`` reads and decides, all it records is appended at once.

    Whoever was outrun a few times holds the streams that others changed while trying again, and so gets a turn.
    The same idempotency key gets its first answer, whatever has happened since. Raises what ``work`` refuses with,
    Stale, Invalid (the key came with another body before), Conflict (outrun all the same), Unavailable, and
    UnknownEventVersion of a stream that a newer release has written to.
    """
    request = request or Request()
    contended: set[str] = set()
    for turn in range(ATTEMPTS):
        try:
            return _try(store, work, request, memory, sorted(contended) if turn >= UNHELD else None)
        except VersionConflict as conflict:
            CONFLICTS.labels(conflict.stream.partition("-")[0]).inc()
            contended.add(conflict.stream)
            if memory is not None:
                memory.forget(conflict.stream)
            if first := _first_answer(store, request):
                return first
        except KeyTaken as taken:
            return _same_body(taken.answer, request)
        except (Refusal, UnknownEventVersion):
            if first := _first_answer(store, request):
                return first
            raise
    raise Conflict("others-were-faster")


def _try(store: Store, work: Work, request: Request, memory: States | None, hold: Sequence[str] | None) -> Answer:
    """One attempt: in the open, or inside a transaction that keeps others from these streams."""
    if hold is None:
        attempt = Attempt(store, request, memory)
        work(attempt)
        answer = _append(store, attempt)
    else:
        with store.transaction() as transaction:
            transaction.lock(hold)
            attempt = Attempt(transaction, request, memory)
            work(attempt)
            answer = _append(transaction, attempt)
    attempt.remember(store)
    return answer


def _append(streams: Store | Transaction, attempt: Attempt) -> Answer:
    what = attempt.append()
    if what.changes or what.keys:
        with APPEND_SECONDS.time(), tracing.part("append"):
            answer = streams.append(what)
        return dataclasses.replace(answer, versions={**attempt.versions(), **answer.versions})
    return Answer(status=what.status, ids=what.ids, versions=attempt.versions())


def _first_answer(store: Store, request: Request) -> Answer | None:
    if request.key is None:
        return None
    answer = store.answered(request.key.caller, request.key.key)
    return answer and _same_body(answer, request)


def _same_body(answer: Answer, request: Request) -> Answer:
    if request.key and answer.body_hash != request.key.body_hash:
        raise Invalid("key-used-for-another-request", field="Idempotency-Key")
    return answer


class States:
    """States at hand in this process, so that a command reads only what is new. Safe to lose, safe to share."""

    def __init__(self, most: int = _REMEMBERED) -> None:
        self._most = most
        self._states: dict[str, tuple[Any, int]] = {}
        self._lock = Lock()

    def load(self, streams: Streams, decider: Decider[Any], stream: str) -> tuple[Any, int]:
        """State and version of a stream: what is at hand or the snapshot, and the events since."""
        return self.load_all(streams, decider, [stream])[stream]

    def load_all(self, streams: Streams, decider: Decider[Any], names: Iterable[str]) -> Mapping[str, tuple[Any, int]]:
        """State and version of several streams, read at once."""
        with self._lock:
            found = {name: self._states.get(name, (None, 0)) for name in names}
        known = {name: version for name, (_, version) in found.items()}
        for name, (snapshot, news) in streams.histories(known, fingerprint(decider.evolve)).items():
            state, version = (unpack(snapshot, decider.state), snapshot.version) if snapshot else found[name]
            found[name] = decider.fold(news, state), version + len(news)
        return found

    def keep(self, stream: str, state: Any, version: int) -> None:
        """Remember a committed state."""
        with self._lock:
            self._states.pop(stream, None)
            self._states[stream] = (state, version)
            while len(self._states) > self._most:
                del self._states[next(iter(self._states))]

    def forget(self, stream: str) -> None:
        """Read this stream afresh next time."""
        with self._lock:
            self._states.pop(stream, None)
