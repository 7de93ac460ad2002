"""What people write: words as common as words are, sentences as long as sentences are. Nothing of it means anything."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import accumulate

_COMMON = (
    "och att det som en på är av för med till den har de inte om ett men var sig så från vi när nu kan hur mer "
    "eller också efter under över alla utan bara redan mellan varje andra samma både någon många"
)
_THINGS = (
    "hemtjänsten hembesök videosamtal boende skolan lektionen förskolan biblioteket simhallen lekplatsen "
    "cykelvägen busslinjen parkeringen torget parken återbruket matsvinnet köket måltiden värmen elen vattnet "
    "belysningen tryggheten ensamheten språket jobbet praktiken ungdomarna barnen föräldrarna äldre grannarna "
    "föreningen kulturen teatern musiken museet stranden hamnen vinterväghållningen halkan snön sommaren kvällen "
    "natten mötet enkäten schemat bemanningen sjukfrånvaron introduktionen handledningen kartan appen skärmen "
    "sensorn formuläret kön väntetiden handläggningen bygglovet tillsynen upphandlingen budgeten målet effekten "
    "kostnaden kvaliteten uppföljningen samverkan ansvaret verksamheten enheten förvaltningen kommunen invånaren "
    "besökaren kunden brukaren kollegan chefen gruppen teamet"
)
_DONE = (
    "prova minska öka ersätta förenkla samla dela mäta jämföra börja sluta fråga visa spara flytta låna odla "
    "bygga stänga öppna hjälpa lära följa hinna räcka saknas fungerar upplever behöver tycker märkte såg trodde "
    "visade blev gick tog gav kostade sparade ökade minskade höll brast glömde väntade ringde kom stannade valde"
)
_WORDS: Sequence[str] = [word for group in (_COMMON, _DONE, _THINGS) for word in group.split()]
_WEIGHTS = list(accumulate(1 / rank for rank in range(3, len(_WORDS) + 3)))
"""The most common first, as Zipf found words to be."""
TAGS: Sequence[str] = [word.removesuffix("en").removesuffix("et") for word in _THINGS.split()]


def sentence(chance: random.Random) -> str:
    """Six to eighteen words."""
    return f"{_some(chance, chance.randrange(6, 19)).capitalize()}."


def text(chance: random.Random, sentences: int) -> str:
    """So many sentences."""
    return " ".join(sentence(chance) for _ in range(sentences))


def title(chance: random.Random) -> str:
    """Two to six words."""
    return _some(chance, chance.randrange(2, 7)).capitalize()


def _some(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(_WORDS, cum_weights=_WEIGHTS, k=count))
