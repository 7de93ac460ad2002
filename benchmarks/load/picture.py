"""The picture of a run: how soon answers came, second by second, and how many of them within which time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.load.samples import Sample, seconds
from benchmarks.open_loop import percentile

SHARES = (0.50, 0.95, 0.99)
_COLOURS = ("#2a6f97", "#e09f3e", "#9e2a2b")
_SPARKS = "▁▂▃▄▅▆▇█"
_DECADES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""Milliseconds that the text tells the share of."""


def draw(samples: Sequence[Sample], began: float, whole: int, title: str, file: Path) -> None:
    """Draw it as SVG."""
    import matplotlib  # here: only whoever draws has it

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = title
    from matplotlib import pyplot

    drawn, (over_time, within) = pyplot.subplots(2, 1, figsize=(10, 7), layout="constrained")
    drawn.suptitle(title)
    _draw_seconds(over_time, samples, began, whole)
    _draw_within(within, samples)
    drawn.savefig(file, metadata={"Date": None})
    pyplot.close(drawn)


def _draw_seconds(axes: Any, samples: Sequence[Sample], began: float, whole: int) -> None:
    by_second = seconds(samples, began, whole)
    for share, colour in zip(SHARES, _COLOURS, strict=True):
        values = [percentile(took, share) for _, took in by_second]
        axes.plot([second for second, _ in by_second], values, color=colour, label=f"p{share:.0%}".rstrip("%"))
    axes.set(xlabel="second of the run", ylabel="ms, from when it was due", yscale="log", xlim=(0, max(1, whole - 1)))
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(loc="upper right")


def _draw_within(axes: Any, samples: Sequence[Sample]) -> None:
    for name, colour, those in (
        ("reads", _COLOURS[0], [sample for sample in samples if not sample.is_command]),
        ("commands", _COLOURS[2], [sample for sample in samples if sample.is_command]),
    ):
        took = sorted(sample.took * 1e3 for sample in those)
        left = [1 - number / len(took) for number in range(len(took))]
        axes.plot(took, left, color=colour, label=f"{name} ({len(took):,})")
    axes.set(xscale="log", yscale="log", xlabel="ms, from when it was due", ylabel="share that took longer")
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(loc="upper right")


def told(samples: Sequence[Sample], began: float, whole: int) -> list[str]:
    """The same in words, for whoever does not see it."""
    by_second = seconds(samples, began, whole)
    lines = []
    for share in SHARES:
        values = [percentile(took, share) for _, took in by_second]
        name = f"p{share:.0%}".rstrip("%")
        lines.append(f"{name} by second, {min(values):.0f} to {max(values):.0f} ms: {_sparks(values)}")
    took = [sample.took * 1e3 for sample in samples]
    within = ((most, sum(each <= most for each in took) / len(took)) for most in _DECADES)
    lines.append("answered within: " + ", ".join(f"{most} ms {share:.1%}" for most, share in within if share > 0.001))
    return lines


def _sparks(values: Sequence[float]) -> str:
    most = max(values) or 1.0
    return "".join(_SPARKS[min(len(_SPARKS) - 1, int(value / most * len(_SPARKS)))] for value in values)
