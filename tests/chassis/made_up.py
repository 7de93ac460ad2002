"""Two small services to run as real processes: one that counts, one that listens to it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from chassis.command import Caller
from chassis.program import Program
from chassis.recorded import Recorded
from chassis.service import Service
from chassis.store.protocol import Store
from chassis.store.sqlite import SqliteStore, open_store
from chassis.testing.happenings import CounterSigned
from chassis.transport.feed import FeedSource
from chassis.web.texts import OWN
from tests.chassis.processing.tallies import MIRROR, suite, tally

PARTITIONS = 3


def disclose(recorded: Recorded, caller: Caller, store: Store) -> Recorded | None:
    """Everything to services, everything but signatures to the others."""
    if caller.has("service"):
        return recorded
    return None if isinstance(recorded.event, CounterSigned) else recorded


def open_in_partitions(data: Path, service: str, master: bytes) -> Store:
    """A store of more than one partition."""
    return SqliteStore(data / f"{service}.sqlite", service, master_key=master, partitions=PARTITIONS)


COUNTS = Program(
    service=dataclasses.replace(suite(tally(), reactions=(MIRROR,)), disclose=disclose),
    routes=(),
    problems=OWN,
    open_store=open_in_partitions,
    open_source=FeedSource,
)
LISTENS = Program(
    service=Service(name="listener", deciders=(), read_models=(tally(name="heard"),), reactions=()),
    routes=(),
    problems=OWN,
    open_store=open_store,
    open_source=FeedSource,
)
