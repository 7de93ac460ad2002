"""The pages for alerts as somebody reads them who is in a hurry: headings, queries, commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from click.testing import CliRunner

from nyfiken.cli import cli
from tests.deploy.metrics import ROOT

PAGES = ROOT / "docs" / "runbooks"
INDEX = PAGES / "README.md"
HEADINGS = ("What people notice", "How to look", "What to do", "How to know it is over")
STANDS_FOR: Mapping[str, str] = {
    "SERVICE": "ideas",
    "SOURCE": "experiments",
    "MODEL": "idea_board",
    "PROCESSOR": "idea_board_v1",
    "KEY": "1f0c",
    "POD": "ideas-worker-7c9-x2x",
}
"""What is to be replaced on a page → what might stand there; docs/runbooks/README.md says what it is."""
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_OURS = re.compile(r"^(?:bin/)?nyfiken |\bpython -m nyfiken ")


def page_of(alert: Mapping[str, Mapping[str, str]]) -> Path:
    """Where an alert sends somebody."""
    return ROOT / alert["annotations"]["runbook_url"]


def blocks(text: str, language: str) -> Iterator[str]:
    """What is fenced as this language."""
    for _, found, content in _BLOCK.findall(text):
        if found == language:
            yield content


def lines(text: str) -> list[str]:
    """What is to be typed into a shell, with something in the place of each word in capitals."""
    typed = [line.strip() for block in blocks(text, "sh") for line in block.splitlines()]
    return [_filled(line) for line in typed]


def ours(text: str) -> list[list[str]]:
    """The arguments of every ``nyfiken`` in there, in a shell or within a sentence."""
    within = re.findall(r"`([^`\n]+)`", _BLOCK.sub("", text))
    return [_arguments(line) for line in (*lines(text), *map(_filled, within)) if _OURS.search(line)]


def misunderstood(arguments: list[str], patched: object) -> str:
    """What click has to say against them; nothing where it would do it. ``patched`` is pytest's monkeypatch."""
    patched.setattr(click.Command, "invoke", lambda command, context: None)
    answer = CliRunner().invoke(cli, arguments, input="y\n")
    return "" if answer.exit_code == 0 else answer.output


def _filled(line: str) -> str:
    return re.sub(r"\b[A-Z]{3,}\b", lambda word: STANDS_FOR.get(word[0], word[0]), line)


def _arguments(line: str) -> list[str]:
    words = shlex.split(line[_OURS.search(line).end() :], comments=True)
    return words[: words.index("|")] if "|" in words else words
