"""Events and an aggregate made up for tests of the chassis."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from marshmallow import fields

from chassis.decider import Decider
from contracts.event import Sealed, about, event, personal, value


@event("counter-raised.v1")
class CounterRaised:
    """A counter went up."""

    by: int = about("How much.", default=1)
    note: str = about("Anything.", default="")


@event("counter-signed.v1")
class CounterSigned:
    """Somebody put their name to a counter."""

    signer_id: str = about("Who.")
    name: Annotated[str | Sealed | None, fields.String] = personal("Their name.", of="signer_id")


@value
class Counter:
    """How far it is."""

    total: int = about("The sum.", default=0)
    signed: str | Sealed | None = about("The last name put to it.", default=None)


def evolve(counter: Counter | None, happening: object) -> Counter:
    """The counter after an event."""
    counter = counter or Counter()
    match happening:
        case CounterRaised(by=by):
            return dataclasses.replace(counter, total=counter.total + by)
        case CounterSigned(name=name):
            return dataclasses.replace(counter, signed=name)
        case _:
            return counter


COUNTER = Decider("counter", Counter, evolve)
