"""The parser of the tables reads all four of them, whole."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.services.domain_tables import Cell, cells, commands, states


@pytest.mark.parametrize(
    ("aggregate", "rows", "columns"), [("Challenge", 10, 5), ("Idea", 18, 10), ("Experiment", 19, 8), ("Lesson", 11, 7)]
)
def test_every_table_is_read_whole(aggregate, rows, columns):
    assert (len(commands(aggregate)), len(states(aggregate))) == (rows, columns)
    assert len(cells(aggregate)) == rows * columns


def test_a_cell_says_where_it_leads_and_what_else():
    assert Cell("extend", "evaluating", "→", "open") in cells("Challenge")
    assert Cell("conclude (any of five)", "paused", "→", "awaiting_lesson", "or →closed with a lesson") in cells(
        "Experiment"
    )
    assert Cell("start", "draft", "→", "running", '(checks all "no")') in cells("Experiment")
    assert Cell("observe, correct an observation", "closed", "=", note="(late)") in cells("Experiment")


def test_the_marks_are_those_that_the_page_explains():
    marks = Counter(cell.mark for name in ("Challenge", "Idea", "Experiment", "Lesson") for cell in cells(name))
    assert set(marks) == {"→", "=", "○", "·", "rule"}
