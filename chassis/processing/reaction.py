"""A reaction: a rule that answers an event with commands, each carried out once however often the event comes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from chassis.decider import Decider
from chassis.recorded import Recorded
from chassis.store.protocol import CommandKey
from contracts.event import name_of

_NAMESPACE = UUID("6e0c9f0e-3c52-4b1f-9b6a-8f6f7b0f3d11")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """One command that follows from an event: on which aggregate, decided how.

    ``decide`` gets the aggregate's state and gives events; what it refuses is an outcome and is counted.
    ``recipient`` tells apart several commands of one rule for one event.
    """

    decider: Decider[Any]
    subject: str
    decide: Callable[[Any], Sequence[object]]
    recipient: str = ""

    @property
    def stream(self) -> str:
        """The aggregate's."""
        return self.decider.stream(self.subject)


Rule = Callable[[Recorded, sa.Connection], Iterable[Then]]


def nothing(recorded: Recorded) -> Iterable[str]:
    """No memory is of this event."""
    return ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reaction:
    """When one of these events, then these commands.

    ``then`` gets the event and the connection of the transaction that all of it happens in; most rules look at the
    event alone. A rule that must bring two histories together remembers one of them in ``remembers``, tables of its
    own, changed only by it; ``about`` names what of that memory an event is about: events about the same are handled
    one after the other, by however many workers, for else two at the same moment would not see each other. A new rule
    starts at the heads of the moment it is first registered, unless ``from_the_beginning``.
    """

    name: str
    sources: tuple[str, ...]
    on: tuple[type, ...]
    then: Rule
    remembers: tuple[sa.Table, ...] = ()
    about: Callable[[Recorded], Iterable[str]] = nothing
    from_the_beginning: bool = False

    @property
    def types(self) -> frozenset[str]:
        """The wire names it subscribes to."""
        return frozenset(name_of(kind) for kind in self.on)


def command_id(event_id: str, rule: str, recipient: str) -> str:
    """The id of the command that follows from an event: the same each time, so it is done once."""
    return str(uuid5(_NAMESPACE, f"{event_id}\x1f{rule}\x1f{recipient}"))


def answered_by(rule: str, event_id: str, stream: str) -> CommandKey:
    """What stands for the commands of a rule on a stream where only their outcome is known: events from a topic."""
    return CommandKey(caller=rule, key=f"{event_id}@{stream}")
