"""Whatever is done to a lesson, in whatever order, some things stay true of it."""

from __future__ import annotations

from functools import partial

from hypothesis import given as drawn
from hypothesis import strategies as st

from chassis.errors import Refusal
from contracts.lessons import LessonConfirmed, LessonRejected
from services.experiments.lesson import LESSON, TABLE
from services.experiments.lesson_rights import allowed_actions
from services.experiments.lesson_standing import (
    ConfirmLesson,
    ContradictLesson,
    ReinstateLesson,
    RejectLesson,
    SupersedeLesson,
    SupportLesson,
    WithdrawLesson,
    confirm,
    contradict,
    reinstate,
    reject,
    supersede,
    support,
    withdraw,
)
from services.experiments.lesson_use import ApplyLesson, CiteLesson, EndorseLesson, apply, cite, endorse
from services.experiments.lesson_writing import RecordLesson, ReviewLesson, ReviseLesson, record, review, revise
from tests.services.experiments.lessons import (
    AMINA,
    BETTER,
    IDEA,
    KARIN,
    LESSON_ID,
    LETTERS,
    LEYLA,
    OTHER_IDEA,
    PART,
    PHONE,
    STATEMENT,
    STRANGER,
    VIDEO,
    recorded,
)

PEOPLE = st.sampled_from([LEYLA, KARIN, AMINA, STRANGER])
EXPERIMENTS = st.sampled_from([VIDEO, PHONE, LETTERS])
IDEAS = st.sampled_from([IDEA, OTHER_IDEA])
STATEMENTS = st.sampled_from([STATEMENT, "Samvaro går inte på video.", None])
THIS = {"lesson_id": LESSON_ID}
BECAUSE = {**THIS, "reason": "Därför."}


def superseding(command):
    return lambda lesson: supersede(command, lesson, LESSON.fold([recorded(lesson_id=BETTER)]))


def commands():
    return st.one_of(
        [
            st.builds(RecordLesson, by=PEOPLE, statement=st.just(STATEMENT), lesson_id=st.just(LESSON_ID)).map(
                lambda command: partial(record, command)
            ),
            *(
                st.builds(kind, by=PEOPLE, **{name: st.just(value) for name, value in fields.items()}, **varied).map(
                    lambda command, decide=decide: partial(decide, command)
                )
                for kind, decide, fields, varied in (
                    (ReviseLesson, revise, THIS, {"statement": STATEMENTS}),
                    (ReviewLesson, review, THIS, {}),
                    (SupportLesson, support, THIS, {"experiment_id": EXPERIMENTS}),
                    (ContradictLesson, contradict, THIS, {"experiment_id": EXPERIMENTS}),
                    (ConfirmLesson, confirm, THIS, {}),
                    (RejectLesson, reject, BECAUSE, {}),
                    (WithdrawLesson, withdraw, BECAUSE, {}),
                    (ReinstateLesson, reinstate, BECAUSE, {}),
                    (EndorseLesson, endorse, THIS, {}),
                    (
                        ApplyLesson,
                        apply,
                        {**THIS, "application_id": PART, "where": "Centrum", "what_changed": "Nu"},
                        {},
                    ),
                )
            ),
            st.builds(CiteLesson, idea_id=IDEAS, how=st.just("Så."), lesson_id=st.just(LESSON_ID)).map(
                lambda command: partial(cite, command)
            ),
            st.builds(SupersedeLesson, by=PEOPLE, superseded_by=st.just(BETTER), lesson_id=st.just(LESSON_ID)).map(
                superseding
            ),
        ]
    )


def carry_out(decisions):
    lesson, steps = None, []
    for decide in decisions:
        try:
            events = decide(lesson)
        except Refusal:
            continue
        after = LESSON.fold(events, lesson)
        steps.append((lesson, events, after))
        lesson = after
    return steps


@drawn(st.lists(commands(), max_size=40))
def test_what_is_always_true_of_a_lesson(decisions):
    for before, events, lesson in carry_out(decisions):
        assert lesson.standing in TABLE.states
        assert not set(lesson.supporting) & set(lesson.contradicting)
        for named in (lesson.supporting, lesson.contradicting, lesson.cited_by, lesson.endorsed_by):
            assert len(named) == len(set(named))
        if lesson.standing == "emerging":
            assert lesson.supporting == lesson.contradicting == ()
        if lesson.standing == "supported":
            assert lesson.supporting
            assert not lesson.contradicting
        for event in events:
            assert (event.lesson_id, event.unit) == (LESSON_ID, lesson.unit)
            assert event.experiment_ids == lesson.experiment_ids
            if isinstance(event, LessonConfirmed):
                assert len(event.supported_by) >= 2
                assert before.standing in ("supported", "contested")
            if isinstance(event, LessonConfirmed | LessonRejected):
                assert lesson.author.person_id not in (getattr(event, name, None) for name in event.__slots__)
        if before is not None:
            assert set(before.cited_by) <= set(lesson.cited_by)
            assert set(before.endorsed_by) <= set(lesson.endorsed_by)


@drawn(st.lists(commands(), max_size=25), PEOPLE)
def test_an_action_that_is_offered_is_never_refused(decisions, person):
    steps = carry_out([partial(record, RecordLesson(**THIS, by=LEYLA, statement=STATEMENT)), *decisions])
    lesson = steps[-1][2]
    offered = {
        "revise": partial(revise, ReviseLesson(**THIS, by=person, title="Samvaro")),
        "review": partial(review, ReviewLesson(**THIS, by=person)),
        "confirm": partial(confirm, ConfirmLesson(**THIS, by=person)),
        "reject": partial(reject, RejectLesson(**BECAUSE, by=person)),
        "endorse": partial(endorse, EndorseLesson(**THIS, by=person)),
        "withdraw": partial(withdraw, WithdrawLesson(**BECAUSE, by=person)),
        "reinstate": partial(reinstate, ReinstateLesson(**BECAUSE, by=person)),
        "supersede": superseding(SupersedeLesson(**THIS, by=person, superseded_by=BETTER)),
    }
    for action, decide in offered.items():
        if action in allowed_actions(lesson, person):
            assert decide(lesson), f"{action} does nothing"
        else:
            assert not _does_something(decide, lesson), f"{action} is possible but not offered"


def _does_something(decide, lesson):
    try:
        return bool(decide(lesson))
    except Refusal:
        return False
