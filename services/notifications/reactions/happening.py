"""What a notification says of an event, by references alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from uuid import UUID, uuid5

from chassis.processing.reaction import Then
from chassis.recorded import Recorded
from contracts.event import value
from contracts.ideas import JoinRequested, MoreInformationRequested, ReviewStarted
from contracts.notifications import Cause, NotificationRaised, NotificationRule
from contracts.values import Mandate
from services.notifications.notification import NOTIFICATION, RaiseNotification, raise_once
from services.notifications.reactions.news import EVEN_OF_ONES_OWN, addressed

_NAMESPACE = UUID("5b0a4a43-8d1f-4d5c-9c0f-2f1d6f0c7a3e")


@value
class Happening:
    """An event as it is told, whoever is told of it."""

    subject: str
    cause: Cause
    detail: str | None = None
    actor: str | None = None
    by: str | None = None
    """Whose own doing it was; never a part of a notification."""
    addressed: frozenset[str] = frozenset()
    """Whom it is meant for; they are not told of it as followers too."""


def happening_of(recorded: Recorded) -> Happening:
    """A recorded event as it is told."""
    event = recorded.event
    cause = Cause(
        event_id=recorded.id,
        event_type=recorded.type,
        service=recorded.service,
        partition=recorded.partition,
        position=recorded.position,
        happened_at=recorded.recorded_at,
    )
    return Happening(
        subject=recorded.stream,
        cause=cause,
        detail=_detail_of(event),
        actor=_actor_of(event),
        by=None if isinstance(event, EVEN_OF_ONES_OWN) else recorded.metadata.by,
        addressed=frozenset(person for person, _ in addressed(event)),
    )


def tell(happening: Happening, people: Iterable[str], rule: NotificationRule) -> Iterator[Then]:
    """A notification for each of these people but the one whose own doing it was."""
    for person in sorted(set(people) - {happening.by}):
        notification = _notification(happening, person, rule)
        yield Then(
            decider=NOTIFICATION,
            subject=notification.notification_id,
            decide=partial(raise_once, RaiseNotification(notification=notification)),
            recipient=notification.notification_id,
        )


def notification_id(event_id: str, person_id: str, rule: NotificationRule) -> str:
    """uuid5 of event, person and rule: whichever history is heard of later, it is one notification."""
    return str(uuid5(_NAMESPACE, f"{event_id}\x1f{person_id}\x1f{rule}"))


def _notification(happening: Happening, person: str, rule: NotificationRule) -> NotificationRaised:
    return NotificationRaised(
        notification_id=notification_id(happening.cause.event_id, person, rule),
        recipient=person,
        rule=rule,
        subject=happening.subject,
        cause=happening.cause,
        detail=happening.detail,
        actor=happening.actor,
    )


def _detail_of(event: object) -> str | None:
    codes = (getattr(event, field, None) for field in ("reason_code", "decision", "outcome"))
    return next((code for code in codes if code is not None), None)


def _actor_of(event: object) -> str | None:
    """Who decided, coached or asked, by the field that says so; nobody else.

    Whoever did something as an author, supporter or commenter may be an author whose name is hidden.
    """
    match event:
        case JoinRequested(person_id=actor) | ReviewStarted(reviewed_by=actor):
            return actor
        case MoreInformationRequested(requested_by=actor):
            return actor
    mandate = getattr(event, "mandate", None)
    return mandate.decided_by if isinstance(mandate, Mandate) else None
