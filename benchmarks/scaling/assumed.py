"""What is assumed: how much a platform is used, how full anything may be, what things cost."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Sequence
from pathlib import Path

from cattrs import structure

ASSUMED = Path(__file__).with_name("assumed.toml")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much a platform is used; ``people`` who are ``active`` and ask, or so many ``ideas`` a day."""

    name: str
    busiest_hour: float
    burst: float
    days: int
    people: int = 0
    active: float = 0.0
    requests: float = 0.0
    ideas: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """How full anything may be, and what is kept; assumed.toml says what each is."""

    full: float
    disk_full: float
    years: float
    databases: int
    copies: int
    fewest_pods: int
    fewest_partitions: int
    smallest_pod: float
    pod_memory: float
    smallest_database: int
    database_memory: float
    smallest_broker: int
    broker_memory: float
    smallest_disk: float
    wal_days: float
    backups: int
    vcpu: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where something cannot be made larger."""

    database_vcpu: int
    database_disk: float
    database_connections: int
    connections: int
    wal_bytes: float
    broker_vcpu: int
    partitions: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """SEK a month."""

    vcpu: float
    memory: float
    disk: float
    object: float
    cluster: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """All that is not measured."""

    loads: Sequence[Load]
    planned: Planned
    limits: Limits
    price: Price


def load_assumed(file: Path = ASSUMED) -> Assumed:
    """As the file says."""
    told = tomllib.loads(file.read_text())
    rest = {name: told.pop(name) for name in ("planned", "limits", "price")}
    return structure({**rest, "loads": list(told.values())}, Assumed)
