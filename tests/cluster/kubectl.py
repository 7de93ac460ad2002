"""The cluster that kubectl finds, and commands in a shell, as somebody types them."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 600.0
"""In which a command must have ended."""
PART_OF = "app.kubernetes.io/part-of=nyfiken"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a command."""

    code: int
    said: str
    complained: str


def kubectl(*arguments, given=None):
    """What it prints; it must succeed. ``given`` is its input."""
    ran = subprocess.run(
        ["kubectl", *map(str, arguments)], input=given, capture_output=True, text=True, timeout=SECONDS
    )
    assert ran.returncode == 0, f"kubectl {' '.join(map(str, arguments))}: {ran.stderr}"
    return ran.stdout


def here(*arguments, given=None):
    """The same, in the namespace of the platform."""
    return kubectl("--namespace=nyfiken", *arguments, given=given)


def items(*arguments):
    """What kubectl gets, as documents."""
    return json.loads(here("get", *arguments, "--output=json"))["items"]


def in_shell(line, folder, seconds=SECONDS):
    """A line that somebody types in this folder, with ``nyfiken`` at hand."""
    path = os.pathsep.join((str(ROOT / "bin"), os.environ["PATH"]))
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    return Ran(code=ran.returncode, said=ran.stdout, complained=ran.stderr)
