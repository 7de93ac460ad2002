"""What is printed of a run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from benchmarks.load.samples import ALL, Sample, commands_share, figures, reasons
from benchmarks.load.spent import OTHERS, by_kind
from benchmarks.neighbours import MOST
from benchmarks.open_loop import percentile

_KINDS = ("web", "worker", "postgres", "kafka", "load", "others")


def table(samples: Sequence[Sample], title: str) -> Table:
    """A row for each kind of request, the most frequent first, and one for all."""
    shown = Table(title=title)
    for column in ("request", "number", "p50 ms", "p95 ms", "p99 ms", "most ms", "too early", "conflicts", "errors"):
        shown.add_column(column, justify="left" if column == "request" else "right")
    for row in figures(samples):
        if row.name == ALL:
            shown.add_section()
        took = (f"{ms:.1f}" for ms in (row.p50, row.p95, row.p99, row.most))
        counts = (str(n) if n else "" for n in (row.again, row.conflicts, row.errors))
        shown.add_row(row.name, f"{row.requests:,}", *took, *counts)
    return shown


def lines(
    samples: Sequence[Sample], seconds: float, spent: Mapping[str, float], paces: Sequence[float]
) -> Iterator[str]:
    """The rest of it, in sentences."""
    if not samples:
        return
    yield f"{len(samples) / seconds:.1f} requests/s, {commands_share(samples):.1%} of them commands"
    late = percentile([sample.late * 1e3 for sample in samples], 0.99)
    yield f"sent after they were due: 99 of 100 by less than {late:.1f} ms, which is part of what they took"
    kinds = by_kind(spent)
    used = ", ".join(f"{kind} {kinds[kind] / seconds:.2f}" for kind in _KINDS if kind in kinds)
    yield f"processors in use: {used}; together {sum(spent.values()) / seconds:.2f}"
    if paces:
        usual, slow = (f"{percentile(paces, share) / paces[0]:.2f} × that" for share in (0.5, 0.9))
        yield f"the machine itself: the same work took {paces[0] * 1e3:.1f} ms at best, {usual} at p50, {slow} at p90"
    if (loud := kinds.get(OTHERS, 0.0) / seconds / (os.cpu_count() or 1)) > MOST:
        yield f"[red]others used {loud:.0%} of this machine meanwhile: these figures say little"
    for why, times in reasons(samples).items():
        yield f"[red]{times} × {why}"
