"""What a service consists of, without any adapter: its ``main.py`` says it, web and worker run it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from chassis.command import Caller
from chassis.decider import Decider
from chassis.processing.erasure import Erasure
from chassis.processing.reaction import Reaction
from chassis.processing.read_model import ReadModel
from chassis.recorded import Recorded
from chassis.store.protocol import Store

Disclose = Callable[[Sequence[Recorded], Caller, Store], Sequence[Recorded | None]]
"""What of each of these events this caller may see: all, part (a changed copy), or None: a withheld mark."""

Unknown = Callable[[object], Iterable[tuple[str, str]]]
"""Where a command names a unit that is not there, and which."""


def service_only(events: Sequence[Recorded], caller: Caller, store: Store) -> Sequence[Recorded | None]:
    """Disclose everything to the machines among themselves, nothing to anyone else."""
    return events if caller.has("service") else [None] * len(events)


def every_unit(command: object) -> Iterable[tuple[str, str]]:
    """Whatever unit is named may be one."""
    return ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service:
    """One service: its aggregates, what it folds, how it reacts, whom it listens to."""

    name: str
    deciders: tuple[Decider[Any], ...]
    read_models: tuple[ReadModel[Any], ...]
    reactions: tuple[Reaction, ...]
    erasures: tuple[Erasure, ...] = ()
    disclose: Disclose = service_only
    unknown_units: Unknown = every_unit
    words: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    """Code → language → what people call it, for the texts they see."""

    @property
    def consumes(self) -> tuple[str, ...]:
        """The other services whose events it reads."""
        sources = [
            *(model.sources for model in self.read_models),
            *(reaction.sources for reaction in self.reactions),
            *(erasure.sources for erasure in self.erasures),
        ]
        return tuple(sorted({name for names in sources for name in names} - {self.name}))
