"""All numbers of the report together, before they are said in a language."""

from __future__ import annotations

import dataclasses

from history.database import Database
from history.moments import Moment, moment_of
from history.report.asked import facts_of
from history.report.facts import Facts
from history.report.flow import Flow, flow_of
from history.report.outcomes import Outcomes, outcomes_of
from history.report.provenance import Source, sources_of
from history.report.repeats import Repeats, repeats_of
from history.report.times import Times, overdue, to_conclusion, to_lesson
from history.report.usage import Usage, usage_of


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """All that is on the page."""

    facts: Facts
    flow: Flow
    outcomes: Outcomes
    to_conclusion: Times
    to_lesson: Times
    overdue: int
    usage: Usage
    repeats: Repeats
    sources: tuple[Source, ...]


def numbers_of(database: Database, as_of: Moment | None = None) -> Numbers:
    """Everything that is counted; ``as_of`` is the moment that the database is of. Raises as ``Database.ask``."""
    return counted(facts_of(database, None if as_of is None else moment_of(as_of)), sources_of(database))


def counted(facts: Facts, sources: tuple[Source, ...] = ()) -> Numbers:
    """The same of facts that are known already."""
    return Numbers(
        facts=facts,
        flow=flow_of(facts),
        outcomes=outcomes_of(facts),
        to_conclusion=to_conclusion(facts),
        to_lesson=to_lesson(facts),
        overdue=len(overdue(facts)),
        usage=usage_of(facts),
        repeats=repeats_of(facts),
        sources=sources,
    )
