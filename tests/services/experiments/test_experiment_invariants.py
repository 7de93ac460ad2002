"""Whatever is done to an experiment, in whatever order and by whom: what is always true of it."""

from __future__ import annotations

from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as some

from chassis.errors import Refusal
from chassis.store.snapshots import pack, unpack
from contracts.experiments import (
    Conclusion,
    CriteriaAmended,
    ExperimentClosed,
    ExperimentStarted,
    LessonAttached,
    LessonPrompted,
    OfExperiment,
    criteria_hash,
)
from services.experiments.api_feed import OF_CONTACTS
from services.experiments.experiment import EXPERIMENT, TABLE, Experiment
from services.experiments.experiment_judging import outcome_of
from services.experiments.experiment_rights import allowed_actions
from tests.services.experiments.experiments import (
    BENGT,
    COACH,
    ERIK,
    KARIN,
    LATER_LESSON,
    LESSON,
    MORE_SEEN,
    RESIDENTS,
    SARA,
    SATISFACTION,
    SATISFACTION_SEEN,
    SHARE,
    amending,
    answering,
    approving,
    asking,
    assigning,
    attaching,
    cancelling,
    changing_owner,
    changing_team,
    closing,
    concluding,
    correcting,
    correcting_conclusion,
    deciding,
    drafting,
    ending,
    finishing,
    observing,
    pausing,
    reopening,
    resuming,
    returning,
    revising,
    setting,
    showing,
    starting,
    supplementing,
    withdrawing,
)

PEOPLE = some.sampled_from([KARIN, KARIN, KARIN, ERIK, BENGT, SARA, COACH])
VALUES = some.sampled_from(["18", "49.999", "50", "62", "4.2", "0", "-1"])
LESSONS = some.sampled_from([LESSON, LATER_LESSON])
OUTCOMES = some.sampled_from(["succeeded", "failed", "inconclusive", "stopped_early", "invalidated"])
LEVELS = some.sampled_from(["none", "weak", "strong"])


def _concluding(outcome, level, by):
    why = {"stopped_early": {"reason_code": "external", "reason": "Flytt."}, "invalidated": {"reason": "Fel."}}
    return concluding(outcome, level, by=by, **why.get(outcome, {}))


COMMANDS = some.one_of(
    some.builds(lambda by: revising(by, hypothesis="En tredjedel.", reason="Nytt."), PEOPLE),
    some.builds(lambda by: revising(by, title="Video", reason="Nytt."), PEOPLE),
    some.builds(lambda by: setting(SHARE, by=by), PEOPLE),
    some.builds(lambda by: setting(SHARE, SATISFACTION, by=by), PEOPLE),
    some.builds(lambda by: answering(by=by), PEOPLE),
    some.builds(lambda by: answering(RESIDENTS, by), PEOPLE),
    some.builds(lambda by: asking(by), PEOPLE),
    some.just(approving()),
    some.just(returning()),
    some.builds(lambda by: starting(by), PEOPLE),
    some.just(starting()),
    some.builds(lambda by: amending(SHARE, by=by), PEOPLE),
    some.builds(lambda value: observing(value), VALUES),
    some.builds(lambda value: observing(value, "satisfaction", SATISFACTION_SEEN), VALUES),
    some.builds(lambda value, by: observing(value, id_=MORE_SEEN, by=by), VALUES, PEOPLE),
    some.builds(lambda value, by: correcting(value=value, by=by), VALUES, PEOPLE),
    some.builds(lambda by: withdrawing(by=by), PEOPLE),
    some.builds(lambda shown, by: showing(shown, by), some.booleans(), PEOPLE),
    some.just(pausing()),
    some.just(resuming()),
    some.just(ending()),
    some.builds(_concluding, OUTCOMES, LEVELS, PEOPLE),
    some.builds(lambda level: correcting_conclusion(evidence_level=level), LEVELS),
    some.just(supplementing(surprise="Oj.")),
    some.just(deciding()),
    some.just(assigning()),
    some.just(finishing()),
    some.builds(lambda lesson, reviewed: attaching(lesson, reviewed=reviewed), LESSONS, some.booleans()),
    some.builds(lambda by: closing(by, still_holds=True), PEOPLE),
    some.builds(lambda by: reopening(by), PEOPLE),
    some.builds(lambda by: cancelling(by), PEOPLE),
    some.builds(lambda to, by: changing_owner(to, by), some.sampled_from(["karin", "erik", "sara"]), PEOPLE),
    some.builds(lambda who, by: changing_team(who, by=by), some.sampled_from(["karin", "erik", "sara"]), PEOPLE),
)
PREPARED = some.sampled_from(
    [
        (),
        (setting(SHARE, SATISFACTION), answering()),
        (setting(SHARE), answering(), starting()),
        (setting(SHARE), answering(), starting(), observing("62"), _concluding("succeeded", "weak", KARIN)),
    ]
)


@settings(max_examples=300, deadline=None)
@whatever(PREPARED, some.lists(COMMANDS, max_size=30))
def test_whatever_is_done_it_stays_an_experiment_that_tells_the_truth(prepared, commands):
    experiment, history = None, []
    for decide in (drafting(), *prepared, *commands):
        try:
            events = decide(experiment)
        except Refusal:
            continue
        after = EXPERIMENT.fold(events, experiment)
        _one_append_tells_the_truth(experiment, events, after)
        experiment = after
        history += events
        _always_holds(experiment)
    assert EXPERIMENT.fold(history) == experiment
    told = EXPERIMENT.fold([event for event in history if isinstance(event, OF_CONTACTS)])
    assert told.contacts == experiment.contacts, "what the feed's rules look at"
    assert unpack(pack(experiment, len(history), EXPERIMENT.evolve), Experiment) == experiment


def _one_append_tells_the_truth(before, events, after):
    assert all(isinstance(event, OfExperiment) for event in events)
    assert {event.experiment_id for event in events} <= {after.experiment_id}
    for concluded in (event for event in events if isinstance(event, Conclusion)):
        assert isinstance(events[-1], LessonPrompted | ExperimentClosed), "asked for the lesson, or closed by one"
        if concluded.outcome in ("succeeded", "failed", "inconclusive"):
            assert concluded.outcome == outcome_of(concluded.per_criterion, concluded.evidence_level)
    if any(isinstance(event, LessonPrompted) for event in events):
        assert any(isinstance(event, Conclusion) for event in events), "asked once for each conclusion"
    for closed in (event for event in events if isinstance(event, ExperimentClosed)):
        assert closed.lesson_ids, "nothing closes without a lesson"
        assert set(closed.lesson_ids) <= set(after.lessons)
    if before is not None and before.has_started and after.has_started:
        assert after.hypothesis == before.hypothesis, "frozen from the start"
        amended = any(isinstance(event, CriteriaAmended) for event in events)
        assert amended or after.criteria == before.criteria, "changed in the open or not at all"
    for frozen in (event for event in events if isinstance(event, ExperimentStarted | CriteriaAmended)):
        assert frozen.criteria_hash == criteria_hash(after.hypothesis, after.criteria)
    if any(isinstance(event, LessonAttached) for event in events):
        assert after.counting


def _always_holds(experiment):
    assert experiment.state in TABLE.states
    assert experiment.owner not in experiment.team
    concluded = experiment.state in ("awaiting_lesson", "closed")
    assert concluded == experiment.is_concluded
    assert experiment.state != "awaiting_lesson" or not experiment.counting
    assert experiment.state != "closed" or experiment.lessons
    assert set(experiment.counting) <= set(experiment.lessons)
    assert len(set(experiment.lessons)) == len(experiment.lessons)
    for person in (KARIN, ERIK, BENGT, SARA):
        actions = allowed_actions(experiment, person)
        assert not ({"approve", "return", "decide"} & set(actions)) or person.person_id not in experiment.people
        assert person is not SARA or "sara" in experiment.people or actions == ()
