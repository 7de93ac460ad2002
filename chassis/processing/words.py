"""The words of a text as a search compares them: lower case, stemmed, without those that are in every text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[^\W_]{2,}", re.UNICODE)
_ENGLISH, _SWEDISH = (snowballstemmer.stemmer(language) for language in ("english", "swedish"))
_SHORTEST_IN_PARTS = 4
_PART = 3

_SWEDISH_FILLERS = """
alla allt alltså andra andre annan annat att av bara bland blev bli blir blivit bort bra bör borde cirka då där
därför de dem den denna dess dessa det detta dig din dina dit ditt du efter ej eller en er era ert ett etc även få
fått fick fina finns fler flera för får före från gå går ge gen genom ger gör göra ha hade han hans har hela henne
hennes här hit hon honom hos hur i icke ifall in innan innebär ingen inget inom inte istället ja jag ju kan kom
komma kommer kring kunde kunna låta man många måste med medan mellan men mer mest mig min mina mitt mot mycket
nästan någon något några när ni nog nu nya ny nytt och också olika om oss på per redan sådan sådana samma samt sätt
sedan sig sin sina sitt ska skall skulle så som still sån säga ta tar till tills under upp ur ut utan vad var vara
varför varit varje vars vart vem vi vid vilka vilken vilket vill vår våra vårt vore väl än ändå ännu är åt över
"""
_ENGLISH_FILLERS = """
a about above after again all also am an and any are as at be because been before being below between both but by
can cannot could did do does doing done down during each either etc ever every few for from further get gets getting
give given gives had has have having he her here hers him his how if in into is it its itself just let like made
make makes making many may me might more most much must my neither no nor not of off often on once only or other our
ours out over own per rather same several shall she should since so some such than that the their theirs them then
there these they this those through thus to too under until up upon us use used uses using very via was we were what
when where whether which while who whom whose why will with within without would yet you your yours
"""
_COMMON = frozenset(f"{_SWEDISH_FILLERS} {_ENGLISH_FILLERS}".split())
"""Words that are in every text and say nothing of what it is about."""


def words_of(*texts: str | None) -> str:
    """The stems of the words in these texts, in order, separated by spaces.

    A text may be in Swedish or English, and the one who searches may not know which: each word is stemmed as English
    and then as Swedish (Snowball), the same way in what is searched and in what is searched for.
    """
    return " ".join(
        _stem(word) for text in texts if text for word in _WORD.findall(text.lower()) if word not in _COMMON
    )


def distinct(words: str) -> list[str]:
    """Each stem once, in order of appearance."""
    return list(dict.fromkeys(words.split()))


def parts_of(words: Iterable[str]) -> str:
    """What these stems consist of, three letters each, separated by spaces: ``videomöt``: ``0vi vid ide deo eom …``.

    Compounds that share a part, and words that are misspelt, have many of them in common. A 0 stands before the first
    letter, where a part says the most. Short words have none.
    """
    long = (stem for stem in words if len(stem) >= _SHORTEST_IN_PARTS)
    return " ".join(part for stem in long for part in _parts(f"0{stem}"))


def _parts(text: str) -> Iterator[str]:
    return (text[start : start + _PART] for start in range(len(text) - _PART + 1))


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    stem: str = _SWEDISH.stemWord(_ENGLISH.stemWord(word))
    return stem
