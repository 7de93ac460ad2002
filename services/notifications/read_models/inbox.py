"""What needs me? Every notification of everybody; queries ask for one person's."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from chassis.processing.read_model import ReadModel, indexed, key, one_subject, row
from chassis.processing.rows import Page, Rows
from chassis.recorded import Recorded
from contracts.event import replace
from contracts.notifications import NotificationRaised, NotificationRead, NotificationRule


@row
class InboxEntry:
    """One thing that somebody was told."""

    notification_id: str = key()
    recipient: str = indexed()
    raised_at: datetime
    happened_at: datetime
    unread: bool
    rule: NotificationRule
    subject: str
    event_id: str
    event_type: str
    position: str
    """Where the event lies: ``experiments/0:17``."""
    detail: str | None
    actor: str | None


def onto_inbox(entry: InboxEntry | None, recorded: Recorded, key: str) -> InboxEntry | None:
    """A notification is there from when it is raised, and stays when it was read."""
    match recorded.event:
        case NotificationRaised() as raised:
            cause = raised.cause
            return InboxEntry(
                notification_id=key,
                recipient=raised.recipient,
                raised_at=recorded.recorded_at,
                happened_at=cause.happened_at,
                unread=True,
                rule=raised.rule,
                subject=raised.subject,
                event_id=cause.event_id,
                event_type=cause.event_type,
                position=f"{cause.service}/{cause.partition}:{cause.position}",
                detail=raised.detail,
                actor=raised.actor,
            )
        case NotificationRead() if entry is not None:
            return replace(entry, unread=False)
    return entry


INBOX = ReadModel(
    name="inbox",
    version=1,
    row=InboxEntry,
    sources=("notifications",),
    on=(NotificationRaised, NotificationRead),
    keys=one_subject,
    fold=onto_inbox,
)


def page_of(
    rows: Rows[InboxEntry], person_id: str, *, only_unread: bool, after: str | None, limit: int
) -> Page[InboxEntry]:
    """One person's notifications, the latest first."""
    unread = [rows.table.c.unread] if only_unread else []
    mine = rows.table.c.recipient == person_id
    return rows.page(mine, *unread, by=("raised_at",), descending=True, after=after, limit=limit)


def unread_of(rows: Rows[InboxEntry], person_id: str) -> int:
    """How many notifications one person has not read."""
    return rows.count(rows.table.c.recipient == person_id, rows.table.c.unread)


def all_of(rows: Rows[InboxEntry], person_id: str) -> list[InboxEntry]:
    """Everything that one person was told, oldest first."""
    query = sa.select(rows.table).where(rows.table.c.recipient == person_id)
    return rows.all(query.order_by(rows.table.c.raised_at, rows.table.c.notification_id))
