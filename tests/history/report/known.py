"""Facts as a report counts them, where a test needs no events: by name and by day."""

from contracts.calendar import day_of
from history.report.facts import Building, Experiment, Facts, Idea, Lesson, Named, Use
from tests.history.report.story import after


def idea(name, state="submitted", unit="vof", shown=()):
    """An idea; its id is its name."""
    return Idea(idea_id=name, unit=unit, state=state, shown=frozenset(shown))


def experiment(name, start, end=None, outcome="failed", ideas=(), follows=None, learned=None, ends=None):
    """A test from one day to another; without an end it goes on."""
    return Experiment(
        experiment_id=name,
        unit="vof",
        named=Named(text=name, language="sv"),
        idea_ids=tuple(ideas),
        started_at=after(start),
        ends_on=None if ends is None else day_of(after(ends)),
        outcome=None if end is None else outcome,
        concluded_at=None if end is None else after(end),
        learned_at=None if learned is None else after(learned),
        follows=follows,
    )


def lesson(name, *experiments, unit="vof", applied=(), cited=()):
    """A lesson, and the units that use it; None where the place is no unit's name."""
    uses = [Use(unit=each, cited=False) for each in applied] + [Use(unit=each, cited=True) for each in cited]
    return Lesson(
        lesson_id=name,
        unit=unit,
        named=Named(text=name, language="sv"),
        standing="emerging",
        recorded_at=after(0),
        experiment_ids=experiments,
        uses=tuple(uses),
    )


def facts(*things, day=200):
    """All that is known on a day."""
    of = {kind: tuple(one for one in things if isinstance(one, kind)) for kind in (Idea, Experiment, Lesson, Building)}
    return Facts(
        as_of=after(day), ideas=of[Idea], experiments=of[Experiment], lessons=of[Lesson], buildings=of[Building]
    )
