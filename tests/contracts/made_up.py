"""A made-up family of events, as contracts/ would have it."""

from __future__ import annotations

from datetime import date, datetime

from contracts.event import about, event, personal, upcaster, value
from contracts.generate.catalogue import Event
from contracts.values import Author, DecimalText, IdeaId, Link, Outcome, PersonalText, Title, UnitId


@value
class Measured:
    """One measurement."""

    metric: Title = about("What was measured.")
    observed: DecimalText = about("What was seen.")
    met: bool = about("Whether it held.")


@event("kettle-boiled.v2")
class KettleBoiled:
    """Somebody boiled
    the kettle."""

    idea_id: IdeaId = about("The idea it was for.")
    title: Title = about("What it was called.")
    author: Author = about("Who did it.")
    units_concerned: tuple[UnitId, ...] = about("Who could smell it.", default=(), most=20)
    measured: tuple[Measured, ...] = about("All that was measured.")
    links: tuple[Link, ...] = about("More to read.", default=())
    outcome: Outcome | None = about("How it went.", default=None)
    cups: int = about("How many cups it gave.", default=1)
    boiled_on: date = about("The day.")
    poured_at: datetime | None = about("The moment, where it is known.", default=None)
    remark: PersonalText = personal("What was said.", of="author.person_id", default=None)


@upcaster("kettle-boiled.v1", to="kettle-boiled.v2")
def _boiled_from_v1(data):
    return {**data, "title": data.pop("name"), "measured": [], "cups": 1}


KETTLE_BOILED = Event(name="kettle-boiled.v2", service="ideas", kind=KettleBoiled)
