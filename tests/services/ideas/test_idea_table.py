"""The table of ideas in docs/domain.md, cell by cell."""

from __future__ import annotations

import pytest

from chassis.testing.gwt import given
from contracts.ideas import JoinAccepted
from services.ideas.idea import IDEA
from tests.services.domain_tables import cells, commands, fulfil, states
from tests.services.ideas import giving
from tests.services.ideas.people import IDEA_ID, IDEAS

COMMANDS = {
    "submit": (giving.submitting(),),
    "discard": (giving.discarding(),),
    "revise (reason from selected on)": (giving.revising(),),
    "support": (giving.supporting(),),
    "comment, build on a lesson": (giving.commenting(), giving.editing(), giving.building_on()),
    "join: ask, answer, leave": (giving.asking(), giving.accepting(), giving.saying_no()),
    "transfer authorship, show name": (giving.transferring(), giving.showing_name()),
    "review": (giving.reviewing(),),
    "hand to another unit": (giving.handing_over(),),
    "hold": (giving.holding(),),
    "select": (giving.selecting(),),
    "decline": (giving.declining(),),
    "realise by hand": (giving.realising(),),
    "reaction: put to test, test reopened": (giving.starting_test(), giving.reopening_test()),
    "reaction: test concluded": (giving.concluding_test(),),
    "reaction: test decided": (giving.deciding_test(),),
    "reopen {reason}": (giving.reopening(),),
    "withdraw": (giving.withdrawing(),),
}


def test_every_row_of_the_table_has_its_commands():
    assert set(COMMANDS) == set(commands("Idea"))
    assert set(IDEAS) == set(states("Idea"))


@pytest.mark.parametrize("cell", [cell for cell in cells("Idea") if cell.mark != "rule"], ids=str)
def test_the_table_of_ideas_holds(cell):
    for decide in COMMANDS[cell.command]:
        fulfil(cell, given(IDEA, *IDEAS[cell.state]), decide)


@pytest.mark.parametrize("cell", [cell for cell in cells("Idea") if cell.mark == "rule"], ids=str)
@pytest.mark.parametrize(("decision", "leads_to"), [("hand_over", "realised"), ("pivot", "selected")])
def test_where_the_table_says_rule_all_tests_decide(cell, decision, leads_to):
    decided = given(IDEA, *IDEAS[cell.state]).when(giving.deciding_test(decision=decision, receiver="Hemvården"))
    assert decided.and_then().state.state == leads_to


@pytest.mark.parametrize("cell", [c for c in cells("Idea") if c.command == "join: ask, answer, leave"], ids=str)
def test_leaving_follows_the_row_of_joining(cell):
    begun, asked, *rest = IDEAS[cell.state]
    joined = JoinAccepted(idea_id=IDEA_ID, person_id="leyla", accepted_by="karin")
    fulfil(cell, given(IDEA, begun, asked, joined, *rest), giving.leaving())
