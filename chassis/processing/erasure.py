"""An erasure: when this event is recorded, whose keys are destroyed; in every service that sealed anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from chassis.recorded import Recorded
from contracts.event import Scope, name_of


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """What to destroy: these keys of a person, or the keys of all that was sealed in these streams."""

    person: str | None = None
    scopes: tuple[Scope, ...] = ()
    streams: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Erasure:
    """When one of these events, then forget."""

    name: str
    sources: tuple[str, ...]
    on: tuple[type, ...]
    forget: Callable[[Recorded], Iterable[Forget]]

    @property
    def types(self) -> frozenset[str]:
        """The wire names it subscribes to."""
        return frozenset(name_of(kind) for kind in self.on)
