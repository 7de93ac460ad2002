"""A notification: somebody is told, once, that something happened."""

from __future__ import annotations

from chassis.command import Caller, command, given
from chassis.decider import Decider
from chassis.errors import NotFound
from contracts.event import about, replace, value
from contracts.notifications import NotificationRaised, NotificationRead
from contracts.values import PartId

# ── Commands ───────────────────────────────────────────────────────────────────────────────────────────────────────


@command
class RaiseNotification:
    """Tell somebody; a rule's command."""

    notification: NotificationRaised


@command
class ReadNotification:
    """One has seen it."""

    notification_id: PartId = given("The notification.")
    by: Caller = given()


# ── State ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@value
class Notification:
    """One thing that one person was told."""

    recipient: str = about("Who was told.")
    read: bool = about("Whether they have seen it.", default=False)


# ── Evolve ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(notification: Notification | None, happening: object) -> Notification:
    """The notification after an event."""
    match notification, happening:
        case _, NotificationRaised(recipient=recipient):
            return Notification(recipient=recipient)
        case Notification(), NotificationRead():
            return replace(notification, read=True)
        case Notification(), _:
            return notification
    raise ValueError(f"a notification does not begin with {type(happening).__name__}")


NOTIFICATION = Decider("notification", Notification, evolve)

# ── Decisions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def raise_once(command: RaiseNotification, notification: Notification | None) -> list[object]:
    """Tell them, unless they were told: whichever of its causes came first has done it."""
    return [] if notification else [command.notification]


def read(command: ReadNotification, notification: Notification | None) -> list[object]:
    """Mark it as read. Nobody learns of another person's."""
    if notification is None or notification.recipient != command.by.person_id:
        raise NotFound("no-such-notification")
    if notification.read:
        return []
    return [NotificationRead(notification_id=command.notification_id, recipient=notification.recipient)]
