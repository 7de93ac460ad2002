"""The events as the generators see them: which there are, whose they are, what a field of them is."""

from __future__ import annotations

import dataclasses
import pkgutil
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import contracts
from contracts.event import description_of, events, open_fields, personal_fields, type_of

OWNERS = {"ideas": "ideas", "experiments": "experiments", "lessons": "experiments", "notifications": "notifications"}
"""Module of events → the service whose history they are."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of an event: its name, its type with constraints, what it means, whose secret it is if it is one."""

    name: str
    type: Any
    description: str
    declared: dataclasses.Field[Any]
    personal_of: tuple[str, ...] = ()
    scope: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One version of an event, and the service that records it."""

    name: str
    service: str
    kind: type[Any]

    @property
    def title(self) -> str:
        """``IdeaSubmitted``."""
        return self.kind.__name__

    @property
    def description(self) -> str:
        """What its author says that has happened."""
        return " ".join((self.kind.__doc__ or "").split())

    @property
    def fields(self) -> tuple[Field, ...]:
        """Its fields, in the order of definition."""
        return tuple(_field(self.kind, declared) for declared in dataclasses.fields(self.kind))

    @property
    def published(self) -> tuple[Field, ...]:
        """Its fields that others may read."""
        return tuple(field for field in self.fields if field.name in open_fields(self.kind))

    @property
    def personal(self) -> tuple[Field, ...]:
        """Its fields that stay sealed in the store."""
        return tuple(field for field in self.fields if field.name not in open_fields(self.kind))


def _field(kind: type[Any], declared: dataclasses.Field[Any]) -> Field:
    of, scope = personal_fields(kind).get(declared.name, ((), ""))
    return Field(
        name=declared.name,
        type=type_of(kind, declared.name),
        description=description_of(kind, declared.name),
        declared=declared,
        personal_of=of,
        scope=scope,
    )


def catalogue() -> tuple[Event, ...]:
    """Every registered event of the services, by module and then in the order of definition.

    Raises LookupError for a module of events that no service owns.
    """
    for module in pkgutil.iter_modules(contracts.__path__):
        if not module.name.startswith("generate"):
            import_module(f"contracts.{module.name}")
    found = [Event(name=name, service=_owner(kind), kind=kind) for name, kind in events().items() if _ours(kind)]
    return tuple(sorted(found, key=lambda event: list(OWNERS).index(_module(event.kind))))


def services(found: Iterable[Event]) -> tuple[str, ...]:
    """The services that record these events, in order."""
    return tuple(dict.fromkeys(event.service for event in found))


def _ours(kind: type[Any]) -> bool:
    return kind.__module__.startswith("contracts.")


def _owner(kind: type[Any]) -> str:
    module = _module(kind)
    try:
        return OWNERS[module]
    except KeyError:
        raise LookupError(f"contracts/{module}.py has events; say in {__file__} whose they are") from None


def _module(kind: type[Any]) -> str:
    return kind.__module__.split(".")[1]
