"""A command × state table says where a command leads."""

from __future__ import annotations

import pytest

from chassis.errors import Refused
from chassis.states import StateTable

DOOR = StateTable(
    "         open      closed    locked",
    shut="    →closed   ○         ○     ",
    knock="   =         =         =     ",
    unlock="  ·         ·         →closed",
)


@pytest.mark.parametrize(
    ("command", "state", "leads_to"),
    [
        ("shut", "open", "closed"),
        ("shut", "closed", None),
        ("knock", "locked", "locked"),
        ("unlock", "locked", "closed"),
    ],
)
def test_a_command_leads_to_what_its_cell_says(command, state, leads_to):
    assert DOOR.lead(command, state) == leads_to
    assert DOOR.allows(command, state) == (leads_to is not None)


def test_a_refused_cell_names_command_and_state():
    with pytest.raises(Refused) as refusal:
        DOOR.lead("unlock", "open")
    assert (refusal.value.slug, refusal.value.details) == ("not-in-this-state", {"command": "unlock", "state": "open"})
    assert not DOOR.allows("unlock", "open")


def test_a_row_that_forgets_a_state_is_refused_at_once():
    with pytest.raises(ValueError, match="shorter"):
        StateTable("open closed", shut="→closed")
