"""What happens in the service notifications: people, what they follow, and what they are told.

A notification says what happened by references: its text is made when it is shown, in the reader's language, so that
no name and no sentence of anybody's is copied into it. All of these streams go to role service only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from marshmallow import fields

from contracts.event import Scope, Sealed, about, event, personal, value
from contracts.values import (
    FollowedId,
    Language,
    Note,
    PartId,
    PersonalName,
    PersonId,
    SubjectId,
    UnitId,
    Word,
)

FollowReason = Literal["author", "support", "comment", "join", "team", "mention", "manual"]
NotificationRule = Literal["follower", "author", "asker", "owner", "responsible"]
ErasureScope = Literal["profile", "profile_and_texts"]

EmailAddress = Annotated[str, fields.Email]
PersonalEmail = Annotated[str | Sealed | None, fields.Email]

ERASED: Mapping[ErasureScope, tuple[Scope, ...]] = {
    "profile": ("profile",),
    "profile_and_texts": ("profile", "texts"),
}
"""What an erasure's scope means in every service: the keys of the person that are destroyed."""


@value
class Cause:
    """The recorded event that a notification tells of, wherever it lies."""

    event_id: PartId = about("Its id.")
    event_type: Word = about("Its wire name.")
    service: Word = about("The service whose history it is in.")
    partition: int = about("The partition there.")
    position: int = about("Its position in that partition.")
    happened_at: datetime = about("When it was recorded; UTC.")


# ── Person ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("person-registered.v1")
class PersonRegistered:
    """Somebody is known by name from now on."""

    person_id: PersonId = about("Who.")
    unit: UnitId | None = about("The unit they work in.", default=None)
    language: Language = about("The language they are written to in.", default="sv")
    name: PersonalName = personal("Their name.", of="person_id", scope="profile", default=None)
    email: PersonalEmail = personal("Where mail reaches them.", of="person_id", scope="profile", default=None)


@event("profile-changed.v1")
class ProfileChanged:
    """They are called or reached otherwise. The whole profile is repeated; what is missing was removed."""

    person_id: PersonId = about("Who.")
    unit: UnitId | None = about("The unit they work in.", default=None)
    language: Language = about("The language they are written to in.", default="sv")
    name: PersonalName = personal("Their name.", of="person_id", scope="profile", default=None)
    email: PersonalEmail = personal("Where mail reaches them.", of="person_id", scope="profile", default=None)


@event("erasure-requested.v1")
class ErasureRequested:
    """Somebody asks to be forgotten. Their name is shown to nobody from this moment on."""

    person_id: PersonId = about("Who asks.")


@event("erasure-declined.v1")
class ErasureDeclined:
    """They cannot be forgotten, and here is why. Their name is shown as before."""

    person_id: PersonId = about("Who had asked.")
    basis: Note = about("What it is decided on.")
    decided_by: PersonId = about("The administrator who decided.")


@event("person-erased.v1")
class PersonErased:
    """Their keys are destroyed, in every service; what they did stays, as somebody's."""

    person_id: PersonId = about("Who is forgotten.")
    scope: ErasureScope = about("Name and address only, or also what they wrote.")
    basis: Note = about("What it is decided on.")
    decided_by: PersonId = about("The administrator who decided.")


# ── Subscription ───────────────────────────────────────────────────────────────────────────────────────────────────


@event("followed.v1")
class Followed:
    """Somebody wants to hear of this from now on, or has become a part of it."""

    person_id: PersonId = about("Who follows.")
    subject: FollowedId = about("What is followed: an idea, experiment, challenge, unit or tag.")
    reason: FollowReason = about("Why: by hand, or what they did.")
    counts_from: datetime = about("When its cause was recorded: what was recorded from then on is told. UTC.")


@event("unfollowed.v1")
class Unfollowed:
    """Somebody wants to hear of this no longer, or one of the reasons why they did is gone."""

    person_id: PersonId = about("Who followed.")
    subject: FollowedId = about("What was followed.")
    reason: FollowReason | None = about("The reason that is gone; None: they said so, whatever the reasons were.")
    counts_until: datetime = about("When its cause was recorded: what was recorded after that is not told. UTC.")


# ── Notification ───────────────────────────────────────────────────────────────────────────────────────────────────


@event("notification-raised.v1")
class NotificationRaised:
    """Somebody is told that something happened."""

    notification_id: PartId = about("Made of the event, the person and the rule: the same each time.")
    recipient: PersonId = about("Who is told.")
    rule: NotificationRule = about("As what they are told.")
    subject: SubjectId = about("Where it happened: an idea, experiment, lesson or challenge.")
    cause: Cause = about("What happened.")
    detail: Word | None = about("A code of the event that its text needs: the way chosen, the reason.", default=None)
    actor: PersonId | None = about("Who did it; None where that is hidden, or was no person.", default=None)


@event("notification-read.v1")
class NotificationRead:
    """They have seen it."""

    notification_id: PartId = about("The notification.")
    recipient: PersonId = about("Who has seen it.")
