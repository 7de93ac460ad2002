"""The page of one idea: everything that is told of it, folded from its history as it is now or was then."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from typing import Any, Literal

from chassis.recorded import Recorded
from contracts.event import Sealed, about, replace, value
from contracts.ideas import (
    AuthorNamed,
    AuthorshipTransferred,
    CoachAssigned,
    CommentAdded,
    CommentEdited,
    DeclineCode,
    DraftRevised,
    IdeaDeclined,
    IdeaDrafted,
    IdeaHandedOver,
    IdeaPutOnHold,
    IdeaPutToTest,
    IdeaRealised,
    IdeaReopened,
    IdeaRevised,
    IdeaSelected,
    IdeaState,
    IdeaSubmitted,
    IdeaSupported,
    IdeaTestConcluded,
    IdeaTestDecided,
    IdeaTestReopened,
    IdeaWithdrawn,
    JoinAccepted,
    JoinDeclined,
    JoinRequested,
    LessonBuiltUpon,
    MoreInformationRequested,
    ParticipantLeft,
    SimilarChecked,
    SupportWithdrawn,
)
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
    TestDecision,
    Title,
    UnitId,
    Visibility,
)
from services.ideas.read_models.moves import state_after

Step = Literal["selected", "declined", "put_on_hold", "handed_over", "realised", "reopened", "withdrawn"]


@value
class Comment:
    """Something that was said about the idea."""

    comment_id: PartId = about("The comment.")
    commenter_id: PersonId = about("Who said it.")
    in_reply_to: PartId | None = about("The comment that it answers.")
    language: Language = about("The language it is written in.")
    text: PersonalText = about("What is said; none once its writer is forgotten.")
    said_at: datetime = about("When.")
    edited_at: datetime | None = about("When it was last put in other words.", default=None)


@value
class Asking:
    """Somebody wants to join."""

    person_id: PersonId = about("Who.")
    message: PersonalText = about("What they say to the author.")
    asked_at: datetime = about("When.")


@value
class Question:
    """Something the author is asked to tell."""

    question: Note = about("What is asked.")
    asked_by: PersonId = about("The coach.")
    asked_at: datetime = about("When.")


@value
class Tested:
    """An experiment with the idea."""

    experiment_id: ExperimentId = about("The experiment.")
    outcome: Outcome | None = about("What it was concluded with.", default=None)
    decision: TestDecision | None = about("The way chosen after it.", default=None)
    receiver: Title | None = about("The part of the organisation that takes it over.", default=None)
    reason: Note | None = about("Why that way.", default=None)


@value
class Decided:
    """A step on the idea's way that somebody decided on, and why."""

    step: Step = about("What was decided.")
    decided_at: datetime = about("When.")
    reason: Note | None = about("Why, or what changed.", default=None)
    reason_code: DeclineCode | None = about("Why it was declined, in one of a few words.", default=None)
    duplicate_of: IdeaId | None = about("The idea that is the same.", default=None)
    lesson_id: LessonId | None = about("What was learned when it was tried before.", default=None)
    to_unit: UnitId | None = about("The unit it was handed to.", default=None)
    responsible: PersonId | None = about("Who sees to the next step.", default=None)
    next_step: Note | None = about("What comes next.", default=None)
    review_on: date | None = about("The day to look at it again.", default=None)
    experiment_id: ExperimentId | None = about("The experiment whose result was handed over.", default=None)
    receiver: Title | None = about("The part of the organisation that took it over.", default=None)
    mandate: Mandate | None = about("Who decided, and by what right.", default=None)


@value
class IdeaPage:
    """An idea. The texts of a draft are its authors' alone."""

    idea_id: IdeaId = about("The idea.")
    state: IdeaState = about("Where it is.")
    title: PersonalText = about("The idea in one line.")
    what: PersonalText = about("What the idea is.")
    why: PersonalText = about("Why it is needed.")
    how: PersonalText = about("How it could be done.")
    expected_effect: PersonalText = about("What it is hoped to lead to.")
    beneficiaries: PersonalTexts = about("Whom it is for.")
    tags: PersonalTexts = about("Words to find it by.")
    links: tuple[Link, ...] | Sealed | None = about("To read elsewhere.")
    builds_on: tuple[LessonUse, ...] | Sealed | None = about("The lessons it builds on.")
    unit: UnitId = about("The unit that it is for, and whose decider decides.")
    units_concerned: tuple[UnitId, ...] = about("Other units that it concerns.")
    language: Language = about("The language it is written in.")
    origin: Origin = about("What it came from.", default="idea")
    challenge_id: ChallengeId | None = about("The challenge it answers.")
    workshop_id: PartId | None = about("The workshop it comes from.")
    author: Author = about("Whose idea it is; a pseudonym of this idea where the name is hidden.")
    coauthors: tuple[PersonId, ...] = about("Who has it together with the author.")
    author_visibility: AuthorVisibility = about("Whether colleagues see the author's name.")
    visibility: Visibility = about("Internal or public.")
    similar_checked: SimilarChecked | None = about("What was shown that resembles it.", default=None)
    recorded_by: PersonId = about("Who typed it in.")
    coach_id: PersonId | None = about("The coach who helps with it.", default=None)
    supporters: int = about("How many support it.", default=0)
    supported: bool = about("Whether the caller does.", default=False)
    comments: tuple[Comment, ...] = about("What is said about it, oldest first.", default=())
    asking: tuple[Asking, ...] = about("Who wants to join; for its authors.", default=())
    questions: tuple[Question, ...] = about("What the author was asked.", default=())
    tests: tuple[Tested, ...] = about("The experiments with it.", default=())
    decisions: tuple[Decided, ...] = about("What was decided on it, oldest first.", default=())
    drafted_at: datetime | None = about("When it was begun as a draft.", default=None)
    submitted_at: datetime | None = about("When everybody could see it.", default=None)
    changed_at: datetime = about("When something happened to it last.")
    version: int = about("The version of it that this is.")
    allowed_actions: tuple[str, ...] = about("What the caller may do with it now; nothing in the past.", default=())


def onto_idea_page(page: IdeaPage | None, recorded: Recorded) -> IdeaPage:
    """The page after an event of the idea. ValueError if its first is neither a draft nor a submission."""
    happening, at = recorded.event, recorded.happened_at
    match happening:
        case IdeaDrafted():
            page = _told(happening, recorded, state="draft", drafted_at=at)
        case IdeaSubmitted():
            page = _told(happening, recorded, state="submitted", submitted_at=at, **_kept(page))
        case _ if page is None:
            raise ValueError(f"{recorded} before the idea was drafted or submitted")
        case _:
            for part in (_worded, _people, _talked, _tried, _decided):
                page = part(page, happening, at)
    moved = state_after(happening) or page.state
    return replace(page, state=moved, changed_at=at, version=recorded.version)


def _told(begun: IdeaDrafted | IdeaSubmitted, recorded: Recorded, **more: Any) -> IdeaPage:
    known = {f.name for f in dataclasses.fields(IdeaPage)}
    told = {f.name: getattr(begun, f.name) for f in dataclasses.fields(begun) if f.name in known}
    return IdeaPage(**{**told, "changed_at": recorded.happened_at, "version": recorded.version, **more})


def _kept(draft: IdeaPage | None) -> dict[str, Any]:
    """What a submission does not repeat of the time as a draft."""
    return {name: getattr(draft, name) for name in ("drafted_at", "asking", "tests")} if draft else {}


_WORDS = (
    *("title", "what", "why", "how", "expected_effect"),
    *("beneficiaries", "units_concerned", "tags", "links"),
)


def _worded(page: IdeaPage, happening: object, _: datetime) -> IdeaPage:
    match happening:
        case DraftRevised(revised=fields):
            changed: dict[str, Any] = {name: getattr(happening, name) for name in fields}
            return replace(page, **changed)
        case IdeaRevised(cleared=cleared):
            changed = {name: new for name in _WORDS if (new := getattr(happening, name)) is not None}
            emptied: dict[str, Any] = dict.fromkeys(cleared)
            return replace(page, **changed, **emptied)
        case LessonBuiltUpon(lesson_id=lesson_id, how=how):
            others = page.builds_on if isinstance(page.builds_on, tuple) else ()
            return replace(page, builds_on=(*others, LessonUse(lesson_id=lesson_id, how=how)))
        case _:
            return page


def _people(page: IdeaPage, happening: object, _: datetime) -> IdeaPage:
    match happening:
        case IdeaSupported():
            return replace(page, supporters=page.supporters + 1)
        case SupportWithdrawn():
            return replace(page, supporters=page.supporters - 1)
        case JoinAccepted(person_id=person):
            joined = replace(page, coauthors=(*page.coauthors, person))
            return _answered(joined, person)
        case JoinDeclined(person_id=person):
            return _answered(page, person)
        case ParticipantLeft(person_id=person):
            return replace(page, coauthors=_without(page.coauthors, person))
        case AuthorshipTransferred(author=author, author_visibility=visibility):
            rest = _without(page.coauthors, author.person_id)
            moved = replace(page, author=author, author_visibility=visibility, coauthors=rest)
            return _answered(moved, author.person_id)
        case AuthorNamed(person_id=person) if person == page.author.person_id:
            return replace(page, author_visibility="named")
        case CoachAssigned(coach_id=coach):
            return replace(page, coach_id=coach)
        case _:
            return page


def _talked(page: IdeaPage, happening: object, at: datetime) -> IdeaPage:
    match happening:
        case CommentAdded():
            said = Comment(
                comment_id=happening.comment_id,
                commenter_id=happening.commenter_id,
                in_reply_to=happening.in_reply_to,
                language=happening.language,
                text=happening.text,
                said_at=at,
            )
            return replace(page, comments=(*page.comments, said))
        case CommentEdited(comment_id=comment_id, text=text):
            comments = tuple(
                replace(said, text=text, edited_at=at) if said.comment_id == comment_id else said
                for said in page.comments
            )
            return replace(page, comments=comments)
        case JoinRequested(person_id=person, message=message):
            asking = Asking(person_id=person, message=message, asked_at=at)
            return replace(page, asking=(*page.asking, asking))
        case MoreInformationRequested(question=question, requested_by=coach):
            asked = Question(question=question, asked_by=coach, asked_at=at)
            return replace(page, questions=(*page.questions, asked))
        case _:
            return page


def _tried(page: IdeaPage, happening: object, _: datetime) -> IdeaPage:
    match happening:
        case IdeaPutToTest(experiment_id=tried) | IdeaTestReopened(experiment_id=tried):
            return _with_test(page, Tested(experiment_id=tried))
        case IdeaTestConcluded(experiment_id=tried, outcome=outcome):
            return _with_test(page, replace(_test(page, tried), outcome=outcome))
        case IdeaTestDecided(experiment_id=tried, decision=decision, receiver=receiver, reason=reason):
            before = _test(page, tried)
            decided = replace(before, decision=decision, receiver=receiver, reason=reason)
            return _with_test(page, decided)
        case _:
            return page


_STEPS: dict[type, Step] = {
    IdeaSelected: "selected",
    IdeaDeclined: "declined",
    IdeaPutOnHold: "put_on_hold",
    IdeaHandedOver: "handed_over",
    IdeaRealised: "realised",
    IdeaReopened: "reopened",
    IdeaWithdrawn: "withdrawn",
}


def _decided(page: IdeaPage, happening: object, at: datetime) -> IdeaPage:
    step = _STEPS.get(type(happening))
    if step is None:
        return page
    told = {f.name: getattr(happening, f.name) for f in dataclasses.fields(Decided) if hasattr(happening, f.name)}
    why = {"put_on_hold": "obstacle", "realised": "what_changed"}.get(step, "reason")
    decided = Decided(**{**told, "step": step, "decided_at": at, "reason": getattr(happening, why)})
    unit = getattr(happening, "to_unit", page.unit)
    return replace(page, unit=unit, decisions=(*page.decisions, decided))


def _test(page: IdeaPage, experiment_id: str) -> Tested:
    return next((t for t in page.tests if t.experiment_id == experiment_id), Tested(experiment_id=experiment_id))


def _with_test(page: IdeaPage, test: Tested) -> IdeaPage:
    others = tuple(other for other in page.tests if other.experiment_id != test.experiment_id)
    return replace(page, tests=(*others, test))


def _answered(page: IdeaPage, person: str | None) -> IdeaPage:
    return replace(page, asking=tuple(asked for asked in page.asking if asked.person_id != person))


def _without(people: tuple[str, ...], person: str | None) -> tuple[str, ...]:
    return tuple(other for other in people if other != person)
