"""What the report counts, asked of a pulled history in SQL: of the services' own read models, and of single events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from contracts.experiments import CONCLUSIONS
from contracts.units import units
from history.database import Database
from history.report.facts import Building, Experiment, Facts, Idea, Lesson, Named, Use

_LAST = "SELECT max(recorded_at) AS last FROM events"
_IDEAS = """
    SELECT idea_id, unit, state, coalesce(similar_checked.shown, []) AS shown,
        state = 'declined' AND why.idea_id IS NOT NULL AS tried_before
    FROM ideas
    LEFT JOIN (
        SELECT idea_id, arg_max(similar_checked, event_version) AS similar_checked FROM idea_submitted GROUP BY idea_id
    ) USING (idea_id)
    LEFT JOIN (
        SELECT idea_id, arg_max(reason_code, event_version) AS reason_code FROM idea_declined GROUP BY idea_id
    ) why ON why.idea_id = ideas.idea_id AND why.reason_code = 'tried_before'
    ORDER BY idea_id
"""
_CONCLUDED = " UNION ALL ".join(
    f"SELECT experiment_id, happened_at, event_version FROM experiment_{outcome}"  # noqa: S608 - of the contract
    for outcome in CONCLUSIONS
)
_EXPERIMENTS = f"""
    WITH started AS (
        SELECT experiment_id, min(happened_at) AS started_at FROM experiment_started GROUP BY experiment_id
    ), concluded AS (
        SELECT experiment_id, arg_max(happened_at, event_version) AS concluded_at FROM ({_CONCLUDED}) GROUP BY 1
    ), learned AS (
        SELECT experiment_id, min(happened_at) AS learned_at FROM lesson_attached GROUP BY experiment_id
    )
    SELECT experiment_id, unit, title, language, idea_ids, started_at, ends, outcome,
        CASE WHEN outcome IS NOT NULL THEN concluded_at END AS concluded_at, learned_at,
        follows.experiment_id AS followed
    FROM experiments JOIN started USING (experiment_id) LEFT JOIN concluded USING (experiment_id)
        LEFT JOIN learned USING (experiment_id)
    ORDER BY experiment_id
"""  # noqa: S608 - of the contract
_LESSONS = """
    SELECT lesson_id, unit, coalesce(title, statement) AS title, language, standing, recorded_at, experiment_ids,
        list_transform(citations, lambda each: each.idea_id) AS citing,
        list_transform(applications, lambda each: each."where") AS places
    FROM lessons ORDER BY lesson_id
"""
_BUILDINGS = """
    SELECT idea_id, lesson_id, min(since) AS since FROM (
        SELECT idea_id, unnest(builds_on).lesson_id AS lesson_id, happened_at AS since FROM idea_submitted
        UNION ALL SELECT idea_id, lesson_id, happened_at FROM lesson_built_upon
    ) GROUP BY idea_id, lesson_id ORDER BY idea_id, lesson_id
"""
_NO_END = date.max


def facts_of(database: Database, as_of: datetime | None) -> Facts:
    """All that is counted; ``as_of`` is the moment that the database is of. Raises as ``Database.ask``."""
    ideas = tuple(_idea(row) for row in _rows(database, _IDEAS))
    unit_of = {idea.idea_id: idea.unit for idea in ideas}
    return Facts(
        as_of=as_of or _utc(next(_rows(database, _LAST))["last"]),
        ideas=ideas,
        experiments=tuple(_experiment(row) for row in _rows(database, _EXPERIMENTS)),
        lessons=tuple(_lesson(row, unit_of) for row in _rows(database, _LESSONS)),
        buildings=tuple(_building(row) for row in _rows(database, _BUILDINGS)),
    )


def _rows(database: Database, question: str) -> Iterator[dict[str, Any]]:
    cursor = database.ask(question)
    names = [each[0] for each in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def _idea(row: dict[str, Any]) -> Idea:
    return Idea(
        idea_id=row["idea_id"],
        unit=row["unit"],
        state=row["state"],
        shown=frozenset(row["shown"]),
        tried_before=row["tried_before"],
    )


def _experiment(row: dict[str, Any]) -> Experiment:
    started = row["started_at"].replace(tzinfo=UTC)
    return Experiment(
        experiment_id=row["experiment_id"],
        unit=row["unit"],
        named=Named(text=row["title"], language=row["language"]),
        idea_ids=tuple(row["idea_ids"]),
        started_at=started,
        ends_on=None if row["ends"] == _NO_END else row["ends"],
        outcome=row["outcome"],
        concluded_at=_utc(row["concluded_at"]),
        learned_at=_utc(row["learned_at"]),
        follows=row["followed"],
    )


def _lesson(row: dict[str, Any], unit_of: Mapping[str, str]) -> Lesson:
    cited = (Use(unit=unit_of.get(idea), cited=True) for idea in dict.fromkeys(row["citing"]))
    applied = (Use(unit=_unit_called(place), cited=False) for place in row["places"])
    return Lesson(
        lesson_id=row["lesson_id"],
        unit=row["unit"],
        named=Named(text=row["title"], language=row["language"]),
        standing=row["standing"],
        recorded_at=row["recorded_at"].replace(tzinfo=UTC),
        experiment_ids=tuple(row["experiment_ids"]),
        uses=(*cited, *applied),
    )


def _building(row: dict[str, Any]) -> Building:
    return Building(idea_id=row["idea_id"], lesson_id=row["lesson_id"], since=row["since"].replace(tzinfo=UTC))


def _unit_called(place: str) -> str | None:
    """The unit that this is the name of, in one of its languages; where a lesson is applied is free text."""
    return _units_by_name().get(place.strip().casefold())


@cache
def _units_by_name() -> Mapping[str, str]:
    return {name.casefold(): unit.id for unit in units().values() for name in (unit.id, unit.sv, unit.en)}


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
