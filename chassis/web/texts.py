"""What refusals are called in Swedish and English: ``problems.toml``, slug → language → text.

A text may use the details of a refusal: ``{roles}``. A code among them is said in the words that people have for it;
``[ for {unit}]`` is left out where that detail is not given; elsewhere what is missing shows as ``…``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

LANGUAGES = ("sv", "en")
Words = Mapping[str, Mapping[str, str]]
"""Code → language → what people call it."""
OWN = Path(__file__).with_name("problems.toml")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_PLACE = re.compile(r"{(\w+)}")


class Texts:
    """The texts of the chassis and of one service, and its words for codes."""

    def __init__(self, files: Iterable[Path] = (), words: Words | None = None) -> None:
        self._words = words or {}
        self._texts: dict[str, Mapping[str, str]] = {}
        for path in (OWN, *files):
            self._texts |= load(path)

    def text(self, slug: str, language: str, details: Mapping[str, object]) -> str:
        """What a slug says; of one without a text the slug itself."""
        text = self._texts.get(slug, {}).get(language, slug)
        told = _Details({name: self._told(value, language) for name, value in details.items() if value is not None})
        there = _OPTIONAL.sub(lambda part: part[1] if told.keys() >= set(_PLACE.findall(part[1])) else "", text)
        return there.format_map(told)

    def _told(self, value: object, language: str) -> object:
        """A detail as people say it: a code, or several with commas between, in words."""
        if not isinstance(value, str):
            return value
        return ", ".join(self._words.get(code, {}).get(language, code) for code in value.split(", "))


class _Details(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "…"


def load(path: Path) -> dict[str, Mapping[str, str]]:
    """The texts of one file; ValueError if one is not there in every language."""
    texts: dict[str, Mapping[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    for slug, by_language in texts.items():
        if set(by_language) != set(LANGUAGES):
            raise ValueError(f"{path.name}: {slug} needs a text in each of {', '.join(LANGUAGES)}")
    return texts
