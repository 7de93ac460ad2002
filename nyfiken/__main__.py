"""``python -m nyfiken``."""

from __future__ import annotations

from nyfiken.cli import cli

cli(prog_name="nyfiken")
