"""What people write and look for."""

from __future__ import annotations

import random

_WHAT = (
    *("videosamtal", "hembesök", "lunchmöte", "klarspråk", "schema", "lånecykel", "odling", "läxhjälp", "busskort"),
    *("hjälpmedel", "matsvinn", "mötesrum", "biblioteket", "simhallen", "lekplatsen", "felanmälan", "återbruk"),
    *("anhörigkväll", "introduktion", "blankett", "bygglov", "kvittens", "nyckelhantering", "trygghetslarm"),
)
_WHO = ("hemtjänsten", "förskolan", "brukare", "anhöriga", "elever", "nyanställda", "ungdomar", "besökare", "grannar")
_HOW = ("tillsammans med", "i stället för", "redan innan", "utan", "närmare", "digitalt för", "på kvällen för")
_WHY = (
    "Det tar tid från mötena med dem vi finns till för, och ingen av oss vet längre varför vi gör så.",
    "Många frågar efter det, och var och en löser det på sitt eget sätt.",
    "Det skulle bli lika för alla, oavsett vem som är i tjänst den dagen.",
    "Vi har provat det en gång på en liten yta, och de som var med vill inte tillbaka.",
)
TAGS = ("hemtjänst", "digitalt", "arbetssätt", "klarspråk", "bemanning", "miljö", "skola", "trygghet")


def title(chance: random.Random) -> str:
    """An idea in one line."""
    return f"{chance.choice(_WHAT).capitalize()} {chance.choice(_HOW)} {chance.choice(_WHO)}"


def text(chance: random.Random) -> str:
    """What it is: two to four sentences, 150 to 400 characters."""
    sentences = [
        f"Låt {chance.choice(_WHO)} prova {chance.choice(_WHAT)} {chance.choice(_HOW)} {chance.choice(_WHAT)}."
    ]
    return " ".join((*sentences, *chance.sample(_WHY, chance.randint(1, 3))))


def searched(chance: random.Random) -> str:
    """What somebody looks for."""
    return " ".join(chance.sample(_WHAT, chance.randint(1, 2)))
