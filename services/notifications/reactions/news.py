"""What is worth telling: to the followers of what, or to whom else. Three tables; everything else reads them.

Following an idea covers its experiments and their lessons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from contracts.experiments import (
    CONCLUSIONS,
    ApprovalReturned,
    Conclusion,
    DecisionTaken,
    ExperimentApproved,
    ExperimentCancelled,
    ExperimentClosed,
    ExperimentDrafted,
    ExperimentReopened,
    ExperimentStarted,
    FollowUpAssigned,
    LessonPrompted,
    OfExperiment,
    OwnerChanged,
    TeamChanged,
)
from contracts.ideas import (
    AuthorshipTransferred,
    ChallengeCancelled,
    ChallengeClosed,
    ChallengeExtended,
    ChallengeOpened,
    ChallengeReopened,
    CoachAssigned,
    CommentAdded,
    EvaluationStarted,
    IdeaDeclined,
    IdeaHandedOver,
    IdeaPutOnHold,
    IdeaRealised,
    IdeaReopened,
    IdeaSelected,
    IdeaSubmitted,
    IdeaWithdrawn,
    JoinAccepted,
    JoinDeclined,
    JoinRequested,
    LessonBuiltUpon,
    MoreInformationRequested,
    ReviewStarted,
)
from contracts.lessons import LessonRecorded
from contracts.notifications import NotificationRule
from services.notifications.subscription import same

Subjects = Iterable[str]
Addressed = Iterable[tuple[str | None, NotificationRule]]

# ── Which followers ────────────────────────────────────────────────────────────────────────────────────────────────


def _idea(event: Any) -> Subjects:
    return [f"idea-{event.idea_id}"]


def _challenge(event: Any) -> Subjects:
    return [f"challenge-{event.challenge_id}", f"unit-{event.unit}"]


def _experiment(event: OfExperiment) -> Subjects:
    return [f"experiment-{event.experiment_id}", *_ideas(event.idea_ids)]


def _milestone(event: ExperimentStarted | Conclusion) -> Subjects:
    return [*_experiment(event), f"unit-{event.unit}"]


def _new_idea(event: IdeaSubmitted) -> Subjects:
    challenge = [f"challenge-{event.challenge_id}"] if event.challenge_id else []
    return [*challenge, f"unit-{event.unit}", *_tags(event.tags)]


def _lesson(event: LessonRecorded) -> Subjects:
    experiments = [f"experiment-{experiment}" for experiment in event.experiment_ids]
    return [*experiments, *_ideas(event.idea_ids), f"unit-{event.unit}", *_tags(event.tags)]


def _ideas(idea_ids: Iterable[str]) -> Subjects:
    return [f"idea-{idea}" for idea in idea_ids]


def _tags(tags: Iterable[str]) -> Subjects:
    return [same(f"tag-{tag}") for tag in tags]


NEWS: Mapping[type, Callable[[Any], Subjects]] = {
    ChallengeOpened: _challenge,
    ChallengeExtended: _challenge,
    EvaluationStarted: _challenge,
    ChallengeClosed: _challenge,
    ChallengeReopened: _challenge,
    ChallengeCancelled: _challenge,
    IdeaSubmitted: _new_idea,
    CommentAdded: _idea,
    LessonBuiltUpon: _idea,
    ReviewStarted: _idea,
    IdeaSelected: _idea,
    IdeaDeclined: _idea,
    IdeaPutOnHold: _idea,
    IdeaHandedOver: lambda event: [*_idea(event), f"unit-{event.to_unit}"],
    IdeaReopened: _idea,
    IdeaRealised: lambda event: [*_idea(event), f"unit-{event.unit}"],
    IdeaWithdrawn: _idea,
    ExperimentApproved: _experiment,
    ApprovalReturned: _experiment,
    ExperimentStarted: _milestone,
    **dict.fromkeys(CONCLUSIONS.values(), _milestone),
    DecisionTaken: _experiment,
    ExperimentClosed: _experiment,
    ExperimentReopened: _experiment,
    ExperimentCancelled: _experiment,
    LessonRecorded: _lesson,
}
"""Event → what those follow who are told of it."""

# ── Who else ───────────────────────────────────────────────────────────────────────────────────────────────────────

ADDRESSED: Mapping[type, Callable[[Any], Addressed]] = {
    JoinAccepted: lambda event: [(event.person_id, "asker")],
    JoinDeclined: lambda event: [(event.person_id, "asker")],
    AuthorshipTransferred: lambda event: [(event.author.person_id, "author")],
    CoachAssigned: lambda event: [(event.coach_id, "responsible")],
    IdeaSelected: lambda event: [(event.responsible, "responsible")],
    ExperimentDrafted: lambda event: [(event.owner, "owner")],
    OwnerChanged: lambda event: [(event.to, "owner")],
    TeamChanged: lambda event: [(person, "responsible") for person in event.joined],
    LessonPrompted: lambda event: [(event.owner, "owner")],
    FollowUpAssigned: lambda event: [(event.assignee, "responsible")],
}
"""Event → whom it is meant for, whatever they follow."""

TO_AUTHORS = (JoinRequested, MoreInformationRequested)
"""Events that all authors of the idea are told of, whatever they follow."""

EVEN_OF_ONES_OWN = (LessonPrompted,)
"""Events that are told even to those whose doing they are: who concludes is asked for the lesson."""


def addressed(event: object) -> list[tuple[str, NotificationRule]]:
    """Whom an event is meant for, and as what."""
    find = ADDRESSED.get(type(event))
    return [(person, rule) for person, rule in find(event) if person is not None] if find else []
