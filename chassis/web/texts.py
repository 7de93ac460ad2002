"""What refusals are called in Swedish and English: ``problems.toml``, slug → language → text.

A text may use the details of a refusal: ``{roles}``. What is missing shows as ``…`` instead of failing an answer.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

LANGUAGES = ("sv", "en")
OWN = Path(__file__).with_name("problems.toml")


class Texts:
    """The texts of the chassis and of one service."""

    def __init__(self, files: Iterable[Path] = ()) -> None:
        self._texts: dict[str, Mapping[str, str]] = {}
        for path in (OWN, *files):
            self._texts |= load(path)

    def text(self, slug: str, language: str, details: Mapping[str, object]) -> str:
        """What a slug says; of one without a text the slug itself."""
        text = self._texts.get(slug, {}).get(language, slug)
        return text.format_map(_Details(details))


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
