"""Those are told whom an event is meant for, whatever they follow: who is asked, answered, or responsible now."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from chassis.processing.reaction import Reaction, Then
from chassis.recorded import Recorded
from contracts.ideas import AuthorshipTransferred, IdeaSubmitted, JoinAccepted, ParticipantLeft
from services.notifications.reactions.following import PARTS
from services.notifications.reactions.happening import happening_of, tell
from services.notifications.reactions.news import ADDRESSED, TO_AUTHORS, addressed

AUTHORS = sa.Table(
    "told_authors",
    sa.MetaData(),
    sa.Column("idea", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, primary_key=True),
)
_AUTHORSHIP = (IdeaSubmitted, AuthorshipTransferred, JoinAccepted, ParticipantLeft)


def when_an_event_is_meant_for_somebody_tell_them(recorded: Recorded, memory: sa.Connection) -> Iterator[Then]:
    """Remember who an idea's authors are, and tell them or those whom the event names. Nobody of what was imported."""
    event = recorded.event
    if isinstance(event, _AUTHORSHIP):
        _remember(recorded, memory)
    if recorded.occurred_at is not None:
        return
    happening = happening_of(recorded)
    if isinstance(event, TO_AUTHORS):
        authors = sa.select(AUTHORS.c.person).where(AUTHORS.c.idea == recorded.stream)
        yield from tell(happening, memory.execute(authors).scalars(), "author")
    for person, rule in addressed(event):
        yield from tell(happening, [person], rule)


def _remember(recorded: Recorded, memory: sa.Connection) -> None:
    for part in PARTS[type(recorded.event)](recorded.event):
        if part.person_id is not None:
            row = {"idea": recorded.stream, "person": part.person_id, "reason": part.reason}
            memory.execute(sa.delete(AUTHORS).filter_by(**row))
            if not part.left:
                memory.execute(sa.insert(AUTHORS), row)


TELL_THOSE_CONCERNED = Reaction(
    name="tell-those-concerned",
    sources=("ideas", "experiments"),
    on=tuple(dict.fromkeys((*ADDRESSED, *TO_AUTHORS, *_AUTHORSHIP))),
    then=when_an_event_is_meant_for_somebody_tell_them,
    remembers=(AUTHORS,),
)
