"""The check at the end of every fault: what was acknowledged is there once, all that is derived equals a fresh fold."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

from chassis.keys import load_keys
from chassis.processing.lags import heads_of, lags
from chassis.processing.parking import parked
from chassis.processing.read_model import ReadModel
from chassis.processing.registry import rows
from chassis.processing.source import OwnStore
from chassis.recorded import Position, Recorded
from chassis.service import Service
from chassis.settings import Brokers
from chassis.store.sqlite import SqliteStore
from chassis.transport.relayed import Relayed, relayed
from chassis.worker import Worker
from nyfiken.layout import SERVICES
from nyfiken.servers import Servers
from nyfiken.stores import AnyStore, opened_one
from tests.kafka_topics import topic_content
from tests.platform import RunningPlatform


@dataclasses.dataclass(frozen=True)
class Platform:
    """The stores of a platform that has been stopped."""

    services: Mapping[str, Service]
    stores: Mapping[str, AnyStore]
    brokers: Brokers | None
    opened: ExitStack

    @classmethod
    def of(cls, running: RunningPlatform) -> Platform:
        """Whatever that one runs on."""
        return cls.at(running.data, running.servers)

    @classmethod
    def at(cls, data: Path, servers: Servers | None = None) -> Platform:
        """In a data folder, or on servers."""
        servers, opened = servers or Servers(), ExitStack()
        services = {name: import_module(f"services.{name}.main").SERVICE for name in SERVICES}
        master = load_keys(data).master
        stores = {name: opened.enter_context(opened_one(name, data, servers, master)) for name in SERVICES}
        return cls(services, stores, servers.brokers(), opened)

    def close(self) -> None:
        self.opened.close()

    def history(self, service: str) -> list[Recorded]:
        """Everything a service has recorded, as the time went; positions must be gapless in each partition."""
        partitions = (self.partition(service, n) for n in range(self.stores[service].partitions))
        return sorted(
            (recorded for events in partitions for recorded in events),
            key=lambda recorded: (recorded.recorded_at, recorded.partition, recorded.position),
        )

    def partition(self, service: str, number: int) -> list[Recorded]:
        """Everything of one partition, in order; its positions must be gapless."""
        events = self.stores[service].read(number, 0, 10_000_000)
        assert [r.position for r in events] == list(range(1, len(events) + 1)), f"{service}/{number} has gaps"
        return events

    def catches_up(self, within: float = 90.0) -> None:
        """Wait until every processor has applied everything that is there, and nothing comes of it any more."""
        patience_ends = time.monotonic() + within
        while behind := self.behind():
            assert time.monotonic() < patience_ends, f"still behind: {behind}"
            time.sleep(0.1)

    def behind(self) -> dict[str, int]:
        """Each processor and relay that is behind, or has not begun, and by how many events."""
        heads = heads_of(self.stores.values())
        found = [lag for name, service in self.services.items() for lag in lags(service, self.stores[name], heads)]
        return self._unpublished() | {
            f"{lag.service} {lag.name} {lag.source}/{lag.partition}": lag.behind
            for lag in found
            if lag.behind or lag.position is None
        }

    def _unpublished(self) -> dict[str, int]:
        """What has not been published of each partition, where there is Kafka."""
        missing: dict[str, int] = {}
        for name, store in self.stores.items() if self.brokers else ():
            with store.reading() as db:
                published = relayed(db)
            for number, head in store.heads().items():
                if more := head.position - published.get(number, Relayed()).position:
                    missing[f"{name} relay {number}"] = more
        return missing

    def everything_holds(self, acknowledged: Mapping[str, Iterable[str]]) -> None:
        """``acknowledged``: the id of each acknowledged command → the positions it was answered with."""
        self.acknowledged_commands_are_recorded_once(acknowledged)
        for name, service in self.services.items():
            for model in service.read_models:
                self.equals_a_fresh_fold(name, model)
        self.notifications_exist_once()
        self.nothing_is_parked()
        self.topics_hold_what_the_stores_hold()

    def topics_hold_what_the_stores_hold(self) -> None:
        """Each event at its position of its partition, and nothing else."""
        for name, store in self.stores.items() if self.brokers else ():
            published = topic_content(self.brokers, name)
            for number in range(store.partitions):
                kept = [(r.position, r.id, r.data) for r in self.partition(name, number)]
                assert [(r.position, r.id, r.data) for r in published[number]] == kept, f"topic of {name}/{number}"

    def acknowledged_commands_are_recorded_once(self, acknowledged: Mapping[str, Iterable[str]]) -> None:
        places = Counter(place for positions in acknowledged.values() for place in positions)
        shared = {place: n for place, n in places.items() if n > 1}
        assert not shared, f"answered to several commands: {shared}"
        for command, positions in acknowledged.items():
            for text in positions:
                at = Position.of(text)
                assert self.stores[at.service].at(at), f"{command} was acknowledged at {text}, which is not there"

    def has_happened(self, times: Mapping[str, int]) -> None:
        """``times``: the name of an event without its version → how often it must have been recorded."""
        history = [recorded for service in self.services for recorded in self.history(service)]
        found = Counter(recorded.type.rpartition(".v")[0] for recorded in history)
        assert {name: found[name] for name in times} == dict(times)

    def equals_a_fresh_fold(self, name: str, model: ReadModel[Any]) -> None:
        with self.stores[name].reading() as db:
            serving = rows(db, model)
            kept = {getattr(row, model.key_column): row for row in serving.all(serving.table.select())}
        fresh = self.folded(name, model)
        assert kept.keys() == fresh.keys(), f"{name}.{model.name}: rows {kept.keys() ^ fresh.keys()}"
        different = {key: (kept[key], fresh[key]) for key in kept if kept[key] != fresh[key]}
        assert not different, f"{name}.{model.name}: {different}"

    def folded(self, name: str, model: ReadModel[Any]) -> dict[str, Any]:
        """The rows of a read model, folded here and now from the whole history."""
        fresh: dict[str, Any] = {}
        families = {type_.rpartition(".v")[0] for type_ in model.types}
        for source in model.sources:
            for recorded in self.history(source):
                if recorded.type.rpartition(".v")[0] not in families:
                    continue
                seen = recorded if source == name else dataclasses.replace(recorded, sealed=False, _event=None)
                for key in model.keys(seen):
                    fresh[key] = model.fold(fresh.get(key), seen, key)
        return {key: row for key, row in fresh.items() if row is not None}

    def notifications_exist_once(self) -> None:
        """Those that the rules raise when they run anew over the whole history: each once, and no other."""
        told = Counter(r.stream for r in self.history("notifications") if r.type == "notification-raised.v1")
        assert told == self.told_anew()

    def told_anew(self) -> Counter[str]:
        service = self.services["notifications"]
        rules = tuple(dataclasses.replace(rule, from_the_beginning=True) for rule in service.reactions)
        anew = dataclasses.replace(service, read_models=(), reactions=rules, erasures=())
        others = {name: OwnStore(self.stores[name]) for name in service.consumes}
        with tempfile.TemporaryDirectory() as folder:
            store = SqliteStore(Path(folder) / "anew.sqlite", service.name, master_key=bytes(32))
            Worker(anew, store, others, "check").catch_up()
            raised = [r.stream for r in store.read(0, 0, 10_000_000) if r.type == "notification-raised.v1"]
            store.close()
        return Counter(raised)

    def each_failure_is_told_once(self, expected: Iterable[tuple[str, str]]) -> None:
        """``expected``: an experiment that failed, and a person who must have been told of it."""
        told = Counter(
            (recorded.event.subject, recorded.event.recipient)
            for recorded in self.history("notifications")
            if recorded.type == "notification-raised.v1" and recorded.event.cause.event_type == "experiment-failed.v1"
        )
        wrong = {(test, who): n for test, who in expected if (n := told[f"experiment-{test}", who]) != 1}
        assert not wrong, f"told of a failure other than once: {wrong}"

    def nothing_is_parked(self) -> None:
        for name, store in self.stores.items():
            with store.reading() as db:
                assert parked(db) == [], f"{name} has parked events"
