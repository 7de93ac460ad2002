"""The figures of a run, and whether it reached its goals."""

import dataclasses

import pytest

from benchmarks.load import picture
from benchmarks.load.samples import ALL, Goals, Sample, commands_share, figures, missed, reasons, seconds

GOOD = Sample("board", is_command=False, due=0.0, took=0.010, verdict="good")


def hundred():
    """One a hundredth of a second, which took 1, 2 … 100 ms."""
    return [dataclasses.replace(GOOD, due=n / 100, took=(n + 1) / 1_000) for n in range(100)]


def test_percentiles_are_those_of_all_requests():
    whole = figures(hundred())[-1]
    assert (whole.name, whole.requests) == (ALL, 100)
    assert (whole.p50, whole.p95, whole.p99, whole.most) == pytest.approx((51, 96, 100, 100))


def test_every_name_has_its_own_figures_the_most_frequent_first():
    idea = dataclasses.replace(GOOD, name="idea", took=0.5)
    assert [(row.name, row.requests) for row in figures([idea, *hundred()])] == [
        ("board", 100),
        ("idea", 1),
        (ALL, 101),
    ]


def test_conflicts_are_counted_apart_from_errors():
    conflict, error, never = (
        dataclasses.replace(GOOD, verdict=verdict, why=why)
        for verdict, why in (("conflict", "409 not-in-this-state"), ("error", "500 unexpected"), ("later", "503"))
    )
    whole = figures([GOOD, conflict, error, never])[-1]
    assert (whole.conflicts, whole.errors) == (1, 2)
    assert reasons([GOOD, conflict, error, error]) == {"board: 500 unexpected": 2}


def test_a_run_that_reaches_its_goals_misses_nothing():
    assert missed(hundred(), 1.0, Goals(p99=101, rate=100)) == []


@pytest.mark.parametrize(
    ("goals", "said"),
    [
        (Goals(p99=99), ["p99 is 100 ms, the goal 99"]),
        (Goals(rate=150), ["100.0 requests/s were answered, the goal is 150"]),
    ],
)
def test_a_goal_that_is_missed_is_told(goals, said):
    assert missed(hundred(), 1.0, goals) == said


def test_an_error_is_always_one_too_many():
    failed = dataclasses.replace(GOOD, verdict="error", why="500 unexpected")
    assert missed([*hundred(), failed], 1.0, Goals()) == ["1 of 101 requests failed"]


def test_a_run_without_any_answer_fails():
    assert missed([], 1.0, Goals()) == ["no request was answered"]


def test_seconds_are_those_in_which_requests_were_due():
    late = dataclasses.replace(GOOD, due=11.5, took=3.0)
    assert seconds([late, dataclasses.replace(GOOD, due=10.0)], 10.0, 2) == [(0, [10.0]), (1, [3_000.0])]


def test_the_share_of_commands_is_that_of_requests():
    assert commands_share([GOOD, dataclasses.replace(GOOD, is_command=True)]) == 0.5


def test_the_picture_is_told_in_words_too():
    lines = picture.told(hundred(), 0.0, 1)
    assert lines[0] == "p50 by second, 51 to 51 ms: █"
    assert "50 ms 50.0%, 100 ms 100.0%" in lines[-1]
