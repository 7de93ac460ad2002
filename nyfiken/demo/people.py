"""Who is in the story. Their tokens come from the command line, as anybody's would."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """Somebody in the story: what they are called, where they work, as what."""

    name: str
    unit: str
    roles: tuple[str, ...]

    @property
    def first_name(self) -> str:
        """What the story calls them."""
        return self.name.split()[0]

    @property
    def sub(self) -> str:
        """What the issuer of tokens calls them."""
        return f"demo-{self.first_name.lower()}"


CAST = (
    Part("Amina Lindqvist", "vof", ("employee", "coach")),
    Part("Bengt Ohlsson", "vof", ("employee", "decider@vof")),
    Part("Karin Ek", "vof", ("employee",)),
    Part("Leyla Demir", "vof", ("employee",)),
    Part("Oskar Nyberg", "vof", ("employee",)),
    Part("Maja Sand", "vof", ("employee",)),
    Part("Jonas Berg", "sof", ("employee",)),
    Part("Ingrid Holm", "slf", ("employee", "analyst")),
)


def token_of(part: Part, data: Path) -> str:
    """A signed token, as ``nyfiken token`` gives it. Raises CalledProcessError."""
    roles: Iterable[str] = (word for role in part.roles for word in ("--role", role))
    command = [sys.executable, "-m", "nyfiken", "token", "--sub", part.sub, *roles, "--unit", part.unit]
    command += ["--name", part.name, "--data", str(data)]
    ours = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    answer = subprocess.run(command, env=ours, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return answer.stdout.strip()
