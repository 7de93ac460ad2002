"""Events of experiments and lessons, made short."""

from datetime import date

from contracts.experiments import (
    CONCLUSIONS,
    Criterion,
    CriterionResult,
    DecisionTaken,
    ExperimentDrafted,
    ExperimentReopened,
    ObservationRecorded,
)
from contracts.lessons import LessonRecorded, LessonRevised, LessonWithdrawn
from contracts.values import Author, Mandate

VIDEO, PHONE, GARDEN = (f"00000000-0000-4000-8000-0000000000e{n}" for n in (1, 2, 3))
"""Experiments."""
VISITS, ROOFS = (f"00000000-0000-4000-8000-0000000000d{n}" for n in (1, 2))
"""Ideas."""
COMPANY, TABLETS = (f"00000000-0000-4000-8000-0000000000b{n}" for n in (1, 2))
"""Lessons."""
CHALLENGE = "00000000-0000-4000-8000-0000000000c1"
SEEN, SEEN_LATER = (f"00000000-0000-4000-8000-0000000000f{n}" for n in (1, 2))
OWNER, MEMBER, LEYLA, DECIDER = "p-owner", "p-member", "p-leyla", "p-decider"
MANDATE = Mandate(decided_by=DECIDER, decided_as="decider", for_unit="vof")
HALF = Criterion(
    id="share", metric="Andel besök på video", unit_of_measure="%", direction="at_least", threshold="50", role="goal"
)
MISSED = CriterionResult(
    criterion_id="share",
    metric="Andel besök på video",
    unit_of_measure="%",
    role="goal",
    direction="at_least",
    expected="50",
    observed="18",
    met=False,
)
HYPOTHESIS = "Videosamtal kan ersätta hälften av hembesöken."


def of(experiment_id=VIDEO, **changed):
    return {
        "experiment_id": experiment_id,
        "idea_ids": (VISITS,),
        "unit": "vof-hemvard",
        "title": "Video i hemtjänsten",
        **changed,
    }


def drafted(experiment_id=VIDEO, **changed):
    return ExperimentDrafted(**of(experiment_id, **{"owner": OWNER, "drafted_by": OWNER, **changed}))


def concluded(outcome, experiment_id=VIDEO, **changed):
    said = {
        "hypothesis": HYPOTHESIS,
        "test_method": "Tre månader i en grupp.",
        "per_criterion": (MISSED,),
        "evidence_level": "moderate",
        "owner": OWNER,
        "concluded_by": OWNER,
    }
    return CONCLUSIONS[outcome](**of(experiment_id, **{**said, **changed}))


def failed(experiment_id=VIDEO, **changed):
    return concluded("failed", experiment_id, **changed)


def reopened(experiment_id=VIDEO):
    return ExperimentReopened(
        **of(experiment_id), reason="En mätning saknades.", leads_to="awaiting_conclusion", reopened_by=OWNER
    )


def decided(decision="pivot", experiment_id=VIDEO):
    return DecisionTaken(
        **of(experiment_id), decision=decision, reason="Något annat.", outcome="failed", owner=OWNER, mandate=MANDATE
    )


def observed(observation_id=SEEN, value="18", late=False):
    return ObservationRecorded(
        **of(),
        observation_id=observation_id,
        criterion_id="share",
        value=value,
        evidence_type="usage_data",
        observed_on=date(2026, 5, 4),
        late=late,
        recorded_by=OWNER,
    )


def about_lesson(lesson_id=COMPANY, **changed):
    return {
        "lesson_id": lesson_id,
        "experiment_ids": (VIDEO,),
        "idea_ids": (VISITS,),
        "unit": "vof-hemvard",
        **changed,
    }


def recorded(lesson_id=COMPANY, statement="Samvaro går inte att ersätta.", **changed):
    said = {"statement": statement, "author": Author(kind="employee", person_id=LEYLA), "recorded_by": LEYLA}
    return LessonRecorded(**about_lesson(lesson_id, **{**said, **changed}))


def revised(lesson_id=COMPANY, leads_to="emerging", **changed):
    return LessonRevised(**about_lesson(lesson_id, revised_by=LEYLA, leads_to=leads_to, **changed))


def withdrawn(lesson_id=COMPANY):
    return LessonWithdrawn(**about_lesson(lesson_id), leads_to="withdrawn", reason="Fel.", withdrawn_by=LEYLA)
