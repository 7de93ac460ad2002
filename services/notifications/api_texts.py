"""What a notification says, in the reader's language; made when it is shown, from references and public titles."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from contracts.event import family_of
from contracts.labels import words_of
from contracts.notifications import NotificationRule

_FILE = Path(__file__).with_name("texts.toml")
_LONGEST_TITLE = 120
_CODES = ("decline_code", "stop_code", "decision")
"""What the codes of events are about."""

NAME_NOT_SHOWN: Mapping[str, str] = {"sv": "Namnet visas inte", "en": "Name not shown"}
"""What stands for a person who is to be forgotten, or is, or never said what they are called."""


@cache
def texts() -> Mapping[str, Any]:
    """The tables of texts.toml: ``events``, ``subjects``, ``elsewhere``."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def told(
    event_type: str, rule: NotificationRule, subject: str, language: str, *, title: str | None, detail: str | None
) -> str:
    """The sentence of a notification in ``sv`` or ``en``."""
    of_event = texts()["events"][family_of(event_type)]
    sentence: str = of_event.get(rule, of_event)[language]
    code = words_of(*_CODES).get(detail or "", {})
    return sentence.format(subject=called(subject, language, title), detail=code.get(language, ""))


def called(subject: str, language: str, title: str | None) -> str:
    """What a subject is called: ``Experimentet ”Videosamtal”``."""
    with_title, without = texts()["subjects"][subject.partition("-")[0]][language]
    return str(without if title is None else with_title.format(title=_shortened(title)))


def elsewhere(language: str) -> Mapping[str, str]:
    """Service → what it holds about a person, which this one does not."""
    return {service: told[language] for service, told in texts()["elsewhere"].items()}


def _shortened(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"
