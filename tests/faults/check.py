"""The check at the end of every fault: what was acknowledged is there once, all that is derived equals a fresh fold."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

from chassis.keys import load_keys
from chassis.processing.lags import heads_of, lags
from chassis.processing.parking import parked
from chassis.processing.read_model import ReadModel
from chassis.processing.registry import rows
from chassis.recorded import Recorded
from chassis.service import Service
from chassis.settings import Brokers
from chassis.transport.kafka.topics import Topics
from chassis.transport.relayed import Relayed, relayed
from contracts.event import family_of
from nyfiken.layout import SERVICES
from nyfiken.servers import Servers
from nyfiken.stores import AnyStore, opened_one
from tests.faults import afresh, indexes
from tests.kafka_topics import topic_content
from tests.platform import RunningPlatform


@dataclasses.dataclass(frozen=True)
class Platform:
    """The stores of a platform that has been stopped."""

    services: Mapping[str, Service]
    stores: Mapping[str, AnyStore]
    brokers: Brokers | None
    opened: ExitStack
    kept: dict[str, list[Recorded]] | None = None
    """Histories that have been read, where nothing is recorded any more."""

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

    def still(self) -> Platform:
        """The same, as long as nothing is recorded: each history is read once."""
        return dataclasses.replace(self, kept={})

    def history(self, service: str) -> list[Recorded]:
        """Everything a service has recorded, as the time went; positions must be gapless in each partition."""
        if self.kept is None:
            return self._read(service)
        if service not in self.kept:
            self.kept[service] = self._read(service)
        return self.kept[service]

    def _read(self, service: str) -> list[Recorded]:
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
        """What has not been published of each partition to the topic that is there now, where there is Kafka."""
        if not self.brokers:
            return {}
        missing: dict[str, int] = {}
        with Topics(self.brokers) as topics:
            ids = {name: topic.id for name in self.stores if (topic := topics.describe(name))}
        for name, store in self.stores.items():
            published = self.published(name)
            for number, head in store.heads().items():
                at = published.get(number, Relayed())
                reached = at.position if at.topic_id == ids.get(name) else 0
                if more := head.position - reached:
                    missing[f"{name} relay {number}"] = more
        return missing

    def published(self, service: str) -> dict[int, Relayed]:
        """How far the relay of a service has published each partition."""
        with self.stores[service].reading() as db:
            return relayed(db)

    def everything_holds(self, acknowledged: Mapping[str, Iterable[str]]) -> None:
        """``acknowledged``: the id of each acknowledged command → the positions it was answered with."""
        still = self if self.kept is not None else self.still()
        still.acknowledged_commands_are_recorded_once(acknowledged)
        for name, service in self.services.items():
            for model in service.read_models:
                still.equals_a_fresh_fold(name, model)
        still.notifications_exist_once()
        self.nothing_is_parked()
        self.topics_hold_what_the_stores_hold()

    def topics_hold_what_the_stores_hold(self) -> None:
        """Each event at its position of its partition, and nothing else."""
        for name, store in self.stores.items() if self.brokers else ():
            published = topic_content(self.brokers, name)
            for number in range(store.partitions):
                kept = [_published_of(recorded) for recorded in self.partition(name, number)]
                assert [_published_of(each) for each in published[number]] == kept, f"topic of {name}/{number}"

    def acknowledged_commands_are_recorded_once(self, acknowledged: Mapping[str, Iterable[str]]) -> None:
        places = Counter(place for positions in acknowledged.values() for place in positions)
        shared = {place: n for place, n in places.items() if n > 1}
        assert not shared, f"answered to several commands: {shared}"
        found = {str(recorded.at): recorded for service in self.services for recorded in self.history(service)}
        for command, positions in acknowledged.items():
            assert positions, f"{command} was acknowledged, and nothing recorded"
            for text in positions:
                assert text in found, f"{command} was acknowledged at {text}, which is not there"
                whose = found[text].metadata.correlation_id
                assert whose == command, f"{command} was acknowledged at {text}, where {whose} is"
        twice = {what: n for what, n in self.recorded_of(acknowledged).items() if n > 1}
        assert not twice, f"recorded twice: {twice}"

    def recorded_of(self, commands: Container[str]) -> Counter[tuple[str, str]]:
        """(command, type without version) → how often it is recorded of it, which is its correlation id."""
        return Counter(
            (recorded.metadata.correlation_id or "", family_of(recorded.type))
            for service in self.services
            for recorded in self.history(service)
            if recorded.metadata.causation_id is None and recorded.metadata.correlation_id in commands
        )

    def has_happened(self, times: Mapping[str, int]) -> None:
        """``times``: the name of an event without its version → how often it must have been recorded."""
        history = [recorded for service in self.services for recorded in self.history(service)]
        found = Counter(family_of(recorded.type) for recorded in history)
        other = {name: (found[name], n) for name, n in times.items() if found[name] != n}
        assert not other, f"recorded another number of times than it has happened: {other}"

    def equals_a_fresh_fold(self, name: str, model: ReadModel[Any]) -> None:
        with self.stores[name].reading() as db:
            serving = rows(db, model)
            kept = {getattr(row, model.key_column): row for row in serving.all(serving.table.select())}
        fresh = afresh.folded(name, model, self.history)
        assert kept.keys() == fresh.keys(), f"{name}.{model.name}: rows {kept.keys() ^ fresh.keys()}"
        different = {key: (kept[key], fresh[key]) for key in kept if kept[key] != fresh[key]}
        assert not different, f"{name}.{model.name}: {different}"
        if model.search:
            assert (wrong := indexes.wrong(self.stores[name], model, fresh.values())) == set(), f"{name}: {wrong}"

    def notifications_exist_once(self) -> None:
        """Those that the rules raise when they run anew over the whole history: each once, and no other."""
        told = Counter(r.stream for r in self.history("notifications") if r.type == afresh.RAISED)
        anew = afresh.notified(self.services["notifications"], self.stores)
        assert told == anew, f"missing: {anew - told}, too many: {told - anew}"

    def each_failure_is_told_once(self, expected: Iterable[tuple[str, str]]) -> None:
        """``expected``: an experiment that failed, and a person who must have been told of it."""
        told = Counter(
            (recorded.event.subject, recorded.event.recipient)
            for recorded in self.history("notifications")
            if recorded.type == afresh.RAISED and recorded.event.cause.event_type == "experiment-failed.v1"
        )
        wrong = {(test, who): n for test, who in expected if (n := told[f"experiment-{test}", who]) != 1}
        assert not wrong, f"told of a failure other than once: {wrong}"

    def nothing_is_parked(self) -> None:
        for name, store in self.stores.items():
            with store.reading() as db:
                assert not (found := parked(db)), f"{name} has parked {found}"


def _published_of(recorded: Recorded) -> tuple[Any, ...]:
    """All that everybody may know of an event."""
    names = ("position", "id", "stream", "version", "type", "data", "metadata", "recorded_at", "occurred_at")
    return tuple(getattr(recorded, name) for name in names)
