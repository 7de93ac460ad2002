"""Other people over HTTP: what they are called on a page, and whether they are forgotten."""

from __future__ import annotations

from datetime import datetime

from marshmallow.validate import Range

from chassis.web import Read, Routes
from chassis.web.runtime import language
from contracts.event import about, value
from contracts.values import PersonalName, PersonId
from services.notifications.api_texts import NAME_NOT_SHOWN
from services.notifications.person import PERSON, allowed_actions, decline_erasure, erase
from services.notifications.read_models import ERASURE_REQUESTS
from services.notifications.read_models.erasure_requests import ErasureWanted

people = Routes("people", "People: what others are called, and whether they are forgotten")

people.decision("POST", "/people/<person_id>/erase", PERSON, erase)
people.decision("POST", "/people/<person_id>/decline-erasure", PERSON, decline_erasure)


@value
class PeopleAsked:
    """Whose names are needed."""

    ids: tuple[PersonId, ...] = about("Up to 200 ids, with commas between them.", default=(), most=200)


@value
class Called:
    """What somebody is called on a page."""

    person_id: PersonId = about("Who.")
    name: PersonalName = about("Their name, or words in its place.", default=None)
    shown: bool = about("Whether it is their name.")
    allowed_actions: tuple[str, ...] = about("What the caller may do about them now.")


@value
class PeopleCalled:
    """What people are called."""

    items: tuple[Called, ...] = about("Each of them once, in the order that was asked for.")


@people.query("/people")
def list_people(asked: PeopleAsked, read: Read) -> PeopleCalled:
    """What these people are called; of whom asked to be forgotten, or is, or has no profile, that it is not shown."""
    return PeopleCalled(items=tuple(_called(person_id, read) for person_id in dict.fromkeys(asked.ids)))


def _called(person_id: str, read: Read) -> Called:
    person = read.state(PERSON, person_id)
    shown = person is not None and person.shown
    return Called(
        person_id=person_id,
        name=person.name if person is not None and shown else NAME_NOT_SHOWN[language()],
        shown=shown,
        allowed_actions=allowed_actions(person, read.caller, person_id),
    )


@value
class RequestsAsked:
    """Which page of those who wait."""

    limit: int = about("How many at most.", default=50, validate=Range(min=1, max=200))
    after: str | None = about("What the page before said is next.", default=None)


@value
class ErasureWaiting:
    """Somebody who waits to be forgotten, or to hear why not."""

    person_id: PersonId = about("Who asks.")
    requested_at: datetime = about("When they asked.")
    allowed_actions: tuple[str, ...] = about("What the caller may do about it now.")


@value
class ErasuresWaiting:
    """Those who wait, who has waited longest first."""

    items: tuple[ErasureWaiting, ...] = about("Some of them.")
    next: str | None = about("Where the next page begins.")
    behind: tuple[str, ...] = about("Those of them whose row lags.")


@people.query("/erasure-requests", of=(ERASURE_REQUESTS,))
def list_erasure_requests(asked: RequestsAsked, read: Read) -> ErasuresWaiting:
    """Who waits to be forgotten; for administrators."""
    read.caller.needs("admin")
    rows = read.rows(ERASURE_REQUESTS)
    page = rows.page(by=("requested_at",), after=asked.after, limit=asked.limit)
    return ErasuresWaiting(
        items=tuple(_waiting(wanted, read) for wanted in page.rows),
        next=page.next,
        behind=rows.behind(page.rows),
    )


def _waiting(wanted: ErasureWanted, read: Read) -> ErasureWaiting:
    person = read.state(PERSON, wanted.person_id)
    return ErasureWaiting(
        person_id=wanted.person_id,
        requested_at=wanted.requested_at,
        allowed_actions=allowed_actions(person, read.caller, wanted.person_id),
    )
