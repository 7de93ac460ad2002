"""A service with everything it is run by: its ``main.py`` says it, ``chassis.processes`` runs it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from chassis.adapters import Adapters
from chassis.service import Service

if TYPE_CHECKING:
    from chassis.web import Routes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """What a service consists of, where it is found over HTTP, and by which adapters it reaches what it needs."""

    service: Service
    api: str
    """The module that has its ``ROUTES``, or nothing; only who answers requests imports it, for it is large."""
    problems: Path
    """The texts of its refusals."""
    adapters: Adapters

    @property
    def routes(self) -> Sequence[Routes]:
        """Where it is found over HTTP."""
        found: Sequence[Routes] = import_module(self.api).ROUTES if self.api else ()
        return found
