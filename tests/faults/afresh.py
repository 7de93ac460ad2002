"""What is derived from a history, derived once more from its beginning: the rows of read models, the notifications."""

from __future__ import annotations

import dataclasses
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from chassis.processing.read_model import ReadModel
from chassis.processing.source import OwnStore
from chassis.recorded import Recorded
from chassis.service import Service
from chassis.store.protocol import Store
from chassis.store.sqlite import SqliteStore
from chassis.worker import Worker
from contracts.event import family_of

RAISED = "notification-raised.v1"
_MEMORY = Path("/dev/shm")


def folded(service: str, model: ReadModel[Any], history: Callable[[str], list[Recorded]]) -> dict[str, Any]:
    """The rows of a service's read model; ``history`` gives everything that a service has recorded."""
    fresh: dict[str, Any] = {}
    families = {family_of(type_) for type_ in model.types}
    for source in model.sources:
        for recorded in history(source):
            if family_of(recorded.type) not in families:
                continue
            seen = recorded if source == service else dataclasses.replace(recorded, sealed=False, _event=None)
            for key in model.keys(seen):
                fresh[key] = model.fold(fresh.get(key), seen, key)
    return {key: row for key, row in fresh.items() if row is not None}


def notified(service: Service, stores: Mapping[str, Store]) -> Counter[str]:
    """The streams of the notifications that the rules of this service raise over the whole history of the others."""
    rules = tuple(dataclasses.replace(rule, from_the_beginning=True) for rule in service.reactions)
    anew = dataclasses.replace(service, read_models=(), reactions=rules, erasures=())
    others = {name: OwnStore(stores[name]) for name in service.consumes}
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.exists() else None) as folder:
        store = SqliteStore(Path(folder) / "anew.sqlite", service.name, master_key=bytes(32))
        Worker(anew, store, others, "check").catch_up()
        raised = [r.stream for r in store.read(0, 0, 10_000_000) if r.type == RAISED]
        store.close()
    return Counter(raised)
