"""Who uses the platform: the file of personas, read and checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("personas.yaml")
_PARTS = {"share", "roles", "think", "does"}
OF_THEIR_UNIT = ("coach", "decider")
"""Roles that somebody has for their own unit."""


class WrongPersonas(Exception):
    """The file cannot be used; says where and why."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """People of one kind. ``think``: seconds from one action to the next, from and to; ``does``: action → weight."""

    name: str
    share: float
    roles: tuple[str, ...]
    think: tuple[float, float]
    does: Mapping[str, float]
    left: float = 1.0
    """How much that is of all that they do."""

    @property
    def pace(self) -> float:
        """How many actions a second one of them begins, if answers took no time."""
        return 2 / sum(self.think) * self.left

    def only(self, actions: Collection[str]) -> Persona | None:
        """The same, who does none but these; None where nothing is left. Where none are named, as they are."""
        if not actions:
            return self
        does = {name: weight for name, weight in self.does.items() if name in actions}
        left = sum(does.values()) / sum(self.does.values())
        return dataclasses.replace(self, does=does, left=left) if does else None

    def roles_in(self, unit: str) -> list[str]:
        """Their roles, as the token of somebody in this unit has them."""
        return [f"{role}@{unit}" if role in OF_THEIR_UNIT else role for role in self.roles]


def load_personas(file: Path, actions: Collection[str]) -> tuple[Persona, ...]:
    """The personas of a file, who do nothing but these actions. Raises WrongPersonas."""
    try:
        found = yaml.safe_load(file.read_text())
    except yaml.YAMLError as error:
        raise WrongPersonas(f"{file}: {error}") from None
    if not isinstance(found, dict) or not found:
        raise WrongPersonas(f"{file}: it should be a mapping, name of a persona → what it is")
    return tuple(_persona(f"{file}, {name}", str(name), told, actions) for name, told in found.items())


def _persona(where: str, name: str, told: Any, actions: Collection[str]) -> Persona:
    if not isinstance(told, dict) or set(told) != _PARTS:
        raise WrongPersonas(f"{where}: it should have {', '.join(sorted(_PARTS))}, and nothing else")
    unknown = sorted(set(told["does"]) - set(actions))
    if unknown:
        raise WrongPersonas(f"{where}: there is no action {', '.join(unknown)}; there are {', '.join(sorted(actions))}")
    for what, number in (("share", told["share"]), *told["does"].items()):
        if not isinstance(number, int | float) or number <= 0:
            raise WrongPersonas(f"{where}: {what} should be more than 0")
    return Persona(
        name=name,
        share=told["share"],
        roles=tuple(told["roles"]),
        think=_think(where, told["think"]),
        does=told["does"],
    )


def _think(where: str, told: Sequence[float]) -> tuple[float, float]:
    match told:
        case [int() | float() as least, int() | float() as most] if 0 < least <= most:
            return float(least), float(most)
    raise WrongPersonas(f"{where}: think should be two numbers of seconds, the first not the larger")


def divided(personas: Sequence[Persona], people: int) -> list[Persona]:
    """So many people, each of a persona, by their shares; each persona is there at least once."""
    whole = sum(persona.share for persona in personas)
    counts = [max(1, round(people * persona.share / whole)) for persona in personas]
    return [persona for persona, count in zip(personas, counts, strict=True) for _ in range(count)]
