"""What follows for ideas from what happens to their experiments, and what is forgotten with a draft or a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import sqlalchemy as sa

from chassis.processing.erasure import Erasure, Forget
from chassis.processing.reaction import Reaction, Then
from chassis.recorded import Recorded
from contracts.experiments import CONCLUSIONS, Conclusion, DecisionTaken, ExperimentReopened, ExperimentStarted
from contracts.ideas import DraftDiscarded
from contracts.notifications import ERASED, PersonErased
from services.ideas.idea import IDEA, Idea
from services.ideas.idea_tried import (
    ConcludeTest,
    DecideTest,
    PutToTest,
    ReopenTest,
    conclude_test,
    decide_test,
    put_to_test,
    reopen_test,
)

Decide = Callable[[Idea | None], list[object]]


def when_an_experiment_moves_move_its_ideas(recorded: Recorded, _: sa.Connection) -> Iterable[Then]:
    """Each of its ideas records what happened, in whatever state it is."""
    for idea_id in dict.fromkeys(recorded.event.idea_ids):
        decide = _decision(recorded.event, idea_id)
        if decide is not None:
            yield Then(decider=IDEA, subject=idea_id, decide=decide, recipient=f"idea-{idea_id}")


def _decision(happening: object, idea_id: str) -> Decide | None:
    """What an idea records of this; nothing of an experiment that is planned again after it was cancelled."""
    match happening:
        case ExperimentStarted(experiment_id=id_):
            return partial(put_to_test, PutToTest(idea_id=idea_id, experiment_id=id_))
        case Conclusion(experiment_id=id_, outcome=outcome):
            return partial(conclude_test, ConcludeTest(idea_id=idea_id, experiment_id=id_, outcome=outcome))
        case DecisionTaken(experiment_id=id_, decision=decision, reason=reason, receiver=receiver):
            decided = DecideTest(
                idea_id=idea_id, experiment_id=id_, decision=decision, reason=reason, receiver=receiver
            )
            return partial(decide_test, decided)
        case ExperimentReopened(experiment_id=id_, previous_outcome=outcome) if outcome is not None:
            return partial(reopen_test, ReopenTest(idea_id=idea_id, experiment_id=id_))
        case _:
            return None


MOVE_IDEAS = Reaction(
    name="move-ideas",
    sources=("experiments",),
    on=(ExperimentStarted, *CONCLUSIONS.values(), DecisionTaken, ExperimentReopened),
    then=when_an_experiment_moves_move_its_ideas,
)
REACTIONS = (MOVE_IDEAS,)


def forget_the_draft(recorded: Recorded) -> Iterable[Forget]:
    """The keys of everything that was sealed in it."""
    return [Forget(streams=(recorded.stream,))]


def forget_whom_it_names(recorded: Recorded) -> Iterable[Forget]:
    """The keys that an erasure of this scope destroys."""
    erased: PersonErased = recorded.event
    return [Forget(person=erased.person_id, scopes=ERASED[erased.scope])]


FORGET_DRAFTS = Erasure(name="forget-drafts", sources=("ideas",), on=(DraftDiscarded,), forget=forget_the_draft)
FORGET_PEOPLE = Erasure(
    name="forget-people", sources=("notifications",), on=(PersonErased,), forget=forget_whom_it_names
)
ERASURES = (FORGET_DRAFTS, FORGET_PEOPLE)
