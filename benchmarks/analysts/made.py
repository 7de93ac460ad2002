"""A city's made-up years as three services have them: their stores, the processes that show them, and the topics."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from benchmarks.city.recording import recorded
from benchmarks.platform import free_port
from chassis.recorded import Recorded
from chassis.settings import Brokers
from chassis.store.sqlite import SqliteStore, open_store
from chassis.transport.kafka.publisher import KafkaPublisher
from chassis.transport.kafka.topics import Topics
from chassis.transport.relay import Relay
from nyfiken.key_files import platform_keys
from nyfiken.layout import SERVICES, Layout

_BATCH = 2_000
_PATIENCE = 30.0


def make(data: Path, events: int) -> None:
    """Histories of so many events, in files."""
    with _stores(data) as stores:
        waiting: dict[str, list[Recorded]] = defaultdict(list)
        for each in recorded(events, partitions=1):
            waiting[each.service].append(each)
            if len(waiting[each.service]) == _BATCH:
                stores[each.service].restore(waiting.pop(each.service))
        for service, rest in waiting.items():
            stores[service].restore(rest)


@contextmanager
def shown(data: Path) -> Iterator[Mapping[str, str]]:
    """Service → address, of the three web processes over these histories; no worker runs."""
    layout = Layout(data=data, port=free_port())
    with ExitStack() as running:
        for program in layout.programs():
            if program.name.endswith(" web"):
                running.enter_context(_running(program.command, program.environment))
        ends = time.monotonic() + _PATIENCE
        while not all(_answers(url) for url in layout.urls.values()):
            if time.monotonic() > ends:
                raise RuntimeError("the services did not start")
            time.sleep(0.1)
        yield layout.urls


def publish(data: Path, brokers: Brokers) -> int:
    """Publish all of them; how many events that were."""
    published = 0
    with _stores(data) as stores, Topics(brokers) as topics:
        for service, store in stores.items():
            topics.ensure(service, store.partitions, replication=1, min_insync=1)
            publisher = KafkaPublisher(brokers, service, store.partitions)
            relay = Relay(store, publisher)
            relay.assign(range(store.partitions))
            while relay.step():
                pass
            publisher.close()
            published += sum(head.position for head in store.heads().values())
    return published


def token(data: Path) -> str:
    """An analyst's."""
    command = [sys.executable, "-m", "nyfiken", "token", "--sub", "bench", "--role", "analyst", "--data", str(data)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def _stores(data: Path) -> Iterator[Mapping[str, SqliteStore]]:
    data.mkdir(exist_ok=True)
    master = platform_keys(data, may_make=True).master
    stores = {service: open_store(data, service, master) for service in SERVICES}
    try:
        yield stores
    finally:
        for store in stores.values():
            store.close()


def _answers(url: str) -> bool:
    """Ready it never gets: no worker folds its read models."""
    try:
        return httpx.get(f"{url}/healthz", timeout=1.0).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@contextmanager
def _running(command: tuple[str, ...], environment: Mapping[str, str]) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=os.environ | environment, stdout=quiet, stderr=quiet) as process:
        try:
            yield
        finally:
            process.terminate()
