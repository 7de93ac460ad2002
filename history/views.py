"""What can be asked in SQL: ``events``, a view for each kind of event, and what the services fold of them.

A view of a kind is called by its name, ``experiment_failed``. Its columns begin with those of the envelope, which have
the same names everywhere, and go on with the fields of the newest version, as the contract describes them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

import orjson

from contracts.event import events, family_of
from history.shown import SHOWN
from history.typed import Column, columns_of

ENVELOPE = (
    Column(name="service", structure="VARCHAR", description="The service that recorded it."),
    Column(name="partition", structure="INTEGER", description="The partition of that service."),
    Column(name="position", structure="BIGINT", description="Gapless within (service, partition)."),
    Column(name="event_id", structure="VARCHAR", description="The event."),
    Column(name="event_stream", structure="VARCHAR", description="Kind and id of what it happened to."),
    Column(name="event_version", structure="INTEGER", description="Its number in that stream, from 1."),
    Column(name="recorded_at", structure="TIMESTAMP", description="When it was recorded, in UTC."),
    Column(
        name="happened_at",
        structure="TIMESTAMP",
        description="When it happened, in UTC; as recorded, if nobody said so.",
    ),
    Column(name="event_by", structure="VARCHAR", description="Who or what recorded it: a pseudonym, or hidden."),
    Column(name="correlation_id", structure="VARCHAR", description="What one request led to."),
    Column(name="causation_id", structure="VARCHAR", description="The event or command that caused it."),
)
_SELECTED = """service, partition, position, id AS event_id, stream AS event_stream, version AS event_version,
    recorded_at, coalesce(occurred_at, recorded_at) AS happened_at, "by" AS event_by, correlation_id, causation_id"""
OF_FUNNEL = {"ideas", "experiments"}
"""What the funnel is made of."""
FUNNEL = """
    WITH tried AS (
        SELECT unnest(idea_ids) AS idea_id, outcome, len(lesson_ids) > 0 AS learned FROM experiments
    ), of_idea AS (
        SELECT idea_id, bool_or(outcome IS NOT NULL) AS concluded, bool_or(outcome = 'failed') AS failed,
            bool_or(learned) AS learned
        FROM tried GROUP BY idea_id
    )
    SELECT unit, count(*) AS submitted, count(*) FILTER (supporters > 0) AS supported, count(of_idea.idea_id) AS tried,
        count(*) FILTER (concluded) AS concluded, count(*) FILTER (failed) AS failed,
        count(*) FILTER (learned) AS learned
    FROM ideas LEFT JOIN of_idea USING (idea_id) GROUP BY unit ORDER BY submitted DESC, unit
"""
FUNNEL_COLUMNS = (
    Column(name="unit", structure="VARCHAR", description="The unit that the ideas are for."),
    Column(name="submitted", structure="BIGINT", description="Ideas that everybody could see."),
    Column(name="supported", structure="BIGINT", description="Those that somebody supports."),
    Column(name="tried", structure="BIGINT", description="Those that an experiment was made of."),
    Column(name="concluded", structure="BIGINT", description="Those of which one was concluded."),
    Column(name="failed", structure="BIGINT", description="Those of which one failed."),
    Column(name="learned", structure="BIGINT", description="Those that left a lesson."),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view: its name, what it shows, its columns, and the SELECT that it is (none: it is folded when asked for)."""

    name: str
    description: str
    columns: tuple[Column, ...]
    select: str | None = None


def unnested(json: str, columns: Iterable[Column]) -> str:
    """These columns, of a column of JSON objects."""
    structure = orjson.dumps({column.name: column.structure for column in columns}).decode()
    return f"unnest(from_json({json}, '{structure}'))"


def of_events() -> Iterator[View]:
    """One for each kind of event, of its newest version."""
    for name, kind in events().items():
        fields = columns_of(kind)
        yield View(
            name=family_of(name).replace("-", "_"),
            description=(kind.__doc__ or "").strip().partition("\n")[0],
            columns=(*ENVELOPE, *fields),
            select=f"SELECT {_SELECTED}, {unnested('data', fields)} FROM events WHERE type = '{name}'",  # noqa: S608 - of the contract
        )


def folded() -> Iterator[View]:
    """What the services fold, as they fold it."""
    for name, shown in SHOWN.items():
        yield View(name=name, description=shown.description, columns=shown.columns)
    yield View(
        name="funnel",
        description="How far ideas have come, unit by unit: each step counts those that have reached it.",
        columns=FUNNEL_COLUMNS,
        select=FUNNEL,
    )
