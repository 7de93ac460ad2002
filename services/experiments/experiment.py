"""An experiment: what is known of it, what changes that, and what may be done with it by whom.

Its commands and decisions stand beside it: ``experiment_planning``, ``experiment_people``, ``experiment_approval``,
``experiment_running``, ``experiment_observing``, ``experiment_concluding`` and ``experiment_afterwards``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, TypedDict

from chassis.decider import Decider
from chassis.errors import NotFound
from chassis.states import StateTable
from contracts.event import about, replace, value
from contracts.experiments import (
    ApprovalReturned,
    Checks,
    ChecksAnswered,
    Conclusion,
    ConclusionCorrected,
    CriteriaAmended,
    CriteriaSet,
    Criterion,
    CriterionResult,
    EvidenceType,
    ExperimentApproved,
    ExperimentCancelled,
    ExperimentClosed,
    ExperimentDrafted,
    ExperimentPaused,
    ExperimentReopened,
    ExperimentResumed,
    ExperimentRevised,
    ExperimentStarted,
    ExperimentState,
    FollowUpAssigned,
    FollowUpDone,
    LessonAttached,
    Measurement,
    MeasuringEnded,
    ObservationCorrected,
    ObservationRecorded,
    ObservationWithdrawn,
    OwnerChanged,
    TeamChanged,
)
from contracts.values import (
    ChallengeId,
    Count,
    CriterionId,
    DecimalText,
    EvidenceLevel,
    ExperimentId,
    IdeaId,
    LessonId,
    Note,
    Outcome,
    PartId,
    PersonId,
    Source,
    Text,
    Title,
    UnitId,
)

CHECKED = tuple(field.name for field in dataclasses.fields(Checks))
"""The names of the checks, in the order they are asked."""


class Bearings(TypedDict):
    """What every event of an experiment repeats."""

    experiment_id: ExperimentId
    idea_ids: tuple[IdeaId, ...]
    unit: UnitId
    title: Title


@value
class Observation:
    """One value seen of one criterion; what a correction leaves out is taken from here."""

    observation_id: PartId = about("The observation.")
    criterion_id: CriterionId = about("The criterion that it is of.")
    value: DecimalText = about("What was seen.")
    n: Count | None = about("How many it was seen of.", default=None)
    method: Note | None = about("How it was seen.", default=None)
    evidence_type: EvidenceType = about("What kind of evidence it is.")
    source: Source | None = about("The system that it was taken from.", default=None)
    observed_on: date = about("The day it was seen.")
    withdrawn: bool = about("Whether it no longer counts.", default=False)


@value
class FollowUp:
    """Something that is left to do."""

    follow_up_id: PartId = about("The follow-up.")
    assignee: PersonId = about("Who sees to it.")
    done: bool = about("Whether it is done.", default=False)


@value
class Experiment:
    """What a rule needs to know of an experiment."""

    experiment_id: ExperimentId = about("The experiment.")
    idea_ids: tuple[IdeaId, ...] = about("The ideas that it tests.", default=())
    unit: UnitId = about("The unit whose decider decides.")
    title: Title = about("The experiment in one line; its events repeat it.")
    challenge_id: ChallengeId | None = about("Its conclusion repeats it.", default=None)
    state: ExperimentState = about("Where it is on its way.", default="draft")
    hypothesis: Text | None = about("We believe that …", default=None)
    test_method: Text | None = about("To verify that, we will …", default=None)
    owner: PersonId = about("Who leads it.")
    team: tuple[PersonId, ...] = about("Who runs it together with the owner.", default=())
    involved: frozenset[PersonId] = about("Everybody who has ever led or run it: they never decide on it.")
    contact_shown: bool = about("Whether its owner wants to be asked about it.", default=False)
    starts_on: date | None = about("The day it is meant to start.", default=None)
    ends_on: date | None = about("The day it is meant to end.", default=None)
    checks: Checks | None = about("What was thought of; None until it was answered.", default=None)
    criteria: tuple[Criterion, ...] = about("What it is judged by.", default=())
    amendments: int = about("How often the criteria were changed while it ran.", default=0)
    observations: tuple[Observation, ...] = about("All that was seen, oldest first.", default=())
    outcome: Outcome | None = about("What it is concluded with, while that stands.", default=None)
    evidence_level: EvidenceLevel = about("How well founded the conclusion is.", default="none")
    results: tuple[CriterionResult, ...] = about("What the conclusion saw.", default=())
    lessons: tuple[LessonId, ...] = about("Every lesson learned from it.", default=())
    counting: tuple[LessonId, ...] = about("Those that close it: not the ones from before it was reopened.", default=())
    follow_ups: tuple[FollowUp, ...] = about("What is left to do, and what was.", default=())

    @property
    def bearings(self) -> Bearings:
        """What every event of it repeats."""
        return Bearings(experiment_id=self.experiment_id, idea_ids=self.idea_ids, unit=self.unit, title=self.title)

    @property
    def people(self) -> frozenset[PersonId]:
        """Whose matter it is: the owner and the team."""
        return frozenset({self.owner, *self.team})

    @property
    def contacts(self) -> frozenset[PersonId]:
        """Who may be named to others: the owner, if they want to be asked."""
        return frozenset({self.owner}) if self.contact_shown else frozenset()

    @property
    def has_started(self) -> bool:
        """Whether hypothesis and criteria are frozen."""
        return self.state not in ("draft", "ready", "cancelled")

    @property
    def is_concluded(self) -> bool:
        """Whether there is a conclusion, so that what is seen from now on is late."""
        return self.outcome is not None

    @property
    def raised_checks(self) -> tuple[str, ...]:
        """The checks whose answer is not no: with one of these the unit's decider must approve."""
        return tuple(name for name in CHECKED if self.checks and getattr(self.checks, name).answer != "no")


_LEADS_TO: Mapping[type, ExperimentState] = {
    CriteriaSet: "draft",
    ChecksAnswered: "draft",
    ExperimentApproved: "ready",
    ApprovalReturned: "draft",
    ExperimentStarted: "running",
    ExperimentPaused: "paused",
    ExperimentResumed: "running",
    MeasuringEnded: "awaiting_conclusion",
    ExperimentClosed: "closed",
    ExperimentCancelled: "cancelled",
}


def state_after(happening: object) -> ExperimentState | None:
    """The state that an event leads to; None where it stays as it was."""
    match happening:
        case ExperimentRevised(leads_to=state) | ExperimentReopened(leads_to=state):
            return state
        case Conclusion():
            return "awaiting_lesson"
        case _:
            return _LEADS_TO.get(type(happening))


def evolve(experiment: Experiment | None, happening: object) -> Experiment:
    """The experiment after an event."""
    if experiment is None:
        return _drafted(happening)
    if state := state_after(happening):
        experiment = replace(experiment, state=state)
    return _followed(_observed(_planned(experiment, happening), happening), happening)


def _drafted(happening: object) -> Experiment:
    match happening:
        case ExperimentDrafted() as first:
            return Experiment(
                experiment_id=first.experiment_id,
                idea_ids=first.idea_ids,
                unit=first.unit,
                title=first.title,
                challenge_id=first.challenge_id,
                hypothesis=first.hypothesis,
                test_method=first.test_method,
                owner=first.owner,
                team=first.team,
                involved=frozenset({first.owner, *first.team}),
                contact_shown=first.contact_shown,
                starts_on=first.starts_on,
                ends_on=first.ends_on,
            )
        case _:
            raise TypeError(f"an experiment begins with ExperimentDrafted, not {type(happening).__name__}")


def _planned(experiment: Experiment, happening: object) -> Experiment:
    """With what is tested, by what it is judged, and by whom."""
    known = partial(replace, experiment)
    match happening:
        case ExperimentRevised():
            return _revised(experiment, happening)
        case CriteriaSet(criteria=criteria):
            return known(criteria=criteria)
        case CriteriaAmended(after=criteria):
            return known(criteria=criteria, amendments=experiment.amendments + 1)
        case ChecksAnswered(checks=checks):
            return known(checks=checks)
        case OwnerChanged(to=owner, team=team):
            return known(owner=owner, team=team, contact_shown=False, involved=experiment.involved | {owner, *team})
        case TeamChanged(team=team):
            return known(team=team, involved=experiment.involved | {*team})
        case _:
            return experiment


def _observed(experiment: Experiment, happening: object) -> Experiment:
    """With what was seen, and what was concluded from it."""
    known = partial(replace, experiment)
    match happening:
        case ObservationRecorded():
            return known(observations=(*experiment.observations, _observation(happening)))
        case ObservationCorrected() | ObservationWithdrawn():
            return known(observations=tuple(_seen_otherwise(seen, happening) for seen in experiment.observations))
        case Conclusion(evidence_level=level, per_criterion=results):
            return known(outcome=happening.outcome, evidence_level=level, results=results)
        case ConclusionCorrected(evidence_level=level):
            return known(evidence_level=level or experiment.evidence_level)
        case ExperimentReopened():
            return known(outcome=None, evidence_level="none", results=(), counting=())
        case _:
            return experiment


def _followed(experiment: Experiment, happening: object) -> Experiment:
    """With what is left to do, and what was learned."""
    known = partial(replace, experiment)
    match happening:
        case FollowUpAssigned(follow_up_id=id_, assignee=assignee):
            return known(follow_ups=(*experiment.follow_ups, FollowUp(follow_up_id=id_, assignee=assignee)))
        case FollowUpDone(follow_up_id=id_):
            return known(follow_ups=tuple(_done(left, id_) for left in experiment.follow_ups))
        case LessonAttached(lesson_id=lesson):
            lessons = tuple(dict.fromkeys((*experiment.lessons, lesson)))
            return known(lessons=lessons, counting=(*experiment.counting, lesson))
        case _:
            return experiment


def _revised(experiment: Experiment, revised: ExperimentRevised) -> Experiment:
    kept = ("hypothesis", "test_method", "challenge_id", "starts_on", "ends_on", "contact_shown")
    changed: dict[str, Any] = {name: value for name in kept if (value := getattr(revised, name)) is not None}
    changed |= {name: None for name in kept if name in revised.cleared}
    changed |= {"title": revised.title, "idea_ids": revised.idea_ids}
    return replace(experiment, **changed)


def _observation(seen: Measurement) -> Observation:
    return Observation(
        observation_id=seen.observation_id,
        criterion_id=seen.criterion_id,
        value=seen.value,
        n=seen.n,
        method=seen.method,
        evidence_type=seen.evidence_type,
        source=seen.source,
        observed_on=seen.observed_on,
    )


def _seen_otherwise(seen: Observation, now: ObservationCorrected | ObservationWithdrawn) -> Observation:
    if seen.observation_id != now.observation_id:
        return seen
    return _observation(now) if isinstance(now, ObservationCorrected) else replace(seen, withdrawn=True)


def _done(left: FollowUp, follow_up_id: PartId) -> FollowUp:
    return replace(left, done=True) if left.follow_up_id == follow_up_id else left


EXPERIMENT = Decider("experiment", Experiment, evolve)

TABLE = StateTable(
    "           draft       ready       running   paused    awaiting_conclusion  awaiting_lesson  closed  cancelled",
    set="       =           →draft      ·         ·         ·                    ·                ·       ·",
    revise="    =           =           =         =         =                    ·                ·       ·",
    people="    =           =           =         =         =                    =                =       ·",
    ask="       =           ·           ·         ·         ·                    ·                ·       ·",
    approve="   →ready      ○           ·         ·         ·                    ·                ·       ·",
    send_back=" =           →draft      ·         ·         ·                    ·                ·       ·",
    start="     →running    →running    ○         ·         ·                    ·                ·       ·",
    amend="     ·           ·           =         =         ·                    ·                ·       ·",
    observe="   ·           ·           =         =         =                    =                =       ·",
    pause="     ·           ·           →paused   ○         ·                    ·                ·       ·",
    resume="    ·           ·           ○         →running  ·                    ·                ·       ·",
    end="       · · →awaiting_conclusion →awaiting_conclusion ○                  ·                ·       ·",
    conclude="  · · →awaiting_lesson →awaiting_lesson →awaiting_lesson           ·                ·       ·",
    tell="      ·           ·           ·         ·         ·                    =                =       ·",
    go_on="     ·           ·           ·         ·         ·                    =                =       ·",
    attach="    =           =           =         =         =                    →closed          =       =",
    close="     ·           ·           ·         ·         ·                    →closed          ○       ·",
    reopen="    ·           ·           ·         ·         ·  →awaiting_conclusion →awaiting_conclusion  →draft",
    cancel="    →cancelled  →cancelled  ·         ·         ·                    ·                ·       ○",
)
"""``set``: what is tested and by what; ``tell``: supplement, correct the conclusion; ``go_on``: decide, follow up."""


def known(experiment: Experiment | None) -> Experiment:
    """The experiment; NotFound if there is none."""
    if experiment is None:
        raise NotFound("no-such-experiment")
    return experiment
