"""A small service with an API: counters that are started, raised, signed and listed."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path

from marshmallow.validate import Length, Range

from chassis.command import Caller, command, fresh, given
from chassis.decider import Attempt, Work
from chassis.errors import NotFound, Refused
from chassis.processing.reaction import Reaction, Then
from chassis.processing.read_model import ReadModel, indexed, key, one_subject, row
from chassis.service import Service
from chassis.testing.happenings import COUNTER, Counter, CounterRaised, CounterSigned
from chassis.testing.web import Api
from chassis.web import Read, Routes
from contracts.event import about, value
from contracts.values import IdeaId, Link, Note, PersonalText, Title, UnitId, Word

PROBLEMS = Path(__file__).with_name("problems.toml")


@command
class StartCounter:
    counter_id: IdeaId = fresh("The new counter.")
    part_ids: tuple[str, ...] = fresh("Its parts.", each_of="parts")
    title: Title = about("What it counts.")
    parts: tuple[Word, ...] = about("What it is made of.", default=(), most=3)
    links: tuple[Link, ...] = about("Where to read on.", default=())
    occurred_at: datetime | None = about("When it was, for imports.", default=None)


@command
class RaiseCounter:
    counter_id: IdeaId = given()
    at: datetime = given()
    amount: int = about("How much.", default=1)
    quietly: bool = about("Nobody need know.", default=False)
    note: Note | None = about("Why.", default=None)


@command
class SignCounter:
    counter_id: IdeaId = given()
    by: Caller = given()
    name: Word = about("What you are called.")


@command
class MoveCount:
    counter_id: IdeaId = given()
    to_id: IdeaId = about("The counter that gets it.")


@command
class Forbidden:
    counter_id: IdeaId = given()
    by: Caller = given()
    unit: UnitId = about("For whom.", default="vof")


def start(command: StartCounter, counter: Counter | None) -> list[object]:
    """Start a counter.

    It begins at one.
    """
    return [CounterRaised(note=command.title)]


def raise_it(command: RaiseCounter, counter: Counter | None) -> list[object]:
    """Raise a counter."""
    if counter is None:
        raise NotFound("no-such-counter")
    if counter.total + command.amount > 1000:
        raise Refused("counter-full", most=1000)
    return [CounterRaised(by=command.amount, note=command.note or "")] if command.amount else []


def sign(command: SignCounter, counter: Counter | None) -> list[object]:
    """Put your name to a counter; once."""
    if counter is None:
        raise NotFound("no-such-counter")
    if counter.signed:
        raise Refused("signed-already")
    return [CounterSigned(signer_id=command.by.person_id, name=command.name)]


def forbid(command: Forbidden, counter: Counter | None) -> list[object]:
    """What only a decider may."""
    command.by.needs("decider", unit=command.unit)
    return [CounterRaised()]


def break_down(command: Forbidden, counter: Counter | None) -> list[object]:
    """Fail in a way that nobody thought of."""
    raise RuntimeError("secret inside of Anna Andersson")


routes = Routes("counters", "Counters: raise them, sign them")
routes.decision("POST", "/counters", COUNTER, start, status=201)
routes.decision("POST", "/counters/<counter_id>/raise", COUNTER, raise_it)
routes.decision("PATCH", "/counters/<counter_id>", COUNTER, raise_it, if_match=True)
routes.decision("PUT", "/counters/<counter_id>/signature", COUNTER, sign)
routes.decision("POST", "/counters/<counter_id>/forbid", COUNTER, forbid)
routes.decision("POST", "/counters/<counter_id>/break-down", COUNTER, break_down)


@routes.command("POST", "/counters/<counter_id>/move", MoveCount, COUNTER)
def move(command: MoveCount) -> Work:
    """Move a count to another counter."""
    if command.counter_id == command.to_id:
        raise Refused("same-counter")

    def work(attempt: Attempt) -> None:
        counter = attempt.read(COUNTER, command.counter_id)
        if counter is None:
            raise NotFound("no-such-counter")
        attempt.record(COUNTER, command.counter_id, [CounterRaised(by=-counter.total)])
        attempt.record(COUNTER, command.to_id, [CounterRaised(by=counter.total)])

    return work


@row
class Tally:
    counter: str = key()
    total: int = indexed(default=0)


def onto_tally(tally: Tally | None, recorded, key: str) -> Tally:
    tally = tally or Tally(counter=key)
    return dataclasses.replace(tally, total=tally.total + recorded.event.by)


TALLY = ReadModel(
    name="web_tally",
    version=1,
    row=Tally,
    sources=("suite",),
    on=(CounterRaised,),
    keys=one_subject,
    fold=onto_tally,
)


@value
class CounterAsked:
    """Which counter, as of when."""

    counter_id: IdeaId = about("The counter.")
    as_of: datetime | None = about("As it was then.", default=None)


@value
class CounterPage:
    """A counter."""

    counter_id: str = about("Which.")
    total: int = about("How far it is.")
    signed: PersonalText = about("Who put their name to it.", default=None)


@value
class CountersAsked:
    """Which counters."""

    at_least: int = about("Of this total at least.", default=0)
    text: str | None = about("That resemble this.", default=None, validate=Length(1, 50))
    counter: tuple[str, ...] = about("Only these.", default=())
    limit: int = about("How many.", default=50, validate=Range(min=1, max=200))
    after: str | None = about("The cursor of the page before.", default=None)


@value
class CounterPages:
    """Some counters."""

    items: tuple[CounterPage, ...] = about("The counters.")
    next: str | None = about("The cursor of the next page.", default=None)


@routes.query("/counters/<counter_id>")
def show(asked: CounterAsked, read: Read) -> CounterPage:
    """One counter."""
    events = read.events(COUNTER, asked.counter_id, asked.as_of)
    counter = COUNTER.fold([recorded.event for recorded in events])
    if counter is None:
        raise NotFound("no-such-counter")
    return CounterPage(counter_id=asked.counter_id, total=counter.total, signed=counter.signed)


@routes.query("/counters/<counter_id>/beside", of=(TALLY,))
def show_beside(asked: CounterAsked, read: Read) -> CounterPage:
    """One counter, as the read model has it."""
    read.events(COUNTER, asked.counter_id)
    found = read.rows(TALLY).get(asked.counter_id)
    return CounterPage(counter_id=asked.counter_id, total=found.total if found else 0)


@routes.query("/counters", of=(TALLY,))
def list_counters(asked: CountersAsked, read: Read) -> CounterPages:
    """Counters, smallest first."""
    rows = read.rows(TALLY)
    wanted = [rows.table.c.total >= asked.at_least]
    if asked.counter:
        wanted.append(rows.table.c.counter.in_(asked.counter))
    page = rows.page(*wanted, by=("total",), after=asked.after, limit=asked.limit)
    items = tuple(CounterPage(counter_id=row.counter, total=row.total) for row in page.rows)
    return CounterPages(items=items, next=page.next)


def when_counter_signed_raise_it(recorded, memory):
    yield Then(decider=COUNTER, subject=recorded.subject, decide=lambda _: [CounterRaised(by=10)])


SIGNED = Reaction(
    name="signed-is-raised",
    sources=("suite",),
    on=(CounterSigned,),
    then=when_counter_signed_raise_it,
    from_the_beginning=True,
)
SERVICE = Service(name="suite", deciders=(COUNTER,), read_models=(TALLY,), reactions=(SIGNED,))


def open_api(folder: Path, **more) -> Api:
    return Api(SERVICE, [routes], folder, problem_texts=[PROBLEMS], **more)
