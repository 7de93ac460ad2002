"""Authors, supporters, commenters and experiments' teams follow by themselves, and stop when they are that no longer.

It starts from the beginning of all history: to follow is no noise, and whoever takes part should hear of what comes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa

from chassis.processing.reaction import Reaction, Then
from chassis.recorded import Recorded
from contracts.experiments import ExperimentDrafted, OwnerChanged, TeamChanged
from contracts.ideas import (
    AuthorshipTransferred,
    CommentAdded,
    IdeaSubmitted,
    IdeaSupported,
    JoinAccepted,
    ParticipantLeft,
    SupportWithdrawn,
)
from contracts.notifications import FollowReason
from services.notifications.subscription import SUBSCRIPTION, ChangePart, leave_part, take_part


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """Somebody has become a part of what happened, or is one no longer; nobody, where an author is a group."""

    person_id: str | None
    reason: FollowReason
    left: bool = False


def _submitted(event: IdeaSubmitted) -> Iterator[Part]:
    yield Part(event.author.person_id, "author")
    yield from (Part(person, "join") for person in event.coauthors)


def _transferred(event: AuthorshipTransferred) -> Iterator[Part]:
    yield Part(event.previous.person_id, "author", left=True)
    yield Part(event.author.person_id, "author")


def _owner_changed(event: OwnerChanged) -> Iterator[Part]:
    if event.previous not in event.team:
        yield Part(event.previous, "team", left=True)
    yield Part(event.to, "team")


def _team_changed(event: TeamChanged) -> Iterator[Part]:
    yield from (Part(person, "team", left=True) for person in event.left)
    yield from (Part(person, "team") for person in event.joined)


PARTS: Mapping[type, Callable[[Any], Iterable[Part]]] = {
    IdeaSubmitted: _submitted,
    AuthorshipTransferred: _transferred,
    JoinAccepted: lambda event: [Part(event.person_id, "join")],
    ParticipantLeft: lambda event: [Part(event.person_id, "join", left=True)],
    IdeaSupported: lambda event: [Part(event.supporter_id, "support")],
    SupportWithdrawn: lambda event: [Part(event.supporter_id, "support", left=True)],
    CommentAdded: lambda event: [Part(event.commenter_id, "comment")],
    ExperimentDrafted: lambda event: [Part(person, "team") for person in dict.fromkeys((event.owner, *event.team))],
    OwnerChanged: _owner_changed,
    TeamChanged: _team_changed,
}
"""Event → who became, or ceased to be, what in it."""


def when_somebody_takes_part_follow(recorded: Recorded, _: sa.Connection) -> Iterator[Then]:
    """Those who take part in an idea or experiment follow it; its stream is called like the subject."""
    for part in PARTS[type(recorded.event)](recorded.event):
        if part.person_id is not None:
            yield _then(part, part.person_id, recorded)


def _then(part: Part, person_id: str, recorded: Recorded) -> Then:
    command = ChangePart(person_id=person_id, subject=recorded.stream, reason=part.reason, since=recorded.recorded_at)
    return Then(
        decider=SUBSCRIPTION,
        subject=person_id,
        decide=partial(leave_part if part.left else take_part, command),
        recipient=f"{person_id}/{part.reason}/{'left' if part.left else 'taken'}",
    )


FOLLOW_BY_THEMSELVES = Reaction(
    name="follow-by-themselves",
    sources=("ideas", "experiments"),
    on=tuple(PARTS),
    then=when_somebody_takes_part_follow,
    from_the_beginning=True,
)
