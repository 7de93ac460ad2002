"""The figure of outcomes over time."""

from __future__ import annotations

from history.report.drawing.stacks import Bar, Kind, upright
from history.report.figures.figure import Cell, Figure, Table, count, pictures, text
from history.report.outcomes import OUTCOMES, Outcomes
from history.report.words import Words


def outcomes_figure(outcomes: Outcomes, words: Words) -> Figure:
    """In the words' language."""
    heading = words.say("outcomes.heading")
    if not outcomes.tests:
        return Figure(id="outcomes", heading=heading, said=[words.say("outcomes.nothing")])
    said = _said(outcomes, words)
    kinds = outcome_kinds(words)
    bars = [Bar(label=words.period(period), parts=parts) for period, parts in outcomes.tests.items()]
    return Figure(
        id="outcomes",
        heading=heading,
        said=said,
        pictures=pictures("outcomes", words, heading, said, lambda frame: upright(frame, kinds, bars)),
        tables=[_table(outcomes, words)],
        notes=[words.say("outcomes.definition")],
    )


def outcome_kinds(words: Words) -> list[Kind]:
    """The outcomes as parts of bars."""
    return [Kind(name=name, label=words.label("outcome", name)) for name in OUTCOMES]


def _said(outcomes: Outcomes, words: Words) -> list[str]:
    numbers = {name: outcomes.total(name) for name in OUTCOMES}
    tests = sum(numbers.values())
    succeeded, failed = numbers["succeeded"], numbers["failed"]
    sums = {period: sum(parts.values()) for period, parts in outcomes.tests.items()}
    most = max(sums, key=lambda period: sums[period])
    others = tests - succeeded - failed
    return [
        words.say("outcomes.said", tests=tests, succeeded=succeeded, failed=failed, others=others),
        words.say("outcomes.most", period=words.period(most), n=sums[most]),
    ]


def _table(outcomes: Outcomes, words: Words) -> Table:
    names = [words.label("outcome", name) for name in OUTCOMES]
    total = words.say("page.total")
    rows = [
        _fields(words.period(period), [parts.get(name, 0) for name in OUTCOMES], outcomes.lessons[period], words)
        for period, parts in outcomes.tests.items()
    ]
    sums = [outcomes.total(name) for name in OUTCOMES]
    rows.append(_fields(total, sums, sum(outcomes.lessons.values()), words))
    columns = [words.say("outcomes.period"), *names, total, words.say("outcomes.lessons")]
    return Table(caption=words.say("outcomes.caption"), columns=columns, rows=rows)


def _fields(name: str, tests: list[int], lessons: int, words: Words) -> list[Cell]:
    """Each outcome, all tests together, and the lessons."""
    return [text(name), *(count(words, n) for n in (*tests, sum(tests), lessons))]
