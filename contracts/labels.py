"""What people read instead of a code, in Swedish and English: ``labels.toml``, the table "Labels" of docs/domain.md.

A group holds the codes of one kind: ``idea`` the states of an idea, ``outcome`` what comes of an experiment.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from contracts.event import about, converter, value
from contracts.units import units
from contracts.values import Title

_PACKAGED = Path(__file__).with_name("labels.toml")
_PLACE = re.compile(r"\s\S+\s\{\w+\}")
"""A place for a value and the word that leads to it: `` till {datum}``."""

InLanguages = Mapping[str, str]
"""Language → text."""


@value
class Label:
    """A code in words."""

    sv: Title = about("In Swedish.")
    en: Title = about("In English.")


@value
class LabelGroup:
    """The codes of one kind in words, in the order in which people meet them."""

    sv: Title = about("What the kind is called in Swedish.")
    en: Title = about("What the kind is called in English.")
    codes: Mapping[str, Label] = about("Code → its label. {datum} in a label: the day it is looked at again.")


def load(path: Path = _PACKAGED) -> Mapping[str, LabelGroup]:
    """The groups of a file. Raises cattrs' errors for a label that lacks one of the languages."""
    groups: dict[str, LabelGroup] = converter.structure(
        tomllib.loads(path.read_text(encoding="utf-8")), dict[str, LabelGroup]
    )
    return groups


@cache
def labels() -> Mapping[str, LabelGroup]:
    """Every group by its name."""
    return load()


@cache
def words_of(*groups: str) -> Mapping[str, InLanguages]:
    """Code → language → label of these groups, for sentences: without the places that a value would fill.

    Of a code that several of them have, the first label counts. KeyError for a group that is not there.
    """
    codes = [item for group in reversed(groups) for item in labels()[group].codes.items()]
    return {code: {"sv": _plain(label.sv), "en": _plain(label.en)} for code, label in codes}


def unit_names() -> Mapping[str, InLanguages]:
    """Unit → language → what it is called."""
    return {unit.id: {"sv": unit.sv, "en": unit.en} for unit in units().values()}


def _plain(text: str) -> str:
    return _PLACE.sub("", text)
