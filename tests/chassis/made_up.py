"""Two small services to run as real processes: one that counts, one that listens to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from chassis.adapters import BY_SETTINGS
from chassis.command import Caller
from chassis.process import Process
from chassis.program import Program
from chassis.recorded import Recorded
from chassis.service import Service
from chassis.store.protocol import Store
from chassis.store.sqlite import SqliteStore
from chassis.testing.happenings import CounterSigned
from chassis.web.texts import OWN
from tests.chassis.processing.tallies import MIRROR, suite, tally

PARTITIONS = 3


def disclose(events: Sequence[Recorded], caller: Caller, store: Store) -> Sequence[Recorded | None]:
    """Everything to services, everything but signatures to the others."""
    if caller.has("service"):
        return events
    return [None if isinstance(recorded.event, CounterSigned) else recorded for recorded in events]


def open_in_partitions(data: Path, service: str, master: bytes) -> Store:
    """A store of more than one partition."""
    return SqliteStore(data / f"{service}.sqlite", service, master_key=master, partitions=PARTITIONS)


def in_partitions(process: Process, service: str) -> Store:
    """The same, as a process opens it."""
    return open_in_partitions(process.settings.data, service, process.keys.master)


COUNTS = Program(
    service=dataclasses.replace(suite(tally(), reactions=(MIRROR,)), disclose=disclose),
    api="",
    problems=OWN,
    adapters=dataclasses.replace(BY_SETTINGS, store=in_partitions),
)
LISTENS = Program(
    service=Service(name="listener", deciders=(), read_models=(tally(name="heard"),), reactions=()),
    api="",
    problems=OWN,
    adapters=BY_SETTINGS,
)
BY_SETTINGS_ALONE = dataclasses.replace(COUNTS, adapters=BY_SETTINGS)
"""The one that counts, with its history where the environment says."""
