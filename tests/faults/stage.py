"""Where the faults of servers are made: a platform on a PostgreSQL and a Kafka of its own, with people who use it."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import secrets
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from prometheus_client.parser import text_string_to_metric_families

from nyfiken.layout import SERVICES
from tests.faults.check import Platform
from tests.faults.steady import Steady
from tests.faults.workload import Clients, happened_in
from tests.platform import RunningPlatform
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres

Disturbance = Callable[["Stage", float, random.Random], dict[str, int]]
"""Disturbs a stage for so many seconds, with what is chosen at random; says how often what was done. It has seen to it
that this really happened, and leaves everything as it was."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """All of it; ``history`` reads the stores while the platform runs."""

    postgres: Postgres
    kafka: Kafka
    platform: RunningPlatform
    clients: Clients
    people: Steady
    history: Platform
    in_vain: list[str] = dataclasses.field(default_factory=list)
    """Commands that were refused and not repeated."""

    @classmethod
    @contextmanager
    def at(cls, folder: Path) -> Iterator[Stage]:
        """A new one; raises FileNotFoundError or NotStarted where a server is not to be had."""
        with ExitStack() as ending:
            postgres, kafka = ending.enter_context(Postgres()), ending.enter_context(Kafka())
            platform = RunningPlatform(folder / "data", postgres=postgres.dsn, kafka=kafka.bootstrap_servers)
            ending.callback(platform.stop)
            platform.start()
            clients = Clients(platform)
            ending.callback(clients.close)
            history = Platform.of(platform)
            ending.callback(history.close)
            yield cls(postgres, kafka, platform, clients, Steady(clients), history)

    @property
    def brokers(self) -> Any:
        """How a client of ours finds Kafka."""
        return self.platform.servers.brokers()

    def topic(self, service: str) -> str:
        """The name of its topic."""
        return str(self.brokers.topic(service))

    def readiness(self, service: str) -> tuple[int, dict[str, Any]]:
        """What /readyz answers."""
        answer = httpx.get(f"{self.platform.urls[service]}/readyz", timeout=10.0)
        return answer.status_code, answer.json()

    def figure(self, name: str, source: str) -> float:
        """What all services have counted under this name of this source."""
        return sum(
            sample.value
            for service in SERVICES
            for family in text_string_to_metric_families(self._figures(service))
            for sample in family.samples
            if sample.name == name and sample.labels.get("source") == source
        )

    def logged(self, service: str, event: str) -> list[dict[str, Any]]:
        """What the worker of a service has logged under this name."""
        log = self.platform.data / "logs" / f"{service}-worker.log"
        return [json.loads(line) for line in log.read_text().splitlines() if f'"event":"{event}"' in line]

    def _figures(self, service: str) -> str:
        return httpx.get(f"{self.platform.urls[service]}/metrics", timeout=10.0).text

    def recorded(self, service: str) -> int:
        """How many events."""
        return sum(head.position for head in self.history.stores[service].heads().values())

    def database(self, service: str) -> str:
        """The address of its database."""
        return self.platform.servers.environment(service)["NYFIKEN_DATABASE"]

    def own_idea_is_read(self, *, as_of_now: bool = True) -> bool:
        """Whether somebody sees their idea, as of what was written last, within the time that a query waits."""
        written = [p for positions in list(self.clients.acknowledged.values()) for p in positions]
        seen = {"If-Position": [p for p in written if p.startswith("ideas/")][-1]} if as_of_now else {}
        found = [self._ask("GET", path, seen) for path in (f"/ideas/{self.people.shared_idea}", "/ideas")]
        return all(answer.status_code == 200 for answer in found)

    def is_refused(self) -> str:
        """Have an idea that is refused for what happens to the database, and say why; nothing of it is recorded."""
        own = {"Idempotency-Key": str(uuid4()), "X-Correlation-ID": str(uuid4())}
        answer = self._ask("POST", "/ideas", own, {"title": "Förgäves", "what": secrets.token_hex(4_000)})
        assert answer.status_code == 503, f"it was answered {answer.status_code}: {answer.text}"
        self.in_vain.append(own["X-Correlation-ID"])
        return str(answer.json()["reason"])

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: Any = None) -> httpx.Response:
        who = {"Authorization": f"Bearer {self.platform.token('somebody')}"}
        url = f"{self.platform.urls['ideas']}{path}"
        return httpx.request(method, url, json=body, headers={**who, **headers}, timeout=30.0)

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """One of the six processes stands still."""
        pid = self.platform.processes()[name]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def nothing_is_lost(self) -> None:
        """The quick part of the check: what was acknowledged is there once, nothing else is, and everybody has it."""
        self.history.catches_up()
        still = self.history.still()
        still.acknowledged_commands_are_recorded_once(self.clients.acknowledged)
        still.has_happened(happened_in(len(self.people.lived)))
        still.nothing_is_parked()
        self.refusals_were_clear()

    def everything_holds(self) -> None:
        """The whole check, when nobody writes any more and everything has caught up."""
        self.history.catches_up()
        still, lived = self.history.still(), self.people.lived
        still.everything_holds(self.clients.acknowledged)
        still.has_happened(happened_in(len(lived)))
        still.each_failure_is_told_once(
            (one["test"], self.platform.person_id(who)) for one in lived for who in one["supporters"]
        )
        self.refusals_were_clear()
        assert not (found := still.recorded_of(self.in_vain)), f"refused, and recorded all the same: {found}"
        until(lambda: not any(self.readiness(service)[1]["degraded"] for service in SERVICES), "still degraded")

    def refusals_were_clear(self) -> None:
        """A command that could not be carried out was told so as it should be: in vain now, worth trying again."""
        for answer in self.clients.refusals:
            told = (answer.status_code, answer.json()["type"], "Retry-After" in answer.headers)
            assert told == (503, "/problems/store-unavailable", True), f"{answer.status_code}: {answer.text}"


def until(condition: Callable[[], Any], otherwise: str, within: float = 30.0) -> Any:
    """Wait until it is so, and give what it says then."""
    patience_ends = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < patience_ends, otherwise
        time.sleep(0.1)
    return found


def turns(seconds: float, least: int = 1) -> Iterator[int]:
    """Again and again for so long, and so often at least."""
    ends, turn = time.monotonic() + seconds, 0
    while turn < least or time.monotonic() < ends:
        yield turn
        turn += 1
