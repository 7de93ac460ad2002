"""docs/scaling.md says what the script says."""

import pytest

from benchmarks.scaling.assumed import load_assumed
from benchmarks.scaling.costs import load_costs
from benchmarks.scaling.tables import DOCUMENT, NoPlace, filled, tables


def test_the_tables_of_the_document_are_those_of_the_script():
    document = DOCUMENT.read_text()
    assert filled(document, tables(load_costs(), load_assumed())) == document, (
        "docs/scaling.md is stale: python -m benchmarks.scaling --write, and read what is written around the tables"
    )


def test_a_table_takes_the_place_of_the_one_that_is_there():
    before = "One\n<!-- plan -->\nold\nold\n<!-- /plan -->\nTwo\n"
    assert filled(before, {"plan": "new"}) == "One\n<!-- plan -->\nnew\n<!-- /plan -->\nTwo\n"


def test_a_table_without_a_place_is_not_lost_in_silence():
    with pytest.raises(NoPlace, match="plan"):
        filled("One\n", {"plan": "new"})
