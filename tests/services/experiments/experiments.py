"""An experiment and the people around it, for tests: the one of the story, with video calls instead of home visits."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from functools import partial

from chassis.command import Caller
from chassis.testing.gwt import given
from contracts.experiments import Check, Checks
from services.experiments.experiment import CHECKED, EXPERIMENT
from services.experiments.experiment_afterwards import (
    AssignFollowUp,
    CloseExperiment,
    FinishFollowUp,
    ReopenExperiment,
    TakeDecision,
    assign_follow_up,
    attach_lesson,
    close,
    decide,
    finish_follow_up,
    reopen,
)
from services.experiments.experiment_approval import (
    ApproveExperiment,
    AskApproval,
    ReturnApproval,
    approve,
    ask_approval,
    send_back,
)
from services.experiments.experiment_concluding import (
    ConcludeExperiment,
    CorrectConclusion,
    SupplementConclusion,
    conclude,
    correct,
    supplement,
)
from services.experiments.experiment_observing import (
    CorrectObservation,
    RecordObservation,
    Seen,
    WithdrawObservation,
    correct_observation,
    record_observation,
    withdraw_observation,
)
from services.experiments.experiment_people import (
    ChangeOwner,
    ChangeTeam,
    ShowContact,
    change_owner,
    change_team,
    show_contact,
)
from services.experiments.experiment_planning import (
    AnswerChecks,
    CancelExperiment,
    DraftExperiment,
    ReviseExperiment,
    SetCriteria,
    WantedCriterion,
    answer_checks,
    cancel,
    draft,
    revise,
    set_criteria,
)
from services.experiments.experiment_running import (
    AmendCriteria,
    EndMeasuring,
    PauseExperiment,
    ResumeExperiment,
    StartExperiment,
    amend,
    end_measuring,
    pause,
    resume,
    start,
)

EXPERIMENT_ID = "00000000-0000-4000-8000-0000000000e1"
IDEA = "00000000-0000-4000-8000-0000000000d1"
LESSON, LATER_LESSON = (f"00000000-0000-4000-8000-0000000000a{n}" for n in (1, 2))
SHARE_SEEN, SATISFACTION_SEEN, MORE_SEEN = (f"00000000-0000-4000-8000-0000000000b{n}" for n in (1, 2, 3))
FOLLOW_UP = "00000000-0000-4000-8000-0000000000f1"
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)

KARIN = Caller(person_id="karin", roles={"employee": None}, unit="vof-hemvard")
"""Who leads it."""
ERIK = Caller(person_id="erik", roles={"employee": None}, unit="vof-hemvard")
"""Of the team."""
SARA = Caller(person_id="sara", roles={"employee": None}, unit="kuf")
"""Has nothing to do with it."""
BENGT = Caller(person_id="bengt", roles={"employee": None, "decider": frozenset({"vof"})}, unit="vof")
"""Decides there."""
OTHER_DECIDER = Caller(person_id="olga", roles={"employee": None, "decider": frozenset({"kuf"})}, unit="kuf")
COACH = Caller(person_id="amina", roles={"employee": None, "coach": None}, unit="slf")

THIS = {"experiment_id": EXPERIMENT_ID}
HYPOTHESIS = "Videosamtal kan ersätta hälften av hembesöken."
SHARE = WantedCriterion(
    id="video-share", metric="Andel besök på video", unit_of_measure="%", direction="at_least", threshold="50"
)
SATISFACTION = WantedCriterion(
    id="satisfaction",
    metric="Nöjdhet",
    unit_of_measure="1–5",
    direction="at_least",
    threshold="4.0",
    role="guardrail",
)
ALL_NO = Checks(**dict.fromkeys(CHECKED, Check(answer="no")))
RESIDENTS = dataclasses.replace(ALL_NO, residents=Check(answer="handled", note="Informerade vid hembesök."))


def step(decide_, command_class, by, **fields):
    """A decision about the experiment, ready to be taken."""
    return partial(decide_, command_class(**THIS, by=by, **fields))


def drafting(by=KARIN, **fields):
    plan = {"title": "Video i hemvården", "idea_ids": (IDEA,), "hypothesis": HYPOTHESIS, "team": ("erik",)}
    return step(draft, DraftExperiment, by, **{**plan, **fields})


def revising(by=KARIN, **fields):
    return step(revise, ReviseExperiment, by, **fields)


def setting(*criteria, by=KARIN):
    return step(set_criteria, SetCriteria, by, criteria=criteria)


def answering(checks=ALL_NO, by=KARIN):
    return step(answer_checks, AnswerChecks, by, checks=checks)


def asking(by=KARIN):
    return step(ask_approval, AskApproval, by)


def approving(by=BENGT, **fields):
    return step(approve, ApproveExperiment, by, **fields)


def returning(by=BENGT):
    return step(send_back, ReturnApproval, by, reason="Prata med facket först.")


def starting(by=KARIN):
    return step(start, StartExperiment, by)


def amending(*criteria, by=KARIN):
    return step(amend, AmendCriteria, by, criteria=criteria, reason="Sommaren är inte som vintern.")


def observing(value, criterion="video-share", id_=SHARE_SEEN, by=KARIN, **fields):
    return step(
        record_observation,
        RecordObservation,
        by,
        at=NOW,
        observation_id=id_,
        criterion_id=criterion,
        value=value,
        **fields,
    )


def correcting(id_=SHARE_SEEN, by=KARIN, **fields):
    return step(correct_observation, CorrectObservation, by, observation_id=id_, reason="Skrivfel.", **fields)


def withdrawing(id_=SHARE_SEEN, by=KARIN):
    return step(withdraw_observation, WithdrawObservation, by, observation_id=id_, reason="Fel grupp.")


def pausing(by=KARIN):
    return step(pause, PauseExperiment, by, reason="Semester.")


def resuming(by=KARIN):
    return step(resume, ResumeExperiment, by)


def ending(by=KARIN):
    return step(end_measuring, EndMeasuring, by)


def concluding(outcome, level="moderate", by=KARIN, observed=(), **fields):
    ids = tuple(f"00000000-0000-4000-8000-0000000001{n:02}" for n in range(len(observed)))
    more = {"observed": observed, "observation_ids": ids}
    return step(conclude, ConcludeExperiment, by, at=NOW, outcome=outcome, evidence_level=level, **more, **fields)


def supplementing(by=KARIN, **fields):
    return step(supplement, SupplementConclusion, by, **fields)


def correcting_conclusion(by=KARIN, **fields):
    return step(correct, CorrectConclusion, by, reason="Det var fler.", **fields)


def deciding(decision="pivot", by=BENGT, **fields):
    return step(decide, TakeDecision, by, decision=decision, reason="Samvaron är poängen.", **fields)


def assigning(by=KARIN, **fields):
    return step(assign_follow_up, AssignFollowUp, by, follow_up_id=FOLLOW_UP, what="Lämna plattorna.", **fields)


def finishing(by=KARIN):
    return step(finish_follow_up, FinishFollowUp, by, follow_up_id=FOLLOW_UP)


def attaching(lesson_id=LESSON, **fields):
    return partial(attach_lesson, lesson_id, **fields)


def closing(by=KARIN, **fields):
    return step(close, CloseExperiment, by, **fields)


def reopening(by=KARIN):
    return step(reopen, ReopenExperiment, by, reason="Vi räknade fel grupp.")


def cancelling(by=KARIN):
    return step(cancel, CancelExperiment, by, reason="Ingen tid.")


def changing_owner(to="erik", by=KARIN):
    return step(change_owner, ChangeOwner, by, to=to, reason="Karin slutar.")


def showing(shown=True, by=KARIN):
    return step(show_contact, ShowContact, by, shown=shown)


def changing_team(*team, by=KARIN):
    return step(change_team, ChangeTeam, by, team=team)


def seen(value, criterion="video-share"):
    return Seen(criterion_id=criterion, value=value, evidence_type="usage_data")


def after(*steps):
    """The experiment after these decisions, each of which must be accepted."""
    experiment = given(EXPERIMENT)
    for decision in steps:
        experiment = experiment.when(decision).and_then()
    return experiment


PLANNED = (drafting(), setting(SHARE, SATISFACTION), answering())
RUNNING = (*PLANNED, starting())
MEASURED = (*RUNNING, observing("62"), observing("4.2", "satisfaction", SATISFACTION_SEEN))
CONCLUDED = (*MEASURED, concluding("succeeded"))

STATES = {
    "draft": PLANNED,
    "ready": (*PLANNED, asking(), approving()),
    "running": MEASURED,
    "paused": (*MEASURED, pausing()),
    "awaiting_conclusion": (*MEASURED, ending()),
    "awaiting_lesson": (*CONCLUDED, attaching(), reopening(), concluding("succeeded"), assigning()),
    "closed": (*CONCLUDED, attaching(), assigning()),
    "cancelled": (*PLANNED, cancelling()),
}
"""What must have happened for an experiment to be in each state; awaiting_lesson has a lesson from before."""
