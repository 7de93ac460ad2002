"""What becomes of an experiment: what was believed, what was seen, how it ended, and what was learned from it."""

from __future__ import annotations

import dataclasses
from typing import Any

from benchmarks.city import words
from benchmarks.city.people import City
from benchmarks.city.step import Life, Step
from contracts.experiments import (
    Check,
    Checks,
    ChecksAnswered,
    Conclusion,
    CriteriaSet,
    Criterion,
    CriterionResult,
    DecisionTaken,
    ExperimentClosed,
    ExperimentDrafted,
    ExperimentFailed,
    ExperimentInconclusive,
    ExperimentInvalidated,
    ExperimentStarted,
    ExperimentStoppedEarly,
    ExperimentSucceeded,
    Follows,
    LessonAttached,
    LessonPrompted,
    Mandate,
    MeasuringEnded,
    ObservationRecorded,
    criteria_hash,
)
from contracts.ideas import IdeaPutToTest, IdeaRealised, IdeaTestConcluded, IdeaTestDecided
from contracts.lessons import LessonApplied, LessonEndorsed, LessonRecorded
from contracts.values import Author, TestDecision

_OUTCOMES: dict[type[Conclusion], int] = {
    ExperimentSucceeded: 30,
    ExperimentFailed: 38,
    ExperimentInconclusive: 17,
    ExperimentStoppedEarly: 10,
    ExperimentInvalidated: 5,
}
_ON = ("iterate", "pivot", "repeat")
_NO = Check(answer="no")
_GOAL = 50
_RULE = "move-ideas"


@dataclasses.dataclass(slots=True, kw_only=True)
class _Trial:
    """An experiment, and what every event of it says."""

    city: City
    id: str
    idea_id: str
    unit: str
    title: str
    owner: str
    criterion: Criterion
    hypothesis: str

    @property
    def stream(self) -> str:
        """Its stream."""
        return f"experiment-{self.id}"

    def says(self, kind: type[Any], **more: Any) -> Any:
        """An event of it."""
        return kind(experiment_id=self.id, idea_ids=(self.idea_id,), unit=self.unit, title=self.title, **more)

    def step(self, days: float, kind: type[Any], **more: Any) -> Step:
        """Its owner does something, about so many days later."""
        return Step(
            self.city.chance.expovariate(1 / days) if days else 0, self.stream, self.says(kind, **more), self.owner
        )


def tried(city: City, idea_id: str, unit: str, owner: str, follows: Follows | None = None) -> Life:
    """From the plan to the decision; some go on with another."""
    trial = _planned(city, idea_id, unit, owner)
    yield trial.step(10, ExperimentDrafted, owner=owner, hypothesis=trial.hypothesis, follows=follows, drafted_by=owner)
    yield trial.step(2, CriteriaSet, criteria=(trial.criterion,), set_by=owner)
    checks = Checks(**{field.name: _NO for field in dataclasses.fields(Checks)})
    yield trial.step(2, ChecksAnswered, checks=checks, needs_approval=False, answered_by=owner)
    frozen = criteria_hash(trial.hypothesis, (trial.criterion,))
    started = yield trial.step(
        *(9, ExperimentStarted),
        hypothesis=trial.hypothesis,
        criteria=(trial.criterion,),
        criteria_hash=frozen,
        owner=owner,
        started_by=owner,
    )
    put = IdeaPutToTest(idea_id=idea_id, unit=unit, experiment_id=trial.id, leads_to="in_experiment")
    yield Step(0, f"idea-{idea_id}", put, _RULE, started)
    yield from _seen(trial)


def _planned(city: City, idea_id: str, unit: str, owner: str) -> _Trial:
    criterion = Criterion(
        id="criterion-1",
        metric=words.title(city.chance),
        unit_of_measure="procent",
        direction="at_least",
        threshold=str(_GOAL),
    )
    return _Trial(
        city=city,
        id=city.id(),
        idea_id=idea_id,
        unit=unit,
        title=words.title(city.chance),
        owner=owner,
        criterion=criterion,
        hypothesis=words.text(city.chance, 2),
    )


def _seen(trial: _Trial) -> Life:
    city, seen = trial.city, []
    (kind,) = city.chance.choices(list(_OUTCOMES), list(_OUTCOMES.values()))
    for _ in range(1 + min(40, city.how_many(3))):
        seen.append(city.id())
        yield trial.step(
            *(6, ObservationRecorded),
            observation_id=seen[-1],
            criterion_id=trial.criterion.id,
            value=_value(city, kind),
            n=1 + city.how_many(12),
            evidence_type=city.chance.choice(("anecdote", "interview", "survey", "usage_data")),
            observed_on=city.day(),
            late=False,
            recorded_by=trial.owner,
        )
    if city.happens(0.08):
        return  # nobody has ended it yet
    if kind is not ExperimentStoppedEarly:
        yield trial.step(3, MeasuringEnded, ended_by=trial.owner)
    yield from _concluded(trial, kind, seen)


def _value(city: City, kind: type[Conclusion]) -> str:
    return str(city.chance.randrange(_GOAL, 100) if kind is ExperimentSucceeded else city.chance.randrange(_GOAL))


def _concluded(trial: _Trial, kind: type[Conclusion], seen: list[str]) -> Life:
    city = trial.city
    concluded = yield trial.step(
        *(8, kind),
        hypothesis=trial.hypothesis,
        observation_ids=tuple(seen),
        per_criterion=(_result(trial, kind),),
        evidence_level=city.chance.choice(("weak", "moderate", "strong")),
        owner=trial.owner,
        concluded_by=trial.owner,
        **_why(city, kind),
    )
    yield trial.step(0, LessonPrompted, outcome=kind.outcome, owner=trial.owner)
    told = IdeaTestConcluded(idea_id=trial.idea_id, unit=trial.unit, experiment_id=trial.id, outcome=kind.outcome)
    yield Step(0, f"idea-{trial.idea_id}", told, _RULE, concluded)
    if city.happens(0.8):
        yield from _learned(trial, kind)
    yield from _gone_on(trial, kind)


def _result(trial: _Trial, kind: type[Conclusion]) -> CriterionResult:
    is_known = kind in (ExperimentSucceeded, ExperimentFailed)
    return CriterionResult(
        criterion_id=trial.criterion.id,
        metric=trial.criterion.metric,
        unit_of_measure=trial.criterion.unit_of_measure,
        role="goal",
        direction="at_least",
        expected=str(_GOAL),
        observed=_value(trial.city, kind) if is_known else None,
        met=kind is ExperimentSucceeded if is_known else None,
    )


def _why(city: City, kind: type[Conclusion]) -> dict[str, Any]:
    if kind is ExperimentStoppedEarly:
        code = city.chance.choice(("no_longer_needed", "resources", "external", "abandoned"))
        return {"reason_code": code, "reason": words.sentence(city.chance)}
    return {"reason": words.sentence(city.chance)} if kind is ExperimentInvalidated else {}


def _learned(trial: _Trial, kind: type[Conclusion]) -> Life:
    city, lesson_id = trial.city, trial.city.id()
    lesson = LessonRecorded(
        lesson_id=lesson_id,
        experiment_ids=(trial.id,),
        idea_ids=(trial.idea_id,),
        unit=trial.unit,
        statement=words.text(city.chance, 2),
        recommendation=words.sentence(city.chance) if city.happens(0.5) else None,
        tags=(city.one_of(words.TAGS),),
        author=Author(kind="employee", person_id=trial.owner),
        recorded_by=trial.owner,
    )
    recorded = yield Step(city.chance.expovariate(1 / 12), f"lesson-{lesson_id}", lesson, trial.owner)
    city.lessons.insert(0, (lesson_id, trial.unit))
    attached = trial.says(LessonAttached, lesson_id=lesson_id)
    yield Step(0, trial.stream, attached, "attach-lessons", recorded)
    yield trial.step(0, ExperimentClosed, outcome=kind.outcome, lesson_ids=(lesson_id,))
    yield from _used(city, lesson_id, trial)


def _used(city: City, lesson_id: str, trial: _Trial) -> Life:
    about = {"lesson_id": lesson_id, "experiment_ids": (trial.id,), "idea_ids": (trial.idea_id,), "unit": trial.unit}
    for _ in range(min(20, city.how_many(0.8))):
        person = city.person()
        applied = LessonApplied(
            **about,
            application_id=city.id(),
            where=words.title(city.chance),
            what_changed=words.sentence(city.chance),
            applied_by=person,
        )
        event = LessonEndorsed(**about, endorsed_by=person) if city.happens(0.5) else applied
        yield Step(city.chance.expovariate(1 / 15), f"lesson-{lesson_id}", event, person)


def _gone_on(trial: _Trial, kind: type[Conclusion]) -> Life:
    city, reason = trial.city, words.sentence(trial.city.chance)
    decision: TestDecision = city.chance.choice(
        ("hand_over", "scale") if kind is ExperimentSucceeded else (*_ON, "retire")
    )
    receiver = words.title(city.chance) if decision == "hand_over" else None
    mandate = Mandate(decided_by=city.person(), decided_as="decider", for_unit=trial.unit)
    way = {"decision": decision, "receiver": receiver, "reason": reason}
    taken = yield trial.step(14, DecisionTaken, **way, outcome=kind.outcome, owner=trial.owner, mandate=mandate)
    leads_to = {"hand_over": "realised", "retire": "not_realised"}.get(decision, "selected")
    about = {"idea_id": trial.idea_id, "unit": trial.unit, "experiment_id": trial.id}
    yield Step(0, f"idea-{trial.idea_id}", IdeaTestDecided(**about, **way, leads_to=leads_to), _RULE, taken)
    if decision == "hand_over":
        realised = IdeaRealised(**about, what_changed=words.sentence(city.chance), receiver=receiver)
        yield Step(0, f"idea-{trial.idea_id}", realised, _RULE, taken)
    elif decision in _ON and city.happens(0.5):
        follows = Follows(experiment_id=trial.id, how=decision)
        yield from tried(city, trial.idea_id, trial.unit, trial.owner, follows)
