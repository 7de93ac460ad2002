"""Followers are told what happens to what they follow.

The follow and the event come from different histories, in any order. So this rule remembers both, and whichever
arrives later raises the notification: a follow looks for what has happened since its cause was recorded, an event for
who followed at its moment. The moments compared are those the histories give; an unfollow counts from its cause in the
same way, but does not take back what was told before it arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from chassis.processing.reaction import Reaction, Then
from chassis.processing.read_model import JsonValue, UtcTime
from chassis.recorded import Recorded
from contracts.notifications import Followed, Unfollowed
from services.notifications.reactions.happening import Happening, happening_of, tell
from services.notifications.reactions.news import NEWS

_METADATA = sa.MetaData()

FOLLOWS = sa.Table(
    "told_follows",
    _METADATA,
    sa.Column("followed_id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("counts_from", UtcTime, nullable=False),
    sa.Column("counts_until", UtcTime, nullable=True),
    sa.Index("told_follows_by_subject", "subject", "counts_from"),
)

HAPPENINGS = sa.Table(
    "told_happenings",
    _METADATA,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("happened_at", UtcTime, nullable=False),
    sa.Column("happening", JsonValue(Happening), nullable=False),
    sa.Index("told_happenings_by_subject", "subject", "happened_at"),
)


_REMEMBER = sa.insert(HAPPENINGS)
_FOLLOWERS = sa.select(FOLLOWS.c.person).where(
    FOLLOWS.c.subject.in_(sa.bindparam("subjects", expanding=True)),
    FOLLOWS.c.counts_from <= sa.bindparam("at"),
    sa.or_(FOLLOWS.c.counts_until.is_(None), FOLLOWS.c.counts_until >= sa.bindparam("at")),
)


def when_followed_or_something_happened_tell_followers(recorded: Recorded, memory: sa.Connection) -> Iterator[Then]:
    """Bring follows and events together. What was imported is history: nobody is told of it."""
    match recorded.event:
        case Followed() as followed:
            yield from _since(recorded.id, followed, memory)
        case Unfollowed() as unfollowed:
            _end(unfollowed, memory)
        case _ if recorded.occurred_at is None:
            yield from _to_followers(recorded, memory)


def _since(followed_id: str, followed: Followed, memory: sa.Connection) -> Iterator[Then]:
    row = {
        "followed_id": followed_id,
        "person": followed.person_id,
        "subject": followed.subject,
        "reason": followed.reason,
        "counts_from": followed.counts_from,
    }
    memory.execute(sa.insert(FOLLOWS), row)
    happened = sa.select(HAPPENINGS.c.happening).where(
        HAPPENINGS.c.subject == followed.subject, HAPPENINGS.c.happened_at >= followed.counts_from
    )
    for happening in memory.execute(happened.order_by(HAPPENINGS.c.happened_at)).scalars():
        yield from tell(happening, {followed.person_id} - happening.addressed, "follower")


def _end(unfollowed: Unfollowed, memory: sa.Connection) -> None:
    ended = sa.update(FOLLOWS).where(
        FOLLOWS.c.subject == unfollowed.subject,
        FOLLOWS.c.person == unfollowed.person_id,
        FOLLOWS.c.counts_until.is_(None),
    )
    if unfollowed.reason is not None:
        ended = ended.where(FOLLOWS.c.reason == unfollowed.reason)
    memory.execute(ended.values(counts_until=unfollowed.counts_until))


def _to_followers(recorded: Recorded, memory: sa.Connection) -> Iterator[Then]:
    subjects = sorted(set(NEWS[type(recorded.event)](recorded.event)))
    if not subjects:
        return
    happening, at = happening_of(recorded), recorded.recorded_at
    rows = [
        {"event_id": recorded.id, "subject": subject, "happened_at": at, "happening": happening} for subject in subjects
    ]
    memory.execute(_REMEMBER, rows)
    followers = set(memory.execute(_FOLLOWERS, {"subjects": subjects, "at": at}).scalars())
    yield from tell(happening, followers - happening.addressed, "follower")


def _subjects_of(recorded: Recorded) -> Iterable[str]:
    """Whose follows and happenings this brings together."""
    match recorded.event:
        case Followed(subject=subject) | Unfollowed(subject=subject):
            return (subject,)
        case happened:
            return NEWS[type(happened)](happened)


TELL_FOLLOWERS = Reaction(
    name="tell-followers",
    sources=("ideas", "experiments", "notifications"),
    on=(*NEWS, Followed, Unfollowed),
    then=when_followed_or_something_happened_tell_followers,
    remembers=(FOLLOWS, HAPPENINGS),
    about=_subjects_of,
)
