"""Observing and concluding: the observations say what came of it, and nothing that was said is ever lost."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from contracts.experiments import ExperimentClosed, ExperimentFailed, ExperimentStoppedEarly, LessonPrompted
from services.experiments.experiment_judging import results
from tests.services.experiments.experiments import (
    BENGT,
    COACH,
    CONCLUDED,
    ERIK,
    IDEA,
    LESSON,
    MEASURED,
    MORE_SEEN,
    PLANNED,
    RUNNING,
    SARA,
    SATISFACTION,
    SATISFACTION_SEEN,
    SHARE,
    SHARE_SEEN,
    STATES,
    after,
    amending,
    answering,
    attaching,
    concluding,
    correcting,
    correcting_conclusion,
    drafting,
    ending,
    observing,
    reopening,
    seen,
    setting,
    starting,
    supplementing,
    withdrawing,
)

STOPPED = {"reason_code": "abandoned", "reason": "Ingen hade tid."}


def judged(*criteria, **values):
    """The experiment with these criteria, and these values seen of them in this order."""
    steps = [drafting(), setting(*criteria), answering(), starting()]
    for n, (criterion, value) in enumerate((c, v) for c, several in values.items() for v in several):
        steps.append(observing(value, criterion.replace("_", "-"), f"00000000-0000-4000-8000-0000000002{n:02}"))
    return after(*steps)


# ── Observing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_seen_is_seen_today_unless_another_day_is_said():
    assert after(*RUNNING).when(observing("18")).events[0].observed_on == date(2026, 3, 2)
    earlier = date(2026, 2, 27)
    assert after(*RUNNING).when(observing("18", observed_on=earlier)).events[0].observed_on == earlier


def test_what_is_seen_is_of_a_criterion_that_is_there():
    after(*RUNNING).when(observing("18", "cost")).then_refused("no-such-criterion", field="criterion_id")


def test_a_correction_says_what_is_right_and_what_it_said_before():
    first = observing("180", n=24, method="Räknat i planeringen", evidence_type="usage_data")
    corrected = after(*RUNNING, first).when(correcting(value="18")).events[0]
    assert (corrected.previous_value, corrected.value, corrected.reason) == ("180", "18", "Skrivfel.")
    assert (corrected.n, corrected.method, corrected.evidence_type) == (24, "Räknat i planeringen", "usage_data")


def test_what_was_withdrawn_does_not_count_and_cannot_be_corrected():
    withdrawn = after(*RUNNING, observing("62"), withdrawing())
    assert results(withdrawn.state)[0].observed is None
    withdrawn.when(correcting(value="61")).then_refused("observation-withdrawn")
    withdrawn.when(withdrawing()).then_nothing()
    after(*RUNNING).when(correcting(value="61")).then_refused("no-such-observation")
    after(*MEASURED).when(correcting()).then_refused("nothing-said")


def test_a_late_observation_stands_beside_the_conclusion_and_never_changes_it():
    late = after(*CONCLUDED).when(observing("12", id_=MORE_SEEN))
    assert late.events[0].late
    assert late.and_then().state.outcome == "succeeded"
    assert late.and_then().state.results == after(*CONCLUDED).state.results
    assert after(*CONCLUDED).when(correcting(value="12")).events[0].late
    assert after(*CONCLUDED).when(withdrawing()).events[0].late
    assert not after(*MEASURED, ending()).when(observing("12", id_=MORE_SEEN)).events[0].late


def test_only_those_who_run_it_observe_and_conclude():
    for decision in (observing("1", by=SARA), correcting(by=SARA), withdrawing(by=SARA)):
        after(*MEASURED).when(decision).then_refused("not-your-experiment")
    for stranger in (SARA, BENGT, COACH):
        after(*MEASURED).when(concluding("succeeded", by=stranger)).then_refused("not-your-experiment")


# ── Judging ────────────────────────────────────────────────────────────────────────────────────────────────────────

AT_MOST = dataclasses.replace(SHARE, direction="at_most")
UNJUDGED = dataclasses.replace(SATISFACTION, threshold=None)


@pytest.mark.parametrize(
    ("experiment", "level", "outcome"),
    [
        (judged(SHARE, video_share=["50"]), "weak", "succeeded"),
        (judged(SHARE, video_share=["50.0"]), "strong", "succeeded"),
        (judged(SHARE, video_share=["49.99999999999999999999"]), "weak", "failed"),
        (judged(AT_MOST, video_share=["50.00000000000000000001"]), "weak", "failed"),
        (judged(AT_MOST, video_share=["-3"]), "weak", "succeeded"),
        (judged(SHARE, video_share=["62"]), "none", "inconclusive"),
        (judged(SHARE, video_share=["18"]), "none", "inconclusive"),
        (judged(SHARE), "weak", "inconclusive"),
        (judged(SHARE, SATISFACTION, video_share=["62"], satisfaction=["4.0"]), "weak", "succeeded"),
        (judged(SHARE, SATISFACTION, video_share=["62"], satisfaction=["3.9"]), "weak", "failed"),
        (judged(SHARE, SATISFACTION, video_share=["18"], satisfaction=["4.2"]), "weak", "failed"),
        (judged(SHARE, SATISFACTION, satisfaction=["3.9"]), "weak", "failed"),
        (judged(SHARE, SATISFACTION, satisfaction=["4.2"]), "weak", "inconclusive"),
        (judged(SHARE, SATISFACTION, video_share=["62"]), "weak", "inconclusive"),
        (judged(SHARE, UNJUDGED, video_share=["62"]), "weak", "succeeded"),
        (judged(SHARE, UNJUDGED, video_share=["62"], satisfaction=["1"]), "weak", "succeeded"),
        (judged(SHARE, video_share=["18", "62"]), "weak", "succeeded"),
        (judged(SHARE, SATISFACTION, video_share=["62"], satisfaction=["3.9", "4.2"]), "weak", "failed"),
    ],
)
def test_the_observations_say_what_came_of_it(experiment, level, outcome):
    assert experiment.when(concluding(outcome, level)).events[0].outcome == outcome
    for other in {"succeeded", "failed", "inconclusive"} - {outcome}:
        refused = experiment.when(concluding(other, level)).then_refused("conclusion-disagrees", field="outcome")
        assert refused.details["agrees"] == outcome


def test_the_day_it_was_seen_decides_which_is_the_latest():
    experiment = after(
        *RUNNING,
        observing("62", observed_on=date(2026, 3, 1)),
        observing("18", id_=MORE_SEEN, observed_on=date(2026, 2, 1)),
    )
    assert results(experiment.state)[0].observed == "62"


def test_a_conclusion_that_disagrees_says_with_which_criteria_and_values():
    refused = after(*RUNNING, observing("18")).when(concluding("succeeded")).then_refused("conclusion-disagrees")
    assert refused.details["seen"] == "Andel besök på video: 18 % (≥ 50); Nöjdhet: – (≥ 4.0)"
    assert [one["criterion_id"] for one in refused.details["criteria"]] == ["video-share", "satisfaction"]
    assert refused.details["criteria"][0] == {
        "criterion_id": "video-share",
        "expected": "50",
        "observed": "18",
        "met": False,
    }
    assert (refused.details["outcome"], refused.details["agrees"]) == ("succeeded", "failed")


def test_an_amended_criterion_is_judged_as_amended_and_the_conclusion_counts_the_amendments():
    easier = dataclasses.replace(SHARE, threshold="15")
    concluded = after(*RUNNING, observing("18"), amending(easier)).when(concluding("succeeded")).events[0]
    assert concluded.amendments == 1
    assert [(r.expected, r.observed, r.met) for r in concluded.per_criterion] == [("15", "18", True)]


# ── Concluding ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_conclusion_carries_what_its_readers_need():
    failed, _ = after(*RUNNING, observing("18")).when(concluding("failed", by=ERIK)).events
    assert isinstance(failed, ExperimentFailed)
    assert (failed.unit, failed.idea_ids, failed.title) == ("vof-hemvard", (IDEA,), "Video i hemvården")
    assert failed.hypothesis == "Videosamtal kan ersätta hälften av hembesöken."
    assert (failed.observation_ids, failed.evidence_level) == ((SHARE_SEEN,), "moderate")
    assert [(r.criterion_id, r.expected, r.observed, r.met) for r in failed.per_criterion] == [
        ("video-share", "50", "18", False),
        ("satisfaction", "4.0", None, None),
    ]
    assert (failed.owner, failed.team, failed.concluded_by) == ("karin", ("erik",), "erik")


def test_values_that_are_not_recorded_yet_can_be_told_with_the_conclusion():
    told = after(*RUNNING).when(concluding("failed", observed=(seen("18"), seen("4.2", "satisfaction")))).events
    *observed, failed, _ = told
    assert [one.value for one in observed] == ["18", "4.2"]
    assert failed.observation_ids == tuple(one.observation_id for one in observed)
    assert not any(one.late for one in observed)


def test_its_owner_is_asked_for_the_lesson_in_the_same_breath():
    _, prompted = after(*MEASURED).when(concluding("succeeded")).events
    assert isinstance(prompted, LessonPrompted)
    assert (prompted.owner, prompted.team, prompted.outcome) == ("karin", ("erik",), "succeeded")


def test_nobody_is_asked_for_a_lesson_that_is_there():
    _, closed = after(*MEASURED, attaching()).when(concluding("succeeded")).events
    assert isinstance(closed, ExperimentClosed)
    assert (closed.lesson_ids, closed.closed_by, closed.outcome) == ((LESSON,), None, "succeeded")


def test_what_was_broken_off_says_why_and_is_never_a_failure():
    for missing in ("reason_code", "reason"):
        said = {name: value for name, value in STOPPED.items() if name != missing}
        after(*RUNNING).when(concluding("stopped_early", **said)).then_refused("reason-needed", field=missing)
    stopped, _ = after(*RUNNING, observing("18")).when(concluding("stopped_early", **STOPPED)).events
    assert isinstance(stopped, ExperimentStoppedEarly)
    assert (stopped.reason_code, stopped.reason) == ("abandoned", "Ingen hade tid.")


def test_what_cannot_be_trusted_says_why():
    after(*RUNNING).when(concluding("invalidated")).then_refused("reason-needed", field="reason")
    refused = concluding("invalidated", **STOPPED)
    after(*RUNNING).when(refused).then_refused("reason-not-needed", field="reason_code")
    invalid, _ = after(*MEASURED).when(concluding("invalidated", reason="Dubbelräknat.")).events
    assert invalid.reason == "Dubbelräknat."


def test_what_the_observations_say_needs_no_reason():
    after(*MEASURED).when(concluding("succeeded", reason="Bra.")).then_refused("reason-not-needed", field="reason")


def test_a_decider_breaks_off_what_nobody_concludes_and_nothing_else():
    assert after(*RUNNING, concluding("stopped_early", by=BENGT, **STOPPED)).state.outcome == "stopped_early"
    harm = {"reason_code": "harm_seen", "reason": "Fall i hemmet."}
    after(*RUNNING).when(concluding("stopped_early", by=BENGT, **harm)).then_refused("not-your-experiment")


def test_more_can_be_told_later_and_the_outcome_stays():
    told = after(*CONCLUDED, supplementing(surprise="Många ville ses.", by=ERIK))
    assert told.state.outcome == "succeeded"
    told.when(supplementing()).then_refused("nothing-said")
    after(*MEASURED).when(supplementing(surprise="?")).then_refused("not-in-this-state")


def test_a_correction_never_changes_the_outcome():
    corrected = after(*CONCLUDED, correcting_conclusion(evidence_level="weak")).state
    assert (corrected.outcome, corrected.evidence_level) == ("succeeded", "weak")
    none = correcting_conclusion(evidence_level="none")
    after(*CONCLUDED).when(none).then_refused("outcome-would-change", field="evidence_level")
    founded = after(*MEASURED, concluding("inconclusive", "none"))
    founded.when(correcting_conclusion(evidence_level="weak")).then_refused("outcome-would-change")
    founded.when(correcting_conclusion()).then_refused("nothing-said")
    assert after(*RUNNING, concluding("stopped_early", **STOPPED), none).state.outcome == "stopped_early"


def test_what_was_seen_late_counts_when_it_is_concluded_anew():
    late = observing("12", id_=MORE_SEEN)
    anew = after(*CONCLUDED, late, reopening())
    anew.when(concluding("succeeded")).then_refused("conclusion-disagrees")
    failed, _ = anew.when(concluding("failed")).events
    assert failed.observation_ids == (SHARE_SEEN, SATISFACTION_SEEN, MORE_SEEN)


def test_an_experiment_that_was_never_started_has_no_conclusion():
    after(*PLANNED).when(concluding("inconclusive", "none")).then_refused("not-in-this-state")
    after(*STATES["cancelled"]).when(concluding("inconclusive", "none")).then_refused("not-in-this-state")
