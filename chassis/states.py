"""A command × state table, written as one reads it::

    TABLE = StateTable(
        "          draft       open         closed",
        open="     →open       ○            ·     ",
        revise="   =           =            ·     ",
        close="    ·           →closed      ○     ",
    )

``→x`` moves to x, ``=`` is allowed and stays, ``○`` is already so, ``·`` is refused.
"""

from __future__ import annotations

from chassis.errors import Refused

_ALREADY = "○"
_REFUSED = "·"
_STAYS = "="


class StateTable:
    """Which command may be given in which state, and where it leads. ValueError if a row has another length."""

    def __init__(self, states: str, /, **rows: str) -> None:
        self.states = tuple(states.split())
        self._marks = {
            (command, state): mark
            for command, row in rows.items()
            for state, mark in zip(self.states, row.split(), strict=True)
        }

    def lead(self, command: str, state: str) -> str | None:
        """The state that a command leads to from here; None where it is already so.

        Raises Refused("not-in-this-state"); KeyError for a command or state that the table does not have.
        """
        mark = self._marks[command, state]
        if mark == _REFUSED:
            raise Refused("not-in-this-state", command=command, state=state)
        if mark == _ALREADY:
            return None
        return state if mark == _STAYS else mark.removeprefix("→")

    def allows(self, command: str, state: str) -> bool:
        """Whether the command would do something in this state."""
        return self._marks[command, state] not in (_REFUSED, _ALREADY)
