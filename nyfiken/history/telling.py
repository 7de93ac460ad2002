"""What the commands about a pulled history share: folders, new files, and what is told when something is wrong."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import click

from history.errors import HistoryError

F = TypeVar("F", bound=Callable[..., Any])
WRONG = 2
"""The exit code of whatever an analyst can do something about."""
DIRECTORY = click.Path(file_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
HISTORY = click.argument("path", metavar="DIR", type=DIRECTORY)
"""A folder that a history was pulled into."""


def told(function: F) -> F:
    """As ``in_one_line``, of a command that takes more than what the platform itself needs."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if find_spec("pyarrow") is None:
            raise click.ClickException("what the analysts' commands need is not installed here: make history")
        return in_one_line(function)(*args, **kwargs)

    return wrapped  # type: ignore[return-value]


def in_one_line(function: F) -> F:
    """One line and exit code 2 for whatever somebody can do something about."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except HistoryError as error:
            click.echo(f"Error: {error}", err=True)
            raise SystemExit(WRONG) from error

    return wrapped  # type: ignore[return-value]


@contextmanager
def new_file(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Where to write what is to be there, whole, after the block, and not at all if it raises. Raises HistoryError.

    What is ``private`` nobody else may read.
    """
    if path.exists():
        raise HistoryError(f"{path}: is there already")
    if not path.parent.is_dir():
        raise HistoryError(f"{path}: {path.parent} is no folder")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if private:
            beside.touch(mode=0o600)
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
