"""Where the story is told: its people, and the screen that shows how far it has come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nyfiken.demo.client import Person, Platform


class Stage:
    """The people by their names, and the steps as they are told."""

    def __init__(self, platform: Platform, people: dict[str, Person], console: Console) -> None:
        self.platform = platform
        self.steps = 0
        self._people = people
        self._console = console

    def __getitem__(self, name: str) -> Person:
        """The person of this first name."""
        return self._people[name]

    def notices(self, name: str, subject: str, happening: str) -> list[str]:
        """What somebody's inbox says of what happened to something (``experiment-<id>``, ``experiment-failed``)."""
        found = self[name].get("/inbox?limit=200")["items"]
        wanted = (subject, happening)
        return [one["text"] for one in found if (one["subject"], one["event_type"].partition(".v")[0]) == wanted]

    def chapter(self, title: str) -> None:
        """A new chapter begins."""
        self._console.rule(f"[bold]{title}[/bold]", align="left", style="dim")

    def shows(self, *lines: str) -> None:
        """What somebody sees or reads, as the platform says it."""
        for line in lines:
            self._console.print(Padding(Text(line, style="dim italic"), (0, 0, 0, 4)))

    @contextmanager
    def step(self, told: str) -> Iterator[None]:
        """One sentence of the story: shown while it happens, ticked when it has happened as told."""
        with self._console.status(Text(told)):
            try:
                yield
            except Exception:
                self._console.print(_marked("✗", "red", told))
                raise
        self.steps += 1
        self._console.print(_marked("✓", "green", told))


def _marked(mark: str, colour: str, told: str) -> Table:
    """A sentence behind its mark, longer ones indented."""
    line = Table.grid(padding=(0, 1))
    line.add_row(Text(mark, style=colour), Text(told))
    return line
