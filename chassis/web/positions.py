"""If-Position: answer a query only once what it reads has seen these positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chassis.processing.read_model import ReadModel


def wait_for(header: str | None, models: Sequence[ReadModel[Any]]) -> None:
    """Wait until these read models have seen the positions of an If-Position header."""
