"""A small service to process: counters, a tally of them, a rule that mirrors each counter, an erasure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from chassis.errors import Refused
from chassis.processing.erasure import Erasure, Forget
from chassis.processing.reaction import Reaction, Then
from chassis.processing.read_model import ReadModel, key, one_subject, row
from chassis.processing.words import words_of
from chassis.recorded import Recorded
from chassis.service import Service
from chassis.testing.happenings import COUNTER, CounterRaised
from contracts.event import about, event


@event("counter-closed.v1")
class CounterClosed:
    """A counter is done with, and its signers forgotten."""

    signer_id: str = about("Who.")


@row
class Tally:
    counter: str = key()
    total: int = 0
    events: int = 0
    words: str = ""


def onto_tally(tally: Tally | None, recorded: Recorded, key: str) -> Tally:
    tally = tally or Tally(counter=key)
    match recorded.event:
        case CounterRaised(note="poison"):
            raise ValueError("a fold that cannot")
        case CounterRaised(by=by, note=note):
            words = f"{tally.words} {words_of(note)}".strip()
            return dataclasses.replace(tally, total=tally.total + by, events=tally.events + 1, words=words)
        case _:
            return tally


def tally(**changed: Any) -> ReadModel[Tally]:
    settled: dict[str, Any] = {
        "name": "tally",
        "version": 1,
        "row": Tally,
        "sources": ("suite",),
        "on": (CounterRaised,),
        "keys": one_subject,
        "fold": onto_tally,
        "search": "words",
    }
    return ReadModel(**{**settled, **changed})


def when_counter_raised_raise_its_mirror(recorded: Recorded, memory: sa.Connection) -> Iterable[Then]:
    if recorded.subject.startswith("mirror"):
        return

    def decide(_: object) -> list[object]:
        match recorded.event.note:
            case "refuse":
                raise Refused("not-mirrored")
            case "poison":
                raise ValueError("a rule that cannot")
        return [CounterRaised(by=recorded.event.by)]

    yield Then(decider=COUNTER, subject=f"mirror-{recorded.subject}", decide=decide)


MIRROR = Reaction(
    name="mirror",
    sources=("suite",),
    on=(CounterRaised,),
    then=when_counter_raised_raise_its_mirror,
    from_the_beginning=True,
)
FORGET = Erasure(
    name="forget-signers",
    sources=("suite",),
    on=(CounterClosed,),
    forget=lambda recorded: [Forget(person=recorded.event.signer_id, scopes=("texts",))],
)


def suite(*models: ReadModel[Any], reactions: tuple[Reaction, ...] = (), erasures: tuple[Erasure, ...] = ()) -> Service:
    return Service(name="suite", deciders=(COUNTER,), read_models=models, reactions=reactions, erasures=erasures)
