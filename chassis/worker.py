"""The worker process of a service: it runs the processors that it holds leases for, a thread per source, and the relay.

Its main thread looks after them: it registers processors, renews leases, compares heads, and switches a read model to
a new table once that has caught up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import structlog

from chassis.errors import Unavailable
from chassis.outage import Outage
from chassis.processing.checkpoints import checkpoints, register
from chassis.processing.heads import note
from chassis.processing.leases import RELAY, Key, Lease, Leases
from chassis.processing.measures import STOPPED
from chassis.processing.processor import Processor, ReadModelProcessor, processors
from chassis.processing.read_model import ReadModel
from chassis.processing.reader import Reader
from chassis.processing.registry import generations, serve, start_generation
from chassis.processing.source import OwnStore, Source, SourceGone
from chassis.processing.tables import create_tables
from chassis.recorded import Position
from chassis.service import Service
from chassis.store.protocol import Head, Store
from chassis.transport.relay import Relay

log = structlog.get_logger("worker")
_RENEW = 3.0
_COMPARE = 5.0
_LOOK = 0.2
_REST = 1.0
"""Seconds between renewals of leases, comparisons of heads, and looks at what there is to do: while read models are
built, and when all of them serve."""
_PATIENCE = 3.0
"""Seconds in which a batch is finished when the worker is told to end; after that it is rolled back."""

Heads = Mapping[int, Head]


class Worker:
    """One worker of one service. ``owner`` names it and stays the same when it is started again."""

    def __init__(
        self,
        service: Service,
        store: Store,
        sources: Mapping[str, Source],
        owner: str,
        relay: Relay | None = None,
    ) -> None:
        self._service = service
        self._store = store
        self._sources: dict[str, Source] = {service.name: OwnStore(store), **sources}
        self._relay = relay
        self._leases = Leases(store, owner, str(uuid4()))
        self._readers = {name: Reader(store, source, self._leases) for name, source in self._sources.items()}
        self._processors: dict[str, Processor] = {}
        self._registered: dict[Key, Processor] = {}
        self._held: list[Lease] = []
        self._targets: dict[str, dict[str, Heads]] = {}
        self._noted: dict[str, Heads] = {}
        self._unreached = {name: Outage("source-unreached", "source-reached", source=name) for name in self._sources}
        self._store_away = Outage("store-unavailable", "store-back")
        self._renewed = self._compared = 0.0
        self._held_at = time.monotonic()

    def run(self, stopping: threading.Event) -> None:
        """Work until told to stop, then give the leases back."""
        with self._store.transaction() as transaction:
            create_tables(transaction.connection)
        threads = [self._thread(f"read-{name}", reader.run, stopping) for name, reader in self._readers.items()]
        if self._relay is not None:
            threads.append(self._thread(RELAY, self._relay.run, stopping))
        for thread in threads:
            thread.start()
        while not stopping.wait(self._rest()):
            self._look_after(threads)
        patience_ends = time.monotonic() + _PATIENCE
        for thread in threads:
            thread.join(timeout=max(0.0, patience_ends - time.monotonic()))
        self._leave()

    def _leave(self) -> None:
        """Give the leases back; while the database is away nobody can be told, and they run out by themselves."""
        try:
            self._leases.leave(lease.key for lease in self._held)
        except Unavailable as error:
            log.warning("leases-kept", reason=error.told)

    @staticmethod
    def _thread(name: str, run: Callable[[threading.Event], None], stopping: threading.Event) -> threading.Thread:
        return threading.Thread(target=run, args=(stopping,), name=name, daemon=True)

    def catch_up(self) -> None:
        """Work in this thread until nothing is left to do; for tests and tools, instead of ``run``."""
        with self._store.transaction() as transaction:
            create_tables(transaction.connection)
        self.look()
        while sum(reader.step() for reader in self._readers.values()):
            self.look()
        for reader in self._readers.values():
            reader.keep()
        self.look()

    def stopped(self) -> dict[str, str]:
        """Processors that must not go on in this process, and why."""
        return {name: reason for reader in self._readers.values() for name, reason in reader.stopped.items()}

    def being_built(self) -> list[str]:
        """The read models of which no table of this release's version serves yet."""
        models = [each for each in self._processors.copy().values() if isinstance(each, ReadModelProcessor)]
        serving = {each.model.name for each in models if each.serving}
        return [model.name for model in self._service.read_models if model.name not in serving]

    @property
    def relay(self) -> Relay | None:
        """What publishes, if events travel by Kafka."""
        return self._relay

    def store_away(self) -> str:
        """What the database said when it let no lease be renewed; nothing while it does."""
        return self._store_away.reason

    def since_leases(self) -> float:
        """Seconds since its leases were last renewed, or it was made; more than a few, and the database is away."""
        return time.monotonic() - self._held_at

    def _rest(self) -> float:
        """Seconds until the next look: in time for a renewal, which is when what a dead worker held is taken, too."""
        rest, to_renewal = _REST if self._settled() else _LOOK, self._renewed + _RENEW - time.monotonic()
        return min(rest, to_renewal) if to_renewal > 0 else rest

    def _settled(self) -> bool:
        """Whether every processor is registered everywhere and every read model serves."""
        known = self._processors.values()
        places = {(key.processor, key.source) for key in self._registered}
        built = all(processor.serving for processor in known if isinstance(processor, ReadModelProcessor))
        return bool(known) and built and all((p.name, source) in places for p in known for source in p.sources)

    def _look_after(self, threads: list[threading.Thread]) -> None:
        if dead := [thread.name for thread in threads if not thread.is_alive()]:
            raise RuntimeError(f"these threads have ended: {', '.join(dead)}")
        try:
            self.look()
            self._store_away.over()
        except Unavailable as error:
            self._store_away.goes_on(error.told)

    def look(self) -> None:
        """Do what is due: new processors, leases, heads, switches."""
        if self._register(self._discover()):
            self._hold()
        self._hold_if_due()
        if (now := time.monotonic()) - self._compared >= _COMPARE:
            self._compared = now
            self._compare_heads()
        self._switch()

    def _discover(self) -> list[Processor]:
        """Processors that this process does not know yet: at the start all, later new generations."""
        current = self._current()
        filled = {processor.model for processor in current if isinstance(processor, ReadModelProcessor)}
        if missing := [model for model in self._service.read_models if model not in filled]:
            self._start(missing)
            current = self._current()
        self._forget_retired({processor.name for processor in current})
        return [processor for processor in current if processor.name not in self._processors]

    def _current(self) -> list[Processor]:
        with self._store.reading() as connection:
            return processors(self._service, self._store, connection)

    def _start(self, models: list[ReadModel[Any]]) -> None:
        with self._store.transaction() as transaction:
            for model in models:
                if not generations(transaction.connection, model):
                    start_generation(transaction.connection, model)

    def _forget_retired(self, current: set[str]) -> None:
        for name in set(self._processors) - current:
            del self._processors[name]
        self._registered = {key: p for key, p in self._registered.items() if key.processor in current}

    def _register(self, news: list[Processor]) -> bool:
        """Give processors their tables and first checkpoints, on every source that can be reached."""
        if news:
            with self._store.transaction() as transaction:
                for processor in news:
                    processor.prepare(transaction.connection)
            self._processors.update({processor.name: processor for processor in news})
            for processor in news:
                STOPPED.labels(processor.name).set(0)
        done = {(key.processor, key.source) for key in self._registered}
        waiting = [(p, s) for p in self._processors.values() for s in p.sources if (p.name, s) not in done]
        for source in sorted({s for _, s in waiting}):
            self._register_on(source, [processor for processor, s in waiting if s == source])
        return bool(waiting)

    def _register_on(self, source: str, processors: list[Processor]) -> None:
        try:
            heads = self._asked(source)
        except SourceGone as error:
            self._unreached[source].goes_on(str(error))
            return
        self._unreached[source].over()
        with self._store.transaction() as transaction:
            for processor in processors:
                register(transaction.connection, processor.name, source, heads, at_head=processor.at_head)
        for processor in processors:
            self._registered.update({Key(processor.name, source, partition): processor for partition in heads})

    def _heads_of(self, source: str) -> Heads | None:
        """None while it is away."""
        try:
            return self._asked(source)
        except SourceGone:
            return None

    def _asked(self, source: str) -> Heads:
        """Its heads. That it is away may take seconds to be known, in which leases go on. Raises SourceGone."""
        self._hold_if_due()
        return self._sources[source].heads()

    def _hold_if_due(self) -> None:
        if time.monotonic() - self._renewed >= _RENEW:
            self._hold()

    def _hold(self) -> None:
        self._renewed = time.monotonic()
        stopped = self.stopped()
        if given_back := [lease.key for lease in self._held if lease.key.processor in stopped]:
            self._leases.release(given_back)
        wanted = [key for key in self._registered if key.processor not in stopped]
        self._held = self._leases.hold([*wanted, *self._to_relay()])
        for name, reader in self._readers.items():
            reader.assign({lease: self._registered[lease.key] for lease in self._held if _is_read(lease, name)})
        if self._relay is not None:
            self._relay.assign(lease.key.partition for lease in self._held if lease.key.processor == RELAY)
        self._held_at = time.monotonic()

    def _to_relay(self) -> list[Key]:
        if self._relay is None:
            return []
        return [Key(RELAY, self._service.name, partition) for partition in range(self._store.partitions)]

    def _compare_heads(self) -> None:
        for name, reader in self._readers.items():
            if (heads := self._heads_of(name)) is not None:
                reader.check_heads(heads)
                self._note(name, heads)

    def _note(self, source: str, heads: Heads) -> None:
        """Let the web process know how far another service is."""
        if source != self._service.name and heads != self._noted.get(source):
            with self._store.transaction() as transaction:
                note(transaction.connection, source, heads)
            self._noted[source] = heads

    def _switch(self) -> None:
        """Let tables serve that have reached the heads of when they were first looked at."""
        building = [p for p in self._processors.values() if isinstance(p, ReadModelProcessor) and not p.serving]
        for processor in building:
            if self._caught_up(processor):
                with self._store.transaction() as transaction:
                    serve(transaction.connection, processor.generation)
                processor.serving = True
                log.info("read-model-serves", name=processor.name)

    def _caught_up(self, processor: ReadModelProcessor) -> bool:
        targets = self._targets.setdefault(processor.name, {})
        for source in processor.sources:
            if source not in targets:
                if (heads := self._heads_of(source)) is None:
                    return False
                targets[source] = heads
        with self._store.reading() as connection:
            reached = checkpoints(connection, processor.name)
        wanted = [
            Position(s, partition, head.position) for s, heads in targets.items() for partition, head in heads.items()
        ]
        return all(at.position <= _reached(reached, at) for at in wanted)


def _is_read(lease: Lease, source: str) -> bool:
    return lease.key.source == source and lease.key.processor != RELAY


def _reached(reached: Mapping[tuple[str, int], Any], at: Position) -> int:
    checkpoint = reached.get((at.service, at.partition))
    return -1 if checkpoint is None else int(checkpoint.position)
