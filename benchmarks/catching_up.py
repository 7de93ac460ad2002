"""How far the processors of a whole platform are: a bar that fills until all of them have caught up."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterator, Sequence
from importlib import import_module

from benchmarks.ours import Place
from chassis.processing.lags import heads_of, lags
from chassis.processing.read_model import ReadModel
from chassis.service import Service
from chassis.store.protocol import Store
from nyfiken.layout import SERVICES
from nyfiken.progress import bar
from nyfiken.rebuild import building, rebuild
from tests.platform import RunningPlatform

_PATIENCE = 7_200.0
_LOOK = 0.25


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """The services of a running platform, with their stores, from outside."""

    services: Sequence[tuple[Service, Store]]

    def store(self, name: str) -> Store:
        """Of one service."""
        return next(store for service, store in self.services if service.name == name)

    def behind(self) -> int:
        """How many events are still to be applied, counted once for each processor that has yet to."""
        heads = heads_of(store for _, store in self.services)
        return sum(lag.behind for service, store in self.services for lag in lags(service, store, heads))

    def rebuild(self, name: str) -> float:
        """Seconds until a read model is built anew beside the one that serves, and serves in its place."""
        service, store, model = self._model(name)
        began = time.monotonic()
        built, _ = rebuild(store, model)
        with bar(f"rebuilding {name}") as show:
            for done, total in building(service, store, model, built):
                _in_time(began, f"{name} was not rebuilt, {done} of {total} events are applied")
                show(done, total)
        return time.monotonic() - began

    def _model(self, name: str) -> tuple[Service, Store, ReadModel[object]]:
        return next(
            (service, store, model)
            for service, store in self.services
            for model in service.read_models
            if model.name == name
        )


@contextlib.contextmanager
def looking(platform: RunningPlatform) -> Iterator[Looking]:
    """The stores of a platform that runs."""
    with contextlib.ExitStack() as opened:
        found = []
        for name in SERVICES:
            database = platform.servers.database(name)
            assert database is not None, "the platform runs on files"
            store = Place(data=platform.data, postgres=database.address).store(name)
            opened.callback(store.close)
            found.append((import_module(f"services.{name}.main").SERVICE, store))
        yield Looking(services=found)


def caught_up(of: Looking, what: str) -> float:
    """Wait until every processor of every service has applied everything; the seconds that it took."""
    began, left = time.monotonic(), of.behind()
    total = left
    with bar(what) as show:
        while left:
            _in_time(began, f"{left} events are still to be applied")
            time.sleep(_LOOK)
            left = of.behind()
            total = max(total, left)
            show(total - left, total)
    return time.monotonic() - began


def _in_time(began: float, otherwise: str) -> None:
    if time.monotonic() - began > _PATIENCE:
        raise RuntimeError(otherwise)
