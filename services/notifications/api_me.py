"""Oneself over HTTP: one's profile, everything that is held about one, and the wish to be forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from chassis.decider import Work, change
from chassis.recorded import Recorded
from chassis.web import Read, Routes
from chassis.web.runtime import language, runtime
from contracts.event import Sealed, about, value
from contracts.notifications import (
    ErasureDeclined,
    ErasureRequested,
    ErasureScope,
    FollowReason,
    NotificationRule,
    PersonErased,
)
from contracts.values import FollowedId, Language, Note, PartId, PersonalName, PersonId, SubjectId, UnitId, Word
from services.notifications.api_texts import elsewhere
from services.notifications.person import (
    PERSON,
    Opened,
    Person,
    RegisterMe,
    allowed_actions,
    register,
    request_erasure,
)
from services.notifications.read_models import INBOX
from services.notifications.read_models.inbox import InboxEntry, all_of
from services.notifications.subscription import SUBSCRIPTION, Following

me = Routes("me", "Oneself: one's profile, what is held about one, being forgotten")

me.decision("POST", "/me/erasure-request", PERSON, request_erasure, subject=lambda command: command.by.person_id)


@me.command("PUT", "/me", RegisterMe, PERSON, subject=lambda command: command.by.person_id)
def register_me(command: RegisterMe) -> Work:
    """Register, or change one's profile: all of it, what is left out is removed. The same again is already so."""
    return change(PERSON, command.by.person_id, lambda person: register(command, person, _opened(person)))


def _opened(person: Person | None) -> Opened:
    sealed = {name: at for name in ("name", "email") if isinstance(at := getattr(person, name, None), Sealed)}
    values = runtime().store.open(sealed.values())
    return Opened(**{name: values.get(at) for name, at in sealed.items()})


@value
class MeAsked:
    """A question about oneself needs no more."""


@value
class Me:
    """One's profile. An address is in no answer, not even to whose it is."""

    person_id: PersonId = about("One's opaque id.")
    registered: bool = about("Whether one has a profile.")
    name: PersonalName = about("What one is called.", default=None)
    has_email: bool = about("Whether an address is kept.")
    unit: UnitId | None = about("The unit one works in.")
    language: Language = about("The language one is written to in.")
    erasure_requested: bool = about("Whether one waits to be forgotten.")
    erased: ErasureScope | None = about("What of one is forgotten.")
    allowed_actions: tuple[str, ...] = about("What one may do now.")


@me.query("/me")
def show_me(asked: MeAsked, read: Read) -> Me:
    """One's own profile."""
    events = read.events(PERSON, read.caller.person_id)
    return _me(PERSON.fold([recorded.event for recorded in events]), read)


def _me(person: Person | None, read: Read) -> Me:
    known, caller = person or Person(), read.caller
    forgotten = known.erased is not None
    return Me(
        person_id=caller.person_id,
        registered=known.registered,
        name=None if forgotten else known.name,
        has_email=isinstance(known.email, Sealed) and bool(read.store.open([known.email])),
        unit=known.unit,
        language=known.language,
        erasure_requested=known.erasure_requested,
        erased=known.erased,
        allowed_actions=allowed_actions(person, caller, caller.person_id),
    )


@value
class ErasureStep:
    """Something that came of one's wish to be forgotten."""

    what: Literal["requested", "declined", "erased"] = about("requested, declined or erased.")
    at: datetime = about("When.")
    basis: Note | None = about("What it was decided on.", default=None)


@value
class FollowHeld:
    """Something that one follows, or has said no to."""

    subject: FollowedId = about("What.")
    reasons: tuple[FollowReason, ...] = about("Why one follows it.")
    left_at: datetime | None = about("When one said no.")


@value
class NotificationHeld:
    """Something that one was told."""

    notification_id: PartId = about("Its id.")
    raised_at: datetime = about("When.")
    event_type: Word = about("What had happened.")
    subject: SubjectId = about("To what.")
    rule: NotificationRule = about("As what one was told.")
    read: bool = about("Whether one has seen it.")


@value
class HeldElsewhere:
    """What another service holds about one."""

    service: Word = about("ideas or experiments.")
    what: Note = about("What it has, in the language of the caller.")


@value
class Export:
    """Everything that this service holds about one, and where the rest is."""

    profile: Me = about("One's profile.")
    erasure_requests: tuple[ErasureStep, ...] = about("What came of one's wish to be forgotten.")
    follows: tuple[FollowHeld, ...] = about("What one follows, or has said no to.")
    notifications: tuple[NotificationHeld, ...] = about("What one was told, oldest first.")
    elsewhere: tuple[HeldElsewhere, ...] = about("What is not in this answer: it is with the other services.")


@me.query("/me/export", of=(INBOX,))
def export_me(asked: MeAsked, read: Read) -> Export:
    """Everything that this service holds about oneself, and where the rest is.

    Drafts, ideas, comments, experiments and lessons are not in it: they are with the services ideas and experiments,
    and `elsewhere` says so.
    """
    person_id = read.caller.person_id
    events = read.events(PERSON, person_id)
    subscription = read.state(SUBSCRIPTION, person_id)
    return Export(
        profile=_me(PERSON.fold([recorded.event for recorded in events]), read),
        erasure_requests=tuple(step for recorded in events if (step := _step(recorded))),
        follows=tuple(_follow(*held) for held in sorted(subscription.subjects.items())) if subscription else (),
        notifications=tuple(_notification(entry) for entry in all_of(read.rows(INBOX), person_id)),
        elsewhere=tuple(HeldElsewhere(service=one, what=what) for one, what in elsewhere(language()).items()),
    )


def _step(recorded: Recorded) -> ErasureStep | None:
    match recorded.event:
        case ErasureRequested():
            return ErasureStep(what="requested", at=recorded.recorded_at)
        case ErasureDeclined(basis=basis):
            return ErasureStep(what="declined", at=recorded.recorded_at, basis=basis)
        case PersonErased(basis=basis):
            return ErasureStep(what="erased", at=recorded.recorded_at, basis=basis)
    return None


def _follow(subject: str, following: Following) -> FollowHeld:
    return FollowHeld(subject=subject, reasons=tuple(sorted(following.reasons)), left_at=following.left_at)


def _notification(entry: InboxEntry) -> NotificationHeld:
    return NotificationHeld(
        notification_id=entry.notification_id,
        raised_at=entry.raised_at,
        event_type=entry.event_type,
        subject=entry.subject,
        rule=entry.rule,
        read=not entry.unread,
    )
