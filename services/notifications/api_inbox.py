"""The inbox over HTTP: what one was told, in one's language."""

from __future__ import annotations

from datetime import datetime

from marshmallow.validate import Range

from chassis.web import Read, Routes
from chassis.web.runtime import language
from contracts.event import about, value
from contracts.notifications import NotificationRule
from contracts.values import Note, PartId, PersonId, SubjectId, Text, Word
from services.notifications.api_texts import told
from services.notifications.notification import NOTIFICATION
from services.notifications.notification import read as mark_read
from services.notifications.read_models import INBOX, TITLES
from services.notifications.read_models.inbox import InboxEntry, page_of, unread_of
from services.notifications.read_models.titles import titles_of

inbox = Routes("inbox", "Inbox: what one was told")

inbox.decision("POST", "/inbox/<notification_id>/read", NOTIFICATION, mark_read)


@value
class InboxAsked:
    """Which page of it."""

    unread: bool = about("Only what one has not seen.", default=False)
    limit: int = about("How many at most.", default=50, validate=Range(min=1, max=200))
    after: str | None = about("What the page before said is next.", default=None)


@value
class Told:
    """Something that one was told."""

    notification_id: PartId = about("Its id.")
    text: Note = about("What happened, in the caller's language.")
    rule: NotificationRule = about("As what one was told: follower, author, asker, owner or responsible.")
    event_type: Word = about("What happened, for programs.")
    event_id: PartId = about("The event.")
    event_position: Word = about("Where it lies, as If-Position takes it.")
    detail: Word | None = about("A code of the event: the way chosen, the reason.")
    subject: SubjectId = about("What it happened to.")
    title: Text | None = about("What that is called; of a lesson without a title its statement.")
    link: Word = about("The path of its page.")
    actor: PersonId | None = about("Who did it, where that is told; GET /people knows their name.")
    happened_at: datetime = about("When it happened.")
    raised_at: datetime = about("When one was told.")
    unread: bool = about("Whether one has not seen it.")
    allowed_actions: tuple[str, ...] = about("What one may do now.")


@value
class Inbox:
    """What one was told, the latest first."""

    items: tuple[Told, ...] = about("Some of it.")
    next: str | None = about("Where the next page begins.")
    behind: tuple[str, ...] = about("Those of them whose row lags.")
    unread_count: int = about("How many one has not seen, in all.")


@inbox.query("/inbox", of=(INBOX, TITLES))
def show_inbox(asked: InboxAsked, read: Read) -> Inbox:
    """What one was told oneself; nobody sees what others were told."""
    rows = read.rows(INBOX)
    person_id = read.caller.person_id
    page = page_of(rows, person_id, only_unread=asked.unread, after=asked.after, limit=asked.limit)
    titles = titles_of(read.rows(TITLES), {entry.subject for entry in page.rows})
    return Inbox(
        items=tuple(_told(entry, titles.get(entry.subject)) for entry in page.rows),
        next=page.next,
        behind=rows.behind(page.rows),
        unread_count=unread_of(rows, person_id),
    )


def _told(entry: InboxEntry, title: str | None) -> Told:
    kind, _, subject_id = entry.subject.partition("-")
    text = told(entry.event_type, entry.rule, entry.subject, language(), title=title, detail=entry.detail)
    return Told(
        notification_id=entry.notification_id,
        text=text,
        rule=entry.rule,
        event_type=entry.event_type,
        event_id=entry.event_id,
        event_position=entry.position,
        detail=entry.detail,
        subject=entry.subject,
        title=title,
        link=f"/{kind}s/{subject_id}",
        actor=entry.actor,
        happened_at=entry.happened_at,
        raised_at=entry.raised_at,
        unread=entry.unread,
        allowed_actions=("read",) if entry.unread else (),
    )
