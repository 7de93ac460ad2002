"""Alerts and queries as Prometheus understands them."""

from __future__ import annotations

import functools
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.metrics import ROOT, of_the_document, series

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
CASES = ROOT / "deploy" / "prometheus" / "alerts_test.yaml"
_NAMED = re.compile(r"\b(up|nyfiken_\w+)\b(?:\{([^}]*)\})?")
_GROUPED = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")


def promtool(*arguments: str | Path) -> str:
    """What it says; a fault fails the test, and without promtool the test is skipped, but not where CI runs it."""
    try:
        command = _command()
    except FileNotFoundError as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))
    told = subprocess.run([command, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def readable(queries: Sequence[str], folder: Path) -> None:
    """Fails the test where Prometheus cannot read one of them; ``folder`` is one to write in."""
    rules = [{"record": f"query:{n}", "expr": query.strip()} for n, query in enumerate(queries)]
    (folder / "queries.yaml").write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", folder / "queries.yaml")


@functools.cache
def _command() -> str:
    may_take = [] if os.environ.get("CI") == "true" else ["find"]
    found = subprocess.run([ROOT / ".ci" / "promtool", *may_take], capture_output=True, text=True, check=False)
    if found.returncode:
        raise FileNotFoundError(f"no promtool here; .ci/promtool brings one {found.stderr}")
    return found.stdout.strip()


@functools.cache
def alerts() -> Mapping[str, Mapping[str, Any]]:
    """Name → the alert."""
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def unknown(query: str) -> Sequence[str]:
    """The figures and labels in a query that nobody has ever heard of."""
    return list(_unknown(query, series(of_the_document())))


def _unknown(query: str, known: Mapping[str, set[str]]) -> Iterator[str]:
    every: set[str] = set()
    for name, matchers in _NAMED.findall(query):
        yield from [] if name in known else [name]
        every |= known.get(name, set())
        yield from (f"{name}.{label}" for label in _LABEL.findall(matchers) if label not in known.get(name, set()))
    for grouped in _GROUPED.findall(query):
        yield from (label for label in re.findall(r"\w+", grouped) if label not in every)
