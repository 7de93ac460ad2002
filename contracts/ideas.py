"""What happens in the service ideas: challenges that ask, and ideas that are had, shaped, tried and decided on.

Every event of a challenge carries ``challenge_id`` and ``unit``, every event of an idea ``idea_id``; those that move an
idea also carry its unit. A field that may be left out is None where it was, and collections are empty then.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from marshmallow import fields
from marshmallow_dataclass import class_schema

from contracts.event import Sealed, about, event, personal, value
from contracts.values import (
    Author,
    AuthorVisibility,
    ChallengeId,
    ExperimentId,
    IdeaId,
    Language,
    LessonId,
    LessonUse,
    Link,
    Mandate,
    Note,
    Origin,
    Outcome,
    PartId,
    PersonalText,
    PersonalTexts,
    PersonId,
    Source,
    TestDecision,
    Text,
    ThingId,
    Title,
    UnitId,
    Visibility,
    Word,
)

ChallengeState = Literal["draft", "open", "evaluating", "closed", "cancelled"]
IdeaState = Literal[
    "draft",
    "submitted",
    "in_review",
    "on_hold",
    "selected",
    "in_experiment",
    "realised",
    "not_realised",
    "declined",
    "withdrawn",
]
DeclineCode = Literal[
    "duplicate", "already_started", "already_done", "not_feasible", "out_of_scope", "tried_before", "other"
]
ChallengeText = Literal["opens_on", "closes_on"]
"""The fields of a challenge that can be emptied again."""
IdeaText = Literal["why", "how", "expected_effect"]
"""The texts of an idea that can be emptied again."""
DraftField = Literal[
    "title", "what", "why", "how", "expected_effect", "beneficiaries", "tags", "links", "builds_on", "units_concerned"
]
"""The fields of a draft that are sealed under its author's key, and units_concerned."""

PersonalLinks = Annotated[tuple[Link, ...] | Sealed | None, fields.List(fields.Nested(class_schema(Link)))]
PersonalLessons = Annotated[tuple[LessonUse, ...] | Sealed | None, fields.List(fields.Nested(class_schema(LessonUse)))]


@value
class SimilarChecked:
    """What the author was shown of what resembles the idea, before submitting it."""

    shown: tuple[ThingId, ...] = about("What was shown: ideas, experiments and lessons.", default=(), most=50)
    dismissed_reason: Note | None = about("Why the author went on all the same.", default=None)


# ── Challenge ──────────────────────────────────────────────────────────────────────────────────────────────────────


@event("challenge-drafted.v1")
class ChallengeDrafted:
    """Somebody prepares a question to ask."""

    challenge_id: ChallengeId = about("The challenge.")
    title: Title = about("The question in one line.")
    why: Text | None = about("Why it is asked.", default=None)
    examples: tuple[Note, ...] = about("Examples of what is meant.", default=(), most=50)
    focal_points: tuple[Note, ...] = about("What ideas should aim at (brännpunkter).", default=(), most=50)
    unit: UnitId = about("The unit that asks.")
    units_concerned: tuple[UnitId, ...] = about("Other units that it concerns.", default=(), most=50)
    selection_criteria: tuple[Note, ...] = about("What ideas are chosen by.", default=(), most=50)
    opens_on: date | None = about("The day it is meant to open.", default=None)
    closes_on: date | None = about("It stays open through this day at least.", default=None)
    links: tuple[Link, ...] = about("To read elsewhere.", default=(), most=20)
    language: Language = about("The language it is written in.", default="sv")
    drafted_by: PersonId = about("Who prepares it.")


@event("challenge-revised.v1")
class ChallengeRevised:
    """Some of its fields were changed. None: unchanged; an empty collection: emptied."""

    challenge_id: ChallengeId = about("The challenge.")
    unit: UnitId = about("The unit that asks.")
    title: Title | None = about("The question in one line.", default=None)
    why: Text | None = about("Why it is asked.", default=None)
    examples: tuple[Note, ...] | None = about("Examples of what is meant.", default=None, most=50)
    focal_points: tuple[Note, ...] | None = about("What ideas should aim at.", default=None, most=50)
    units_concerned: tuple[UnitId, ...] | None = about("Other units that it concerns.", default=None, most=50)
    selection_criteria: tuple[Note, ...] | None = about("What ideas are chosen by.", default=None, most=50)
    opens_on: date | None = about("The day it is meant to open.", default=None)
    closes_on: date | None = about("It stays open through this day at least.", default=None)
    links: tuple[Link, ...] | None = about("To read elsewhere.", default=None, most=20)
    language: Language | None = about("The language it is written in.", default=None)
    cleared: tuple[ChallengeText, ...] = about("Fields that were emptied.", default=(), most=2)
    reason: Note | None = about("Why; always given once it has opened.", default=None)
    revised_by: PersonId = about("Who changed it.")


@event("workshop-planned.v1")
class WorkshopPlanned:
    """People will meet and have ideas for this challenge together."""

    challenge_id: ChallengeId = about("The challenge.")
    workshop_id: PartId = about("The workshop.")
    name: Title = about("What it is called.")
    held_on: date | None = about("The day it is held.", default=None)
    unit: UnitId = about("The unit that holds it.")
    groups: tuple[Word, ...] = about("The names of its groups; never a person's.", default=(), most=50)
    planned_by: PersonId = about("Who planned it.")


@event("challenge-opened.v1")
class ChallengeOpened:
    """From now on it takes ideas."""

    challenge_id: ChallengeId = about("The challenge.")
    unit: UnitId = about("The unit that asks.")
    opened_by: PersonId = about("Who opened it.")


@event("challenge-extended.v1")
class ChallengeExtended:
    """It stays open longer than was said, or is open again instead of being evaluated."""

    challenge_id: ChallengeId = about("The challenge.")
    unit: UnitId = about("The unit that asks.")
    closes_on: date = about("It stays open through this day at least.")
    reason: Note | None = about("Why.", default=None)
    extended_by: PersonId = about("Who extended it.")


@event("evaluation-started.v1")
class EvaluationStarted:
    """Its ideas are gone through; it takes no new ones but a workshop's."""

    challenge_id: ChallengeId = about("The challenge.")
    unit: UnitId = about("The unit that asks.")
    started_by: PersonId = about("Who started it.")


@event("challenge-closed.v1")
class ChallengeClosed:
    """It is over. Ideas that are left keep their state and join their unit's queue."""

    challenge_id: ChallengeId = about("The challenge.")
    unit: UnitId = about("The unit that asks.")
    outcome_text: Text = about("What came of it.")
    closed_by: PersonId = about("Who closed it.")


@event("challenge-reopened.v1")
class ChallengeReopened:
    """It was closed, and its ideas are gone through again."""

    challenge_id: ChallengeId = about("The challenge.")
    unit: UnitId = about("The unit that asks.")
    reason: Note = about("Why.")
    reopened_by: PersonId = about("Who reopened it.")


@event("challenge-cancelled.v1")
class ChallengeCancelled:
    """Nothing will come of it as a challenge; its ideas stay."""

    challenge_id: ChallengeId = about("The challenge.")
    unit: UnitId = about("The unit that asks.")
    reason: Note = about("Why.")
    cancelled_by: PersonId = about("Who cancelled it.")


# ── Idea: writing ──────────────────────────────────────────────────────────────────────────────────────────────────

_WRITER = ("author.person_id", "recorded_by")


@event("idea-drafted.v1")
class IdeaDrafted:
    """Somebody begins to write. The text is sealed: only the author and co-authors see it."""

    idea_id: IdeaId = about("The idea.")
    author: Author = about("Whose idea it is.")
    coauthors: tuple[PersonId, ...] = about("Who has it together with the author.", default=(), most=50)
    author_visibility: AuthorVisibility = about("Whether colleagues see the author's name.", default="named")
    visibility: Visibility = about("Internal or public.", default="internal")
    recorded_by: PersonId = about("Who typed it in.")
    unit: UnitId = about("The unit it is meant for.")
    language: Language = about("The language it is written in.", default="sv")
    challenge_id: ChallengeId | None = about("The challenge it answers.", default=None)
    workshop_id: PartId | None = about("The workshop it comes from.", default=None)
    title: PersonalText = personal("The idea in one line.", of=_WRITER, default=None)
    what: PersonalText = personal("What the idea is.", of=_WRITER, default=None)
    why: PersonalText = personal("Why it is needed.", of=_WRITER, default=None)
    how: PersonalText = personal("How it could be done.", of=_WRITER, default=None)
    expected_effect: PersonalText = personal("What it is hoped to lead to.", of=_WRITER, default=None)
    beneficiaries: PersonalTexts = personal("Whom it is for.", of=_WRITER, default=None)
    tags: PersonalTexts = personal("Words to find it by.", of=_WRITER, default=None)
    links: PersonalLinks = personal("To read elsewhere.", of=_WRITER, default=None)
    builds_on: PersonalLessons = personal("The lessons it builds on.", of=_WRITER, default=None)
    units_concerned: tuple[UnitId, ...] = about("Other units that it concerns.", default=(), most=50)


@event("draft-revised.v1")
class DraftRevised:
    """Some fields of a draft were changed: those that ``revised`` names; one of them that is missing was emptied."""

    idea_id: IdeaId = about("The idea.")
    author: Author = about("Whose idea it is.")
    recorded_by: PersonId = about("Who typed the draft in.")
    revised_by: PersonId = about("Who changed it.")
    revised: tuple[DraftField, ...] = about("The fields that were changed.", most=20)
    title: PersonalText = personal("The idea in one line.", of=_WRITER, default=None)
    what: PersonalText = personal("What the idea is.", of=_WRITER, default=None)
    why: PersonalText = personal("Why it is needed.", of=_WRITER, default=None)
    how: PersonalText = personal("How it could be done.", of=_WRITER, default=None)
    expected_effect: PersonalText = personal("What it is hoped to lead to.", of=_WRITER, default=None)
    beneficiaries: PersonalTexts = personal("Whom it is for.", of=_WRITER, default=None)
    tags: PersonalTexts = personal("Words to find it by.", of=_WRITER, default=None)
    links: PersonalLinks = personal("To read elsewhere.", of=_WRITER, default=None)
    builds_on: PersonalLessons = personal("The lessons it builds on.", of=_WRITER, default=None)
    units_concerned: tuple[UnitId, ...] = about("Other units that it concerns.", default=(), most=50)


@event("draft-discarded.v1")
class DraftDiscarded:
    """The draft is gone, and the key to its text with it."""

    idea_id: IdeaId = about("The idea.")
    discarded_by: PersonId = about("Who threw it away.")


@event("idea-submitted.v1")
class IdeaSubmitted:
    """The idea is there for everybody. Every field is repeated openly, whatever a draft said before."""

    idea_id: IdeaId = about("The idea.")
    title: Title = about("The idea in one line.")
    what: Text = about("What the idea is.")
    why: Text | None = about("Why it is needed.", default=None)
    how: Text | None = about("How it could be done.", default=None)
    expected_effect: Text | None = about("What it is hoped to lead to.", default=None)
    beneficiaries: tuple[Word, ...] = about("Whom it is for.", default=(), most=50)
    unit: UnitId = about("The unit that it is for, and whose decider decides.")
    units_concerned: tuple[UnitId, ...] = about("Other units that it concerns.", default=(), most=50)
    tags: tuple[Word, ...] = about("Words to find it by.", default=(), most=50)
    links: tuple[Link, ...] = about("To read elsewhere.", default=(), most=20)
    language: Language = about("The language it is written in.", default="sv")
    origin: Origin = about("What it came from; challenge exactly when it answers one.", default="idea")
    challenge_id: ChallengeId | None = about("The challenge it answers.", default=None)
    workshop_id: PartId | None = about("The workshop it comes from.", default=None)
    author: Author = about("Whose idea it is.")
    coauthors: tuple[PersonId, ...] = about("Who has it together with the author.", default=(), most=50)
    author_visibility: AuthorVisibility = about("Whether colleagues see the author's name.", default="named")
    visibility: Visibility = about("Internal or public.", default="internal")
    similar_checked: SimilarChecked | None = about("What was shown that resembles it.", default=None)
    builds_on: tuple[LessonUse, ...] = about("The lessons it builds on.", default=(), most=50)
    recorded_by: PersonId = about("Who submitted it; not always its author.")
    source: Source | None = about("Where it was imported from.", default=None)


@event("idea-revised.v1")
class IdeaRevised:
    """Some fields of a submitted idea were changed. None: unchanged; an empty collection: emptied."""

    idea_id: IdeaId = about("The idea.")
    title: Title | None = about("The idea in one line.", default=None)
    what: Text | None = about("What the idea is.", default=None)
    why: Text | None = about("Why it is needed.", default=None)
    how: Text | None = about("How it could be done.", default=None)
    expected_effect: Text | None = about("What it is hoped to lead to.", default=None)
    beneficiaries: tuple[Word, ...] | None = about("Whom it is for.", default=None, most=50)
    units_concerned: tuple[UnitId, ...] | None = about("Other units that it concerns.", default=None, most=50)
    tags: tuple[Word, ...] | None = about("Words to find it by.", default=None, most=50)
    links: tuple[Link, ...] | None = about("To read elsewhere.", default=None, most=20)
    cleared: tuple[IdeaText, ...] = about("Texts that were emptied.", default=(), most=3)
    reason: Note | None = about("Why; always given once the idea is selected.", default=None)
    revised_by: PersonId = about("Who changed it.")


@event("idea-withdrawn.v1")
class IdeaWithdrawn:
    """Its author takes it back; it stays in sight."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("Its unit.")
    reason: Note | None = about("Why.", default=None)
    withdrawn_by: PersonId = about("The author, or who acts for an author without an account.")


# ── Idea: people ───────────────────────────────────────────────────────────────────────────────────────────────────


@event("idea-supported.v1")
class IdeaSupported:
    """Somebody wants this idea to go on."""

    idea_id: IdeaId = about("The idea.")
    supporter_id: PersonId = about("Who supports it.")


@event("support-withdrawn.v1")
class SupportWithdrawn:
    """Somebody supports it no longer, or has become one of its authors."""

    idea_id: IdeaId = about("The idea.")
    supporter_id: PersonId = about("Who supported it.")


@event("comment-added.v1")
class CommentAdded:
    """Somebody says something about the idea."""

    idea_id: IdeaId = about("The idea.")
    comment_id: PartId = about("The comment.")
    commenter_id: PersonId = about("Who wrote it.")
    in_reply_to: PartId | None = about("The comment that it answers.", default=None)
    replied_to: PersonId | None = about("Who wrote the comment that it answers.", default=None)
    language: Language = about("The language it is written in.", default="sv")
    text: PersonalText = personal("What is said.", of="commenter_id", default=None)


@event("comment-edited.v1")
class CommentEdited:
    """The writer puts it in other words."""

    idea_id: IdeaId = about("The idea.")
    comment_id: PartId = about("The comment.")
    commenter_id: PersonId = about("Who wrote it.")
    text: PersonalText = personal("What is said now.", of="commenter_id", default=None)


@event("join-requested.v1")
class JoinRequested:
    """Somebody wants to work on the idea together with its author."""

    idea_id: IdeaId = about("The idea.")
    person_id: PersonId = about("Who asks.")
    message: PersonalText = personal("What they say to the author.", of="person_id", default=None)


@event("join-accepted.v1")
class JoinAccepted:
    """They are a co-author from now on."""

    idea_id: IdeaId = about("The idea.")
    person_id: PersonId = about("Who had asked.")
    accepted_by: PersonId = about("The author or co-author who answered.")


@event("join-declined.v1")
class JoinDeclined:
    """Not this time."""

    idea_id: IdeaId = about("The idea.")
    person_id: PersonId = about("Who had asked.")
    declined_by: PersonId = about("The author or co-author who answered.")


@event("participant-left.v1")
class ParticipantLeft:
    """A co-author steps back."""

    idea_id: IdeaId = about("The idea.")
    person_id: PersonId = about("Who left.")


@event("authorship-transferred.v1")
class AuthorshipTransferred:
    """Somebody else carries the idea on, so that nothing stops because somebody left."""

    idea_id: IdeaId = about("The idea.")
    previous: Author = about("Whose idea it was.")
    author: Author = about("Whose idea it is now.")
    author_visibility: AuthorVisibility = about("Whether colleagues see the new author's name.")
    reason: Note | None = about("Why.", default=None)
    transferred_by: PersonId = about("The author before, or the unit's decider.")


@event("author-named.v1")
class AuthorNamed:
    """The author shows their name, which had been hidden."""

    idea_id: IdeaId = about("The idea.")
    person_id: PersonId = about("The author.")


@event("lesson-built-upon.v1")
class LessonBuiltUpon:
    """This idea builds on that lesson."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("Its unit.")
    lesson_id: LessonId = about("The lesson.")
    how: Note = about("How the idea builds on it.")
    said_by: PersonId = about("Who says so.")


# ── Idea: its way ──────────────────────────────────────────────────────────────────────────────────────────────────


@event("review-started.v1")
class ReviewStarted:
    """A coach has begun to look into it."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("Its unit.")
    reviewed_by: PersonId = about("The coach.")


@event("coach-assigned.v1")
class CoachAssigned:
    """A coach will help with it."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("Its unit.")
    coach_id: PersonId = about("The coach.")
    assigned_by: PersonId = about("Who said so.")


@event("more-information-requested.v1")
class MoreInformationRequested:
    """The author is asked to tell more."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("Its unit.")
    question: Note = about("What is asked.")
    requested_by: PersonId = about("The coach.")


@event("idea-selected.v1")
class IdeaSelected:
    """The idea goes on."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("Its unit.")
    reason: Note = about("Why.")
    responsible: PersonId | None = about("Who sees to the next step.", default=None)
    next_step: Note | None = about("What comes next.", default=None)
    review_on: date | None = about("The day to look at it again.", default=None)
    mandate: Mandate = about("Who decided, and by what right.")


@event("idea-declined.v1")
class IdeaDeclined:
    """The idea does not go on, and here is why."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("Its unit.")
    reason_code: DeclineCode = about("Why, in one of a few words.")
    reason: Note = about("Why, in words of one's own.")
    duplicate_of: IdeaId | None = about("The idea that is the same; with the code duplicate.", default=None)
    lesson_id: LessonId | None = about("What was learned; with the code tried_before.", default=None)
    same_circumstances: bool | None = about(
        "That the circumstances are the same as then; with the code tried_before.", default=None
    )
    mandate: Mandate = about("Who decided, and by what right.")


@event("idea-put-on-hold.v1")
class IdeaPutOnHold:
    """The idea rests until a certain day."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("Its unit.")
    review_on: date = about("The day to look at it again.")
    obstacle: Note = about("What stands in its way.")
    mandate: Mandate = about("Who decided, and by what right.")


@event("idea-handed-over.v1")
class IdeaHandedOver:
    """Another unit is the right one for it; it waits there as submitted."""

    idea_id: IdeaId = about("The idea.")
    from_unit: UnitId = about("The unit that had it.")
    to_unit: UnitId = about("The unit that has it now.")
    reason: Note = about("Why.")
    mandate: Mandate = about("Who decided, and by what right.")


@event("idea-reopened.v1")
class IdeaReopened:
    """It was over, and is looked at again."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("Its unit.")
    reason: Note = about("Why.")
    leads_to: IdeaState = about("in_review; submitted if it had been withdrawn.")
    mandate: Mandate | None = about("Who decided; None when its author did so after withdrawing it.", default=None)
    reopened_by: PersonId = about("Who reopened it.")


@event("idea-put-to-test.v1")
class IdeaPutToTest:
    """An experiment with it has started."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("The idea's unit.")
    experiment_id: ExperimentId = about("The experiment.")
    leads_to: IdeaState = about("The idea's state from here.")


@event("idea-test-concluded.v1")
class IdeaTestConcluded:
    """An experiment with it has a conclusion."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("The idea's unit.")
    experiment_id: ExperimentId = about("The experiment.")
    outcome: Outcome = about("What it was concluded with.")


@event("idea-test-decided.v1")
class IdeaTestDecided:
    """It is decided how to go on after an experiment with it."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("The idea's unit.")
    experiment_id: ExperimentId = about("The experiment.")
    decision: TestDecision = about("The way chosen.")
    receiver: Title | None = about("The part of the organisation that takes it over; with hand_over.", default=None)
    reason: Note = about("Why.")
    leads_to: IdeaState = about("The idea's state from here, by the rule over all its tests.")


@event("idea-test-reopened.v1")
class IdeaTestReopened:
    """An experiment with it was reopened: its conclusion and the decision after it no longer stand."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("The idea's unit.")
    experiment_id: ExperimentId = about("The experiment.")
    leads_to: IdeaState = about("The idea's state from here.")


@event("idea-realised.v1")
class IdeaRealised:
    """Something is done in another way than before."""

    idea_id: IdeaId = about("The idea.")
    unit: UnitId = about("Its unit.")
    what_changed: Note = about("What is done in another way now.")
    experiment_id: ExperimentId | None = about("The experiment whose result was handed over.", default=None)
    receiver: Title | None = about("The part of the organisation that took it over.", default=None)
    mandate: Mandate | None = about("Who decided; None when it followed from its tests.", default=None)
