"""What the page is made of: as of when, how far each service's history is in it, and what is not counted."""

from __future__ import annotations

from datetime import datetime

from history.report.figures.figure import Figure, Table, count, text
from history.report.provenance import Source
from history.report.words import Words


def sources_figure(sources: tuple[Source, ...], as_of: datetime | None, words: Words) -> Figure:
    """In the words' language."""
    numbers = {
        "events": sum(source.events for source in sources),
        "positions": sum(source.positions for source in sources),
        "withheld": sum(source.withheld for source in sources),
    }
    moment = [] if as_of is None else [words.say("sources.as_of", moment=words.moment(as_of))]
    notes = [words.say(f"sources.{name}") for name in ("people", "not_counted", "no_ranking", "days")]
    return Figure(
        id="sources",
        heading=words.say("sources.heading"),
        said=[*moment, words.say("sources.events", **numbers), *notes],
        tables=[_table(sources, words)],
    )


def _table(sources: tuple[Source, ...], words: Words) -> Table:
    columns = [words.say(f"sources.{name}") for name in ("service", "positions", "counted", "withheld", "ends")]
    rows = [
        [
            text(words.say(f"service.{source.service}")),
            *(count(words, n) for n in (source.positions, source.events, source.withheld)),
            text(", ".join(f"{end.partition}:{end.position}" for end in source.ends)),
        ]
        for source in sources
    ]
    return Table(caption=words.say("sources.caption"), columns=columns, rows=rows)
