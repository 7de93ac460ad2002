"""What came of every request, and the figures of all of them together."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.load.asking import Verdict
from benchmarks.open_loop import percentile

ALL = "all"


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """A request: its name, whether it was a command, when it was due, and until it was answered, in seconds.

    ``again``: how often it was answered that it is too early. ``late``: by how much it was sent after it was due.
    """

    name: str
    is_command: bool
    due: float
    took: float
    verdict: Verdict
    again: int = 0
    late: float = 0.0
    why: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of the requests of one name; milliseconds."""

    name: str
    requests: int
    p50: float
    p95: float
    p99: float
    most: float
    again: int
    conflicts: int
    errors: int


def figures(samples: Sequence[Sample]) -> list[Figures]:
    """Of every name, the most frequent first, and of all."""
    by_name: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_name[sample.name].append(sample)
    often = sorted(by_name.items(), key=lambda named: (-len(named[1]), named[0]))
    return [*(_of(name, those) for name, those in often), *([_of(ALL, samples)] if samples else [])]


def _of(name: str, samples: Sequence[Sample]) -> Figures:
    took = [sample.took * 1e3 for sample in samples]
    p50, p95, p99 = (percentile(took, share) for share in (0.50, 0.95, 0.99))
    return Figures(
        name=name,
        requests=len(samples),
        p50=p50,
        p95=p95,
        p99=p99,
        most=max(took),
        again=sum(sample.again for sample in samples),
        conflicts=sum(sample.verdict == "conflict" for sample in samples),
        errors=sum(sample.verdict in ("error", "later") for sample in samples),
    )


def commands_share(samples: Sequence[Sample]) -> float:
    """Of all requests."""
    return sum(sample.is_command for sample in samples) / len(samples)


def reasons(samples: Iterable[Sample]) -> Mapping[str, int]:
    """Why those that failed did: name and answer → how often."""
    counted: defaultdict[str, int] = defaultdict(int)
    for sample in samples:
        if sample.verdict in ("error", "later"):
            counted[f"{sample.name}: {sample.why}"] += 1
    return dict(sorted(counted.items(), key=lambda told: -told[1]))


def seconds(samples: Sequence[Sample], began: float, whole: int) -> list[tuple[int, list[float]]]:
    """Second of the run → milliseconds of the requests that were due in it, of every second that had any."""
    by_second: defaultdict[int, list[float]] = defaultdict(list)
    for sample in samples:
        by_second[min(whole - 1, int(sample.due - began))].append(sample.took * 1e3)
    return sorted(by_second.items())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Goals:
    """What a run is to reach."""

    p99: float | None = None
    """Milliseconds within which 99 of 100 are answered."""
    rate: float | None = None
    """Requests a second."""


def missed(samples: Sequence[Sample], seconds: float, goals: Goals) -> list[str]:
    """What a run has missed, one sentence each; an error always counts."""
    if not samples:
        return ["no request was answered"]
    whole = figures(samples)[-1]
    rate = len(samples) / seconds
    said = []
    if whole.errors:
        said.append(f"{whole.errors} of {whole.requests} requests failed")
    if goals.p99 is not None and whole.p99 > goals.p99:
        said.append(f"p99 is {whole.p99:.0f} ms, the goal {goals.p99:g}")
    if goals.rate is not None and rate < goals.rate * 0.99:
        said.append(f"{rate:.1f} requests/s were answered, the goal is {goals.rate:g}")
    return said
