"""What a command is, and who gives it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar, dataclass_transform

from chassis.errors import NotAllowed
from contracts.event import about, value

T = TypeVar("T")


def given(description: str = "", *, default: Any = dataclasses.MISSING) -> Any:
    """A field of a command that never comes from a body.

    Filled by its name: ``by`` (the caller), ``at`` (now, UTC), else from the path parameter of that name.
    """
    return dataclasses.field(default=default, metadata={"metadata": {"description": description}, "given": "context"})


def fresh(description: str = "", *, each_of: str | None = None, same_for: str | None = None) -> Any:
    """The id of something new (an idea, a comment): made for this command, and named in its answer.

    ``each_of`` names a field of the body: then it is a tuple with an id for each item of that. ``same_for`` names one
    that, where it is given, makes the id: the same for the same value, always (the source of something imported).
    """
    more = {"given": "fresh", "each_of": each_of, "same_for": same_for}
    return dataclasses.field(metadata={"metadata": {"description": description}, **more})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(about, given, fresh))
def command(cls: type[T]) -> type[T]:
    """What somebody wants: verb + noun, immutable, with documented fields."""
    return dataclasses.dataclass(frozen=True, slots=True, kw_only=True)(cls)


@value
class Caller:
    """Who asks, as their signed token says; the only source of who somebody is."""

    person_id: str = about("An opaque id; of a machine, its name.")
    roles: Mapping[str, frozenset[str] | None] = about("Role → the units it covers; None: every unit.")
    unit: str | None = about("The unit the caller works in.", default=None)
    name: str | None = dataclasses.field(default=None, repr=False)
    """What the token calls them; to be sealed where it is kept, and in no log."""

    def has(self, role: str, unit: str | None = None) -> bool:
        """Whether the caller has this role for this unit (without a unit: for any)."""
        if role not in self.roles:
            return False
        covers = self.roles[role]
        return covers is None or unit is None or unit in covers

    def needs(self, *roles: str, unit: str | None = None) -> None:
        """Raise NotAllowed unless the caller has one of these roles for this unit."""
        if not any(self.has(role, unit) for role in roles):
            raise NotAllowed("role-needed", roles=", ".join(roles), unit=unit)
