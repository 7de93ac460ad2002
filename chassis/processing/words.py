"""The words of a text as a search compares them: lower case, stemmed in Swedish and in English."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[^\W_]{2,}", re.UNICODE)
_STEMMERS = tuple(snowballstemmer.stemmer(language) for language in ("swedish", "english"))


def words_of(*texts: str | None) -> str:
    """The stems of all words in these texts, in order, separated by spaces."""
    return " ".join(stem for text in texts if text for word in _WORD.findall(text.lower()) for stem in _stems(word))


def distinct(words: str) -> Iterable[str]:
    """Each stem once, in order of appearance."""
    return dict.fromkeys(words.split())


@lru_cache(maxsize=65_536)
def _stems(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(stemmer.stemWord(word) for stemmer in _STEMMERS))
