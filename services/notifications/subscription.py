"""What a person follows, and why.

Authors, supporters, commenters and team members follow by themselves. Whoever says that they do not want to follow is
left alone: supporting or commenting again does not undo it, nor does what they were already. Following by hand does,
and so does a responsibility taken on later: becoming an author, or a member of an experiment's team.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime

from chassis.command import Caller, command, given
from chassis.decider import Decider
from contracts.event import replace, value
from contracts.notifications import Followed, FollowReason, Unfollowed
from contracts.values import FollowedId, PersonId

RESPONSIBILITIES: frozenset[FollowReason] = frozenset({"author", "join", "team"})
"""The reasons that count even after somebody has said no, when they come later."""

# ── Commands ───────────────────────────────────────────────────────────────────────────────────────────────────────


@command
class Follow:
    """Hear of something from now on."""

    subject: FollowedId = given("idea-<uuid>, experiment-<uuid>, challenge-<uuid>, unit-<id> or tag-<word>.")
    by: Caller = given()
    at: datetime = given()


@command
class Unfollow:
    """Hear of something no longer, whatever the reasons were."""

    subject: FollowedId = given("What is followed.")
    by: Caller = given()
    at: datetime = given()


@command
class ChangePart:
    """Somebody has become a part of something, or is one no longer; a rule's command."""

    person_id: PersonId
    subject: FollowedId
    reason: FollowReason
    since: datetime


# ── State ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@value
class Following:
    """One subject, as somebody follows it or does not."""

    reasons: Mapping[FollowReason, datetime] = dataclasses.field(default_factory=dict)
    """Why they follow it, and from when on."""
    put_aside: frozenset[FollowReason] = frozenset()
    """What they still are, though they said no."""
    left_at: datetime | None = None
    """When they said no."""


@value
class Subscription:
    """Everything that a person follows, or has said no to."""

    subjects: Mapping[str, Following] = dataclasses.field(default_factory=dict)

    @property
    def followed(self) -> Mapping[str, Following]:
        """What is followed now."""
        return {subject: following for subject, following in self.subjects.items() if following.reasons}


# ── Evolve ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(subscription: Subscription | None, happening: object) -> Subscription:
    """The subscription after an event."""
    subscription = subscription or Subscription()
    match happening:
        case Followed(subject=subject) | Unfollowed(subject=subject):
            following = _onwards(subscription.subjects.get(subject, Following()), happening)
            return Subscription(subjects={**subscription.subjects, subject: following})
        case _:
            return subscription


def _onwards(following: Following, happening: Followed | Unfollowed) -> Following:
    match happening:
        case Followed(reason="manual", counts_from=since):
            return Following(reasons={**following.reasons, "manual": since})
        case Followed(reason=reason, counts_from=since):
            return replace(following, reasons={**following.reasons, reason: since})
        case Unfollowed(reason=None, counts_until=left_at):
            return Following(put_aside=(following.put_aside | set(following.reasons)) - {"manual"}, left_at=left_at)
        case Unfollowed(reason=reason):
            kept = {other: since for other, since in following.reasons.items() if other != reason}
            return replace(following, reasons=kept, put_aside=following.put_aside - {reason})


SUBSCRIPTION = Decider("subscription", Subscription, evolve)

# ── Decisions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def follow(command: Follow, subscription: Subscription | None) -> list[object]:
    """Follow it by hand."""
    subject = same(command.subject)
    if "manual" in _of(subscription, subject).reasons:
        return []
    return [Followed(person_id=command.by.person_id, subject=subject, reason="manual", counts_from=command.at)]


def unfollow(command: Unfollow, subscription: Subscription | None) -> list[object]:
    """Follow it no longer; said of what is not followed yet, it keeps it so."""
    subject = same(command.subject)
    following = _of(subscription, subject)
    if following.left_at and not following.reasons:
        return []
    return [Unfollowed(person_id=command.by.person_id, subject=subject, reason=None, counts_until=command.at)]


def take_part(command: ChangePart, subscription: Subscription | None) -> list[object]:
    """Follow what one has become a part of, unless one has said no and may be left alone."""
    following = _of(subscription, command.subject)
    if command.reason in following.reasons or command.reason in following.put_aside:
        return []
    if following.left_at and not (command.reason in RESPONSIBILITIES and command.since > following.left_at):
        return []
    return [
        Followed(person_id=command.person_id, subject=command.subject, reason=command.reason, counts_from=command.since)
    ]


def leave_part(command: ChangePart, subscription: Subscription | None) -> list[object]:
    """One reason less to follow it."""
    following = _of(subscription, command.subject)
    if command.reason not in following.reasons and command.reason not in following.put_aside:
        return []
    return [
        Unfollowed(
            person_id=command.person_id, subject=command.subject, reason=command.reason, counts_until=command.since
        )
    ]


def same(subject: str) -> str:
    """A subject as it is compared: a tag is the same in capitals."""
    return subject.lower()


def _of(subscription: Subscription | None, subject: str) -> Following:
    return subscription.subjects.get(subject, Following()) if subscription else Following()
