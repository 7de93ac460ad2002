"""Idea (Idé): what its rules read, how events change that, and which command may be given when.

The commands and decisions: idea_writing and idea_draft (its text), idea_people (who is with it), idea_way (where it
goes), idea_tried (what its experiments do to it); idea_rights says who may.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Literal, get_args

from chassis.decider import Decider
from chassis.states import StateTable
from contracts.event import about, replace, value
from contracts.ideas import (
    AuthorNamed,
    AuthorshipTransferred,
    CommentAdded,
    DraftDiscarded,
    IdeaDeclined,
    IdeaDrafted,
    IdeaHandedOver,
    IdeaPutOnHold,
    IdeaPutToTest,
    IdeaRealised,
    IdeaReopened,
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
    ParticipantLeft,
    ReviewStarted,
    SupportWithdrawn,
)
from contracts.values import (
    Author,
    ChallengeId,
    ExperimentId,
    IdeaId,
    LessonId,
    Note,
    PartId,
    PersonId,
    TestDecision,
    Title,
    UnitId,
)

TABLE = StateTable(
    "               draft       submitted      in_review      on_hold        selected       in_experiment realised       not_realised   declined       withdrawn",
    submit="        →submitted  ○              ·              ·              ·              ·             ·              ·              ·              ·",
    discard="       →gone       ·              ·              ·              ·              ·             ·              ·              ·              ·",
    revise="        =           =              =              =              =              =             ·              ·              ·              ·",
    support="       ·           =              =              =              =              =             ·              ·              ·              ·",
    comments="      ·           =              =              =              =              =             =              =              =              ·",
    lessons="       ·           =              =              =              =              =             =              =              =              ·",
    joins="         =           =              =              =              =              =             ·              ·              ·              ·",
    authorship="    =           =              =              =              =              =             =              =              =              =",
    review="        ·           →in_review     ○              →in_review     ·              ·             ·              ·              ·              ·",
    coach="         ·           =              =              =              =              =             ·              ·              ·              ·",
    hand_over="     ·           =              →submitted     →submitted     →submitted     ·             ·              ·              ·              ·",
    hold="          ·           →on_hold       →on_hold       =              →on_hold       ·             ·              ·              ·              ·",
    select="        ·           →selected      →selected      →selected      ○              ·             ·              ·              ·              ·",
    decline="       ·           →declined      →declined      →declined      →declined      ·             ·              ·              ○              ·",
    realise="       ·           →realised      →realised      →realised      →realised      ·             ·              ·              ·              ·",
    put_to_test="   =           →in_experiment →in_experiment →in_experiment →in_experiment =             →in_experiment →in_experiment →in_experiment =",
    test_concluded="=           =              =              =              =              =             =              =              =              =",
    test_decided="  =           =              =              =              →rule          →rule         →rule          →rule          =              =",
    reopen="        ·           ·              ·              ·              ·              ·             →in_review     →in_review     →in_review     →submitted",
    withdraw="      ·           →withdrawn     →withdrawn     →withdrawn     →withdrawn     ·             ·              ·              ·              ○",
)

# ── State ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@value
class Names:
    """The authors of an idea who did not want to be named.

    A pseudonym is made of the idea and a number, never of the person: nobody can try ids until one fits.
    """

    idea_id: IdeaId = about("The idea.")
    hidden: tuple[PersonId, ...] = about("Every author who has hidden their name, in order.", default=())
    shown: frozenset[PersonId] = about("Those of them who show it now.", default=frozenset())

    def hides(self, person_id: str | None) -> bool:
        """Whether this person's name is hidden here."""
        return person_id in self.hidden and person_id not in self.shown

    def told(self, person_id: str) -> str:
        """What this person is called here: their id, or the pseudonym of whoever is hidden."""
        if not self.hides(person_id):
            return person_id
        made = hashlib.sha256(f"{self.idea_id}/{self.hidden.index(person_id)}".encode()).hexdigest()
        return f"hidden-{made[:24]}"

    def meant(self, told: str) -> str:
        """Who is meant by what they are called here."""
        return next((person for person in self.hidden if self.told(person) == told), told)


@value
class Trial:
    """An experiment with the idea, and the way chosen after it; None while that is open."""

    decision: TestDecision | None = None
    receiver: Title | None = None
    reason: Note | None = None


@value
class Idea:
    """What the rules of an idea read; never what it says."""

    idea_id: IdeaId
    state: IdeaState | Literal["gone"]
    unit: UnitId
    author: Author
    recorded_by: PersonId
    names: Names
    coauthors: tuple[PersonId, ...] = ()
    involved: frozenset[PersonId] = frozenset()
    """Everybody who has ever been an author of it: whoever hands it over does not decide on it either."""
    challenge_id: ChallengeId | None = None
    workshop_id: PartId | None = None
    supporters: frozenset[PersonId] = frozenset()
    asking: frozenset[PersonId] = frozenset()
    """Who has asked to join and was not answered."""
    comments: Mapping[PartId, PersonId] = dataclasses.field(default_factory=dict)
    lessons: frozenset[LessonId] = frozenset()
    tests: Mapping[ExperimentId, Trial] = dataclasses.field(default_factory=dict)

    @property
    def authors(self) -> frozenset[PersonId]:
        """The people whose idea it is."""
        return frozenset(person for person in (self.author.person_id, *self.coauthors) if person)

    def held_by(self, person_id: str) -> bool:
        """Whether this person is its author, or acts for an author who has no account."""
        if self.author.person_id is None:
            return person_id in (self.recorded_by, *self.coauthors)
        return person_id == self.author.person_id

    def kept_by(self, person_id: str) -> bool:
        """Whether this person may write in it: author, co-author, or who acts for them."""
        return person_id in self.authors or self.held_by(person_id)


def evolve(idea: Idea | None, happening: object) -> Idea:
    """The idea after an event."""
    if isinstance(happening, IdeaDrafted | IdeaSubmitted):
        return _involving(_begun(idea, happening))
    if idea is None:
        raise ValueError(f"{type(happening).__name__} before the idea was drafted or submitted")
    names = names_after(idea.names, happening)
    named = idea if names is idea.names else replace(idea, names=names)
    return _involving(_moved(_joined(_tried(named, happening), happening), happening))


def _begun(idea: Idea | None, event: IdeaDrafted | IdeaSubmitted) -> Idea:
    was = idea.names if idea else Names(idea_id=event.idea_id)
    begun = Idea(
        idea_id=event.idea_id,
        state="draft",
        unit=event.unit,
        author=event.author,
        recorded_by=event.recorded_by,
        names=names_after(was, event),
        coauthors=event.coauthors,
        involved=idea.involved if idea else frozenset(),
        challenge_id=event.challenge_id,
        workshop_id=event.workshop_id,
        asking=idea.asking if idea else frozenset(),
        tests=idea.tests if idea else {},
    )
    if isinstance(event, IdeaDrafted):
        return begun
    return replace(begun, state="submitted", lessons=frozenset(use.lesson_id for use in event.builds_on))


def _involving(idea: Idea) -> Idea:
    if idea.authors <= idea.involved:
        return idea
    return replace(idea, involved=idea.involved | idea.authors)


def names_after(names: Names, happening: object) -> Names:
    """Whose names are hidden after an event of the idea."""
    match happening:
        case IdeaDrafted() | IdeaSubmitted() | AuthorshipTransferred():
            person_id = happening.author.person_id
            if person_id is None or happening.author_visibility == "named":
                return names
            hidden = names.hidden if person_id in names.hidden else (*names.hidden, person_id)
            return replace(names, hidden=hidden, shown=names.shown - {person_id})
        case AuthorNamed(person_id=person_id):
            return replace(names, shown=names.shown | {person_id})
        case _:
            return names


def _joined(idea: Idea, happening: object) -> Idea:
    match happening:
        case IdeaSupported(supporter_id=person):
            return replace(idea, supporters=idea.supporters | {person})
        case SupportWithdrawn(supporter_id=person):
            return replace(idea, supporters=idea.supporters - {person})
        case CommentAdded(comment_id=comment_id, commenter_id=person):
            return replace(idea, comments={**idea.comments, comment_id: person})
        case JoinRequested(person_id=person):
            return replace(idea, asking=idea.asking | {person})
        case JoinAccepted(person_id=person):
            return replace(idea, asking=idea.asking - {person}, coauthors=(*idea.coauthors, person))
        case JoinDeclined(person_id=person):
            return replace(idea, asking=idea.asking - {person})
        case ParticipantLeft(person_id=person):
            return replace(idea, coauthors=_without(idea.coauthors, person))
        case AuthorshipTransferred(author=author):
            rest = _without(idea.coauthors, author.person_id)
            return replace(idea, author=author, coauthors=rest, asking=idea.asking - {author.person_id})
        case LessonBuiltUpon(lesson_id=lesson_id):
            return replace(idea, lessons=idea.lessons | {lesson_id})
        case _:
            return idea


def _tried(idea: Idea, happening: object) -> Idea:
    match happening:
        case IdeaPutToTest(experiment_id=tried) | IdeaTestReopened(experiment_id=tried):
            return _with_test(idea, tried, Trial())
        case IdeaTestConcluded(experiment_id=tried):
            return _with_test(idea, tried, idea.tests.get(tried, Trial()))
        case IdeaTestDecided(experiment_id=tried, decision=decision, receiver=receiver, reason=reason):
            return _with_test(idea, tried, Trial(decision=decision, receiver=receiver, reason=reason))
        case _:
            return idea


def _with_test(idea: Idea, tried: str, test: Trial) -> Idea:
    """The latest news come last."""
    others = {experiment_id: other for experiment_id, other in idea.tests.items() if experiment_id != tried}
    return replace(idea, tests={**others, tried: test})


def _moved(idea: Idea, happening: object) -> Idea:
    match happening:
        case IdeaHandedOver(to_unit=unit):
            return replace(idea, state="submitted", unit=unit)
        case IdeaReopened() | IdeaPutToTest() | IdeaTestDecided() | IdeaTestReopened():
            return replace(idea, state=happening.leads_to)
        case _ if type(happening) in _LEADS_TO:
            return replace(idea, state=_LEADS_TO[type(happening)])
        case _:
            return idea


_LEADS_TO: Mapping[type, IdeaState | Literal["gone"]] = {
    DraftDiscarded: "gone",
    ReviewStarted: "in_review",
    IdeaPutOnHold: "on_hold",
    IdeaSelected: "selected",
    IdeaDeclined: "declined",
    IdeaRealised: "realised",
    IdeaWithdrawn: "withdrawn",
}


def _without(people: tuple[str, ...], person: str | None) -> tuple[str, ...]:
    return tuple(other for other in people if other != person)


IDEA = Decider("idea", Idea, evolve)


def leads_to(row: str, idea: Idea) -> IdeaState:
    """The state that this row of the table leads to from where the idea is; Refused where it may not be given."""
    return _STATES[TABLE.lead(row, idea.state) or idea.state]


_STATES: Mapping[str, IdeaState] = {state: state for state in get_args(IdeaState)}
