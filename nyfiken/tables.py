"""Tables that commands print: as wide as the screen, or wide enough for whatever reads them where there is none."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

_WIDTH = 160
"""Columns where nobody says how many there are: in a file, in a pipe, in a container that is asked from outside."""


def show(table: Table) -> None:
    """Print it."""
    console = Console()
    Console(width=None if console.is_terminal else _WIDTH).print(table)
