"""What every benchmark is given."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.rows import Row
from benchmarks.servers import Servers
from benchmarks.sizes import Sizes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """An empty folder, the servers, how much to measure, and where to say what is going on."""

    folder: Path
    servers: Servers
    sizes: Sizes
    say: Callable[[str], None]


Benchmark = Callable[[Bench], Iterator[Row]]
"""Gives its rows as they are measured."""
