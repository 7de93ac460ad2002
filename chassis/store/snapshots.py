"""Snapshots: a folded state as JSON, valid only for the code that folded it.

The fingerprint covers the shape of the state and the source of the module that folds it, of the contracts and of
every upcaster; a snapshot of other code is passed over, never converted.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import orjson

from chassis.store.protocol import Snapshot
from contracts.event import converter, events, upcasters

S = TypeVar("S")


@lru_cache(maxsize=64)
def fingerprint(evolve: Callable[..., Any]) -> str:
    """What a state depends on, as 16 hexadecimal digits."""
    modules = {evolve.__module__, *(kind.__module__ for kind in events().values())}
    modules |= {function.__module__ for function in upcasters().values()}
    sources = "\n".join(inspect.getsource(sys.modules[name]) for name in sorted(modules))
    return hashlib.sha256(sources.encode()).hexdigest()[:16]


def pack(state: Any, version: int, evolve: Callable[..., Any]) -> Snapshot:
    """A state as it is kept."""
    kept = orjson.dumps(converter.unstructure(state))
    return Snapshot(version=version, fingerprint=fingerprint(evolve), state=kept)


def unpack(snapshot: Snapshot, state: type[S]) -> S:
    """The state that was kept."""
    return converter.structure(orjson.loads(snapshot.state), state)
