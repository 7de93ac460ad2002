"""Ours: the store as every ``main.py`` opens it, and clients that append to it and carry out commands."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator, Mapping
from itertools import cycle
from pathlib import Path
from uuid import uuid4

from benchmarks.note import NOTE
from chassis.adapters import BY_SETTINGS
from chassis.decider import Request, change, handle
from chassis.keys import load_keys
from chassis.process import Process
from chassis.processing.read_model import ReadModel, key, one_subject, row
from chassis.recorded import Metadata, Recorded
from chassis.service import Service
from chassis.settings import Brokers, load_settings
from chassis.store.protocol import Append, Change, CommandKey, NewEvent, Store
from chassis.testing.happenings import COUNTER, CounterRaised

SERVICE = "bench"
LENGTHS = range(10, 41)
"""How many events a stream has that a command is about."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a store is: the data folder with the platform's keys, the address of its database, and Kafka."""

    data: Path
    postgres: str
    kafka: str = ""

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process is told of it."""
        kafka = {"NYFIKEN_KAFKA": self.kafka} if self.kafka else {}
        return {"NYFIKEN_DATA": str(self.data), "NYFIKEN_DATABASE": self.postgres, **kafka}

    @property
    def brokers(self) -> Brokers:
        """Where Kafka is."""
        brokers = self.process().settings.brokers
        assert brokers is not None, "the place names no Kafka"
        return brokers

    def store(self, service: str = SERVICE) -> Store:
        """The store, by the adapters that every ``main.py`` chooses and with the settings it would read."""
        return BY_SETTINGS.store(self.process(), service)

    def process(self) -> Process:
        """A process as it is set from outside."""
        with _set(self.environment):
            return Process(main="benchmarks.ours", settings=load_settings(), keys=load_keys(self.data))


@contextlib.contextmanager
def _set(environment: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Appends:
    """Records so many events of a new stream."""

    def __init__(self, place: Place, events: int) -> None:
        self._store, self._events = place.store(), events

    def refill(self) -> None:
        """Nothing is used up."""

    def once(self) -> None:
        """One append."""
        self._store.append(an_append(self._events))


class Commands:
    """Carries out commands: reads a stream of 10 to 40 events, folds, decides, records one more; keeps its key."""

    def __init__(self, place: Place, per_block: int) -> None:
        self._store, self._per_block = place.store(), per_block

    def refill(self) -> None:
        """Other streams."""
        self._subjects = iter(cycle(grown(self._store, self._per_block)))

    def once(self) -> None:
        """One command."""
        wanted = Request(
            metadata=Metadata(by="somebody"),
            key=CommandKey(caller="somebody", key=str(uuid4()), body_hash="0" * 64),
        )
        handle(self._store, change(COUNTER, next(self._subjects), raised), wanted)


def an_append(events: int) -> Append:
    """So many events of a new stream."""
    return Append(changes=[a_change(str(uuid4()), events)])


def a_change(subject: str, events: int) -> Change:
    """The first events of a stream."""
    metadata = Metadata(by="somebody")
    new = [NewEvent(id=str(uuid4()), event=CounterRaised(note=NOTE), metadata=metadata) for _ in range(events)]
    return Change(stream=COUNTER.stream(subject), expected=0, events=new)


def grown(store: Store, number: int) -> list[str]:
    """So many new aggregates whose streams have 10 to 40 events."""
    subjects = [str(uuid4()) for _ in range(number)]
    changes = [a_change(subject, LENGTHS[n % len(LENGTHS)]) for n, subject in enumerate(subjects)]
    for start in range(0, number, 50):
        store.append(Append(changes=changes[start : start + 50]))
    return subjects


def raised(_: object) -> list[object]:
    """The decision: go up once more."""
    return [CounterRaised(note=NOTE)]


@row
class Tally:
    """A counter's total."""

    counter: str = key()
    total: int = 0
    events: int = 0


def onto_tally(tally: Tally | None, recorded: Recorded, key: str) -> Tally:
    """The peer's projection, as a fold."""
    tally = tally or Tally(counter=key)
    return dataclasses.replace(tally, total=tally.total + recorded.event.by, events=tally.events + 1)


def tallying(name: str = SERVICE, source: str = SERVICE) -> Service:
    """A service with a read model of totals, of its own events or of another's."""
    model: ReadModel[Tally] = ReadModel(
        name="tally", version=1, row=Tally, sources=(source,), on=(CounterRaised,), keys=one_subject, fold=onto_tally
    )
    return Service(name=name, deciders=(COUNTER,), read_models=(model,), reactions=())
