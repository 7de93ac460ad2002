"""The figures that there are: as the code has them, and as docs/metrics.md tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from prometheus_client import REGISTRY

from chassis import metrics
from chassis.processing import measures
from chassis.processing.collector import ProcessingCollector
from chassis.transport import relay
from chassis.transport.collector import RelayCollector
from chassis.transport.kafka import place

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "metrics.md"
COUNTING = (metrics, measures, relay, place)
"""The modules that count: imported here, so that the registry knows of theirs."""
_ROW = re.compile(r"^\| `(nyfiken_\w+)` \| (\w+) \|([^|]*)\| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


class Figure(NamedTuple):
    """What one is: counter, gauge or histogram, and by which labels it is told apart."""

    kind: str
    labels: tuple[str, ...]


def of_the_code() -> dict[str, Figure]:
    """Name → what it is."""
    return {**dict(_counted()), **of_the_database()}


def of_the_database() -> dict[str, Figure]:
    """Those of them that each process of a service answers alike."""
    return dict(_looked_up())


def of_the_document() -> dict[str, Figure]:
    """Name → what it is."""
    rows = _ROW.findall(DOCUMENT.read_text())
    return {name: Figure(kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels, _, _ in rows}


def series(figures: Mapping[str, Figure]) -> dict[str, set[str]]:
    """The name of every series that can be asked for → its labels, with those that Prometheus adds."""
    found = {"up": {"job", "instance"}}
    for name, (kind, labels) in figures.items():
        ends = {"_bucket": {"le"}, "_sum": set(), "_count": set()} if kind == "histogram" else {"": set()}
        found |= {f"{name}{end}": {*labels, *more, "job", "instance"} for end, more in ends.items()}
    return found


def _counted() -> Iterator[tuple[str, Figure]]:
    for collector in REGISTRY._collector_to_names:
        name = getattr(collector, "_name", "")
        if name.startswith("nyfiken_"):
            end = "_total" if collector._type == "counter" else ""
            yield name + end, Figure(collector._type, tuple(collector._labelnames))


def _looked_up() -> Iterator[tuple[str, Figure]]:
    for collector in (ProcessingCollector(None, None), RelayCollector(None)):
        for family in collector.describe():
            yield family.name, Figure(family.type, tuple(family._labelnames))
