"""What one follows over HTTP."""

from __future__ import annotations

from datetime import datetime

from marshmallow.validate import Range

from chassis.web import Read, Routes
from contracts.event import about, value
from contracts.notifications import FollowReason
from contracts.values import FollowedId
from services.notifications.subscription import SUBSCRIPTION, Following, Subscription, follow, unfollow

follows = Routes("follows", "Follows: ideas, experiments, challenges, units and tags that one hears of")

follows.decision("PUT", "/follows/<subject>", SUBSCRIPTION, follow, subject=lambda command: command.by.person_id)
follows.decision("DELETE", "/follows/<subject>", SUBSCRIPTION, unfollow, subject=lambda command: command.by.person_id)


@value
class FollowsAsked:
    """Which page of them."""

    limit: int = about("How many at most.", default=50, validate=Range(min=1, max=200))
    after: FollowedId | None = about("What the page before said is next.", default=None)


@value
class FollowShown:
    """Something that one follows."""

    subject: FollowedId = about("An idea, experiment, challenge, unit or tag.")
    reasons: tuple[FollowReason, ...] = about("Why: by hand, or what one is in it.")
    since: datetime = about("From when on one hears of it.")
    allowed_actions: tuple[str, ...] = about("What one may do now.")


@value
class FollowsShown:
    """What one follows, by subject."""

    items: tuple[FollowShown, ...] = about("Some of it.")
    next: str | None = about("Where the next page begins.")
    behind: tuple[str, ...] = about("Always empty: this is read from the history itself.", default=())


@follows.query("/follows")
def list_follows(asked: FollowsAsked, read: Read) -> FollowsShown:
    """What one follows oneself; nobody sees what others follow."""
    followed = (read.state(SUBSCRIPTION, read.caller.person_id) or Subscription()).followed
    later = sorted(subject for subject in followed if asked.after is None or subject > asked.after)
    page = later[: asked.limit]
    return FollowsShown(
        items=tuple(_shown(subject, followed[subject]) for subject in page),
        next=page[-1] if len(later) > len(page) else None,
    )


def _shown(subject: str, following: Following) -> FollowShown:
    by_hand = "manual" in following.reasons
    return FollowShown(
        subject=subject,
        reasons=tuple(sorted(following.reasons)),
        since=min(following.reasons.values()),
        allowed_actions=("unfollow",) if by_hand else ("follow", "unfollow"),
    )
