"""A service with everything it is run by: its ``main.py`` says it, ``chassis.processes`` runs it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chassis.processing.source import Source
from chassis.service import Service
from chassis.store.protocol import Store

if TYPE_CHECKING:
    from chassis.web import Routes

OpenStore = Callable[[Path, str, bytes], Store]
"""Data folder, service, master key."""
OpenSource = Callable[[str, str, Callable[[], str]], Source]
"""Another service, its address, what gives a token for it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """What a service consists of, where it is found over HTTP, and by which adapters it reaches what it needs."""

    service: Service
    routes: Sequence[Routes]
    problems: Path
    """The texts of its refusals."""
    open_store: OpenStore
    open_source: OpenSource
