"""Another service with the same counters, for others to listen to."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Service
from chassis.testing.happenings import COUNTER
from chassis.testing.web import Api
from tests.chassis.web.counters import PROBLEMS, routes

OTHER = "other"


def open_other(folder: Path) -> Api:
    service = Service(name=OTHER, deciders=(COUNTER,), read_models=(), reactions=())
    return Api(service, [routes], folder, problem_texts=[PROBLEMS])
