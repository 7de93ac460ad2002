"""Histories of ideas, as an import of an organisation's past leaves them: loaded through the store's own append."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

from benchmarks.note import NOTE
from chassis.recorded import Metadata
from chassis.store.protocol import Append, Change, NewEvent, Store
from contracts.ideas import IdeaRevised, IdeaSubmitted, IdeaSupported, ReviewStarted
from contracts.values import Author

EVENTS_EACH = 10
"""Of an idea: submitted, supported, taken up, and put in other words seven times."""
_AT_ONCE = 50
"""Ideas in one transaction."""
_PEOPLE = 5_000
_UNITS = ("vof", "bun", "sbf", "kuf", "soc", "mf")
_WORDS = (
    *(
        "videosamtal",
        "hembesök",
        "skola",
        "cykel",
        "bibliotek",
        "återbruk",
        "trygghet",
        "matsvinn",
        "digitalt",
        "natur",
    ),
    *("vinter", "busslinje", "lekplats", "simhall", "kultur", "energi", "ensamhet", "språk", "jobb", "sommar"),
)
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def load(store: Store, events: int) -> Iterator[int]:
    """Append so many events of new ideas, a transaction at a time; how many each time."""
    chance = random.Random(events)
    for _ in range(events // (EVENTS_EACH * _AT_ONCE)):
        store.append(Append(changes=[_idea(chance) for _ in range(_AT_ONCE)]))
        yield EVENTS_EACH * _AT_ONCE


def revised(idea_id: str, chance: random.Random) -> IdeaRevised:
    """An idea in other words."""
    return IdeaRevised(idea_id=idea_id, what=_text(chance), revised_by=_person(chance))


def submitted(idea_id: str, chance: random.Random) -> IdeaSubmitted:
    """A new idea."""
    author = _person(chance)
    return IdeaSubmitted(
        idea_id=idea_id,
        title=f"{chance.choice(_WORDS).title()} och {chance.choice(_WORDS)}",
        what=_text(chance),
        unit=chance.choice(_UNITS),
        tags=(chance.choice(_WORDS),),
        author=Author(kind="employee", person_id=author),
        recorded_by=author,
    )


def _idea(chance: random.Random) -> Change:
    """All that happened to one; long ago, so that nobody is told of it now."""
    idea_id = str(uuid4())
    first = submitted(idea_id, chance)
    events = [
        first,
        IdeaSupported(idea_id=idea_id, supporter_id=_person(chance)),
        ReviewStarted(idea_id=idea_id, unit=first.unit, reviewed_by=_person(chance)),
        *(revised(idea_id, chance) for _ in range(EVENTS_EACH - 3)),
    ]
    metadata = Metadata(by="import")
    new = [NewEvent(id=str(uuid4()), event=each, metadata=metadata, occurred_at=_LONG_AGO) for each in events]
    return Change(stream=f"idea-{idea_id}", expected=0, events=new)


def _text(chance: random.Random) -> str:
    return f"{' '.join(chance.choices(_WORDS, k=8))}. {NOTE}"


def _person(chance: random.Random) -> str:
    """An opaque id, one of as many as an organisation has people."""
    return UUID(int=chance.randrange(_PEOPLE)).hex
