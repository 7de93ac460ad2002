"""Bars that show how far something long is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

Show = Callable[[int, int], None]
"""Moves a bar: how many events are done, of how many."""


def progress_of(*columns: ProgressColumn) -> Progress:
    """On stderr, so that what a command tells can be kept apart in a file; and only for somebody who looks."""
    console = Console(stderr=True)
    return Progress(*columns, console=console, disable=not console.is_terminal)


@contextmanager
def bar(what: str) -> Iterator[Show]:
    """What is done of how many events, how many a second, what is left."""
    done = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with progress_of(*done, _Rate(), TimeElapsedColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        """So far, or lately."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} events/s")
