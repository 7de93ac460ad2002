"""Who may do what to challenges and ideas: roles, the units they cover, and nobody in a matter of their own."""

from __future__ import annotations

from collections.abc import Collection

from chassis.command import Caller
from chassis.errors import Invalid, NotAllowed
from contracts.units import lineage
from contracts.values import Mandate

COLLEAGUES = ("employee", "coach", "decider")
"""Whoever works here: may have ideas, support, comment and join."""


def covers(by: Caller, role: str, unit: str) -> bool:
    """Whether the caller has this role for this unit or for one that answers for it."""
    return any(by.has(role, above) for above in lineage(unit))


def needs(by: Caller, role: str, unit: str) -> None:
    """Raise NotAllowed unless the caller has this role for this unit."""
    if not covers(by, role, unit):
        raise NotAllowed("role-needed", roles=role, unit=unit)


def mandate(by: Caller, unit: str, involved: Collection[str], on_behalf_of: str | None = None) -> Mandate:
    """By what right the caller decides on an idea of this unit.

    Raises NotAllowed where they are no decider of it or of one above, or are among those whose idea it is or was (jäv).
    """
    needs(by, "decider", unit)
    if by.person_id in involved:
        raise NotAllowed("own-matter", field="idea_id")
    nearest = next(above for above in lineage(unit) if by.has("decider", above))
    return Mandate(decided_by=by.person_id, decided_as="decider", for_unit=nearest, on_behalf_of=on_behalf_of)


def unit_for(named: str | None, by: Caller) -> str:
    """The unit that was named, else the caller's own; Invalid where there is neither."""
    unit = named or by.unit
    if unit is None:
        raise Invalid("unit-needed", field="unit")
    return unit
