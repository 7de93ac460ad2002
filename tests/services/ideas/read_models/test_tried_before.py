"""Has anybody tried it? Rows of several streams, heard of in any order."""

import pytest

from chassis.processing.words import words_of
from chassis.testing.read_models import BEGINNING, History, ReadModelSuite, folded, kept
from contracts.experiments import (
    ConclusionCorrected,
    ConclusionSupplemented,
    ExperimentClosed,
    ExperimentDrafted,
    ExperimentFailed,
    ExperimentInconclusive,
    ExperimentInvalidated,
    ExperimentReopened,
    ExperimentRevised,
    ExperimentStoppedEarly,
    ExperimentSucceeded,
)
from contracts.ideas import (
    IdeaDrafted,
    IdeaHandedOver,
    IdeaPutOnHold,
    IdeaPutToTest,
    IdeaRealised,
    IdeaReopened,
    IdeaRevised,
    IdeaSelected,
    IdeaTestDecided,
    IdeaTestReopened,
    IdeaWithdrawn,
    ReviewStarted,
)
from contracts.lessons import (
    LessonConfirmed,
    LessonContradicted,
    LessonReinstated,
    LessonRejected,
    LessonRevised,
    LessonSuperseded,
    LessonSupported,
    LessonWithdrawn,
)
from services.ideas.read_models import TRIED_BEFORE, Learned, Tried, similar_to
from tests.services.ideas.read_models.told import (
    ANNA,
    AUTHOR,
    BIKES,
    COACH,
    GARDEN,
    LESSON,
    MANDATE,
    OTHER_LESSON,
    OTHER_TRIAL,
    TRIAL,
    VIDEO,
    concluded,
    declined,
    learned,
    lesson,
    submitted,
    trial,
)

IDEA, EXPERIMENT, LEARNED = f"idea-{VIDEO}", f"experiment-{TRIAL}", f"lesson-{LESSON}"
UNIT = {"idea_id": VIDEO, "unit": "vof-hemvard"}


def everything():
    history = History("ideas")

    def idea(*events):
        history.add("ideas", IDEA, *events)

    def experiment(*events):
        history.add("experiments", EXPERIMENT, *events)

    def about_it(*events):
        history.add("experiments", LEARNED, *events)

    idea(submitted(), ReviewStarted(**UNIT, reviewed_by=COACH))
    history.add("ideas", f"idea-{GARDEN}", submitted(GARDEN, title="Odling på taket"), declined(GARDEN))
    history.add("ideas", f"idea-{BIKES}", IdeaDrafted(idea_id=BIKES, author=AUTHOR, recorded_by=ANNA, unit="vof"))
    idea(
        IdeaPutOnHold(**UNIT, review_on=BEGINNING.date(), obstacle="Upphandling", mandate=MANDATE),
        IdeaSelected(**UNIT, reason="Många vill", mandate=MANDATE),
        IdeaPutToTest(**UNIT, experiment_id=TRIAL, leads_to="in_experiment"),
    )
    experiment(trial(ExperimentDrafted, owner=ANNA, drafted_by=ANNA))
    experiment(concluded(ExperimentFailed))
    about_it(learned())
    experiment(
        trial(ConclusionSupplemented, surprise="Skärmen är för liten", supplemented_by=ANNA),
        trial(ConclusionCorrected, explanation="För tidigt på dagen", reason="Glömdes", corrected_by=ANNA),
        trial(ExperimentClosed, outcome="failed", lesson_ids=(LESSON,)),
        trial(ExperimentRevised, title="Videosamtal, ett annat namn", leads_to="closed", revised_by=ANNA),
        trial(ExperimentReopened, reason="Mätfel", leads_to="awaiting_conclusion", reopened_by=ANNA),
        concluded(ExperimentInconclusive),
    )
    for kind in (ExperimentSucceeded, ExperimentStoppedEarly, ExperimentInvalidated):
        history.add("experiments", f"experiment-{OTHER_TRIAL}", concluded(kind, experiment_id=OTHER_TRIAL, idea_ids=()))
    about_it(
        lesson(LessonSupported, leads_to="supported", experiment_id=OTHER_TRIAL, said_by=ANNA),
        lesson(LessonConfirmed, leads_to="confirmed", confirmed_by=COACH, supported_by=(TRIAL, OTHER_TRIAL)),
        lesson(LessonContradicted, leads_to="contested", experiment_id=OTHER_TRIAL, said_by=ANNA),
        lesson(LessonRejected, leads_to="rejected", reason="Nej", rejected_by=COACH),
        lesson(LessonRevised, leads_to="emerging", statement="Video passar några", revised_by=ANNA),
        lesson(LessonSuperseded, leads_to="superseded", by=OTHER_LESSON, superseded_by=ANNA),
        lesson(LessonReinstated, leads_to="emerging", reason="Fel", reinstated_by=ANNA),
        lesson(LessonWithdrawn, leads_to="withdrawn", reason="Fel", withdrawn_by=ANNA),
    )
    history.add("experiments", f"lesson-{OTHER_LESSON}", learned(OTHER_LESSON, statement="Ring först"))
    idea(
        IdeaTestDecided(**UNIT, experiment_id=TRIAL, decision="pivot", reason="Annat sätt", leads_to="selected"),
        IdeaTestReopened(**UNIT, experiment_id=TRIAL, leads_to="in_experiment"),
        IdeaRevised(idea_id=VIDEO, why="Färre resor", cleared=("how",), revised_by=ANNA),
        IdeaRealised(**UNIT, what_changed="Var tredje hälsning sker på skärm"),
        IdeaReopened(**UNIT, reason="Inte riktigt", leads_to="in_review", reopened_by=ANNA),
        IdeaHandedOver(idea_id=VIDEO, from_unit="vof-hemvard", to_unit="vof-halsa", reason="Deras", mandate=MANDATE),
        IdeaWithdrawn(idea_id=VIDEO, unit="vof-halsa", withdrawn_by=ANNA),
    )
    return history


class TestTriedBefore(ReadModelSuite):
    model = TRIED_BEFORE
    history = everything()


# Five interleavings of an idea (i), its experiment (e) and the lesson (l) of it, with what is there after them.
HISTORY = History("ideas")
HISTORY.add("ideas", IDEA, submitted(), IdeaWithdrawn(**UNIT, withdrawn_by=ANNA))
HISTORY.add(
    "experiments",
    EXPERIMENT,
    concluded(ExperimentFailed),
    trial(ExperimentClosed, outcome="failed", lesson_ids=(LESSON,)),
)
HISTORY.add(
    "experiments", LEARNED, learned(), lesson(LessonWithdrawn, leads_to="withdrawn", reason="Fel", withdrawn_by=ANNA)
)

STATEMENT = "Video ersätter inte den som behöver en hand att hålla i."


def looks(tried):
    return (tried.shown, tried.state or tried.standing, tried.outcome, tried.learned)


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        (
            "l",
            {
                LEARNED: (True, "emerging", None, STATEMENT),
                EXPERIMENT: (False, None, None, STATEMENT),
                IDEA: (False, None, None, STATEMENT),
            },
        ),
        (
            "l e",
            {
                LEARNED: (True, "emerging", None, STATEMENT),
                EXPERIMENT: (True, "awaiting_lesson", "failed", STATEMENT),
                IDEA: (False, None, None, STATEMENT),
            },
        ),
        (
            "i e l e",
            {
                LEARNED: (True, "emerging", None, STATEMENT),
                EXPERIMENT: (True, "closed", "failed", STATEMENT),
                IDEA: (True, "submitted", None, STATEMENT),
            },
        ),
        (
            "l l e i",
            {
                LEARNED: (True, "withdrawn", None, STATEMENT),
                EXPERIMENT: (True, "awaiting_lesson", "failed", None),
                IDEA: (True, "submitted", None, None),
            },
        ),
        (
            "e i l e i l",
            {
                LEARNED: (True, "withdrawn", None, STATEMENT),
                EXPERIMENT: (True, "closed", "failed", None),
                IDEA: (True, "withdrawn", None, None),
            },
        ),
    ],
)
def test_a_row_is_what_was_heard_so_far_in_whatever_order(order, rows):
    events = HISTORY.dealt(order, i=IDEA, e=EXPERIMENT, l=LEARNED)
    assert {key: looks(tried) for key, tried in folded(TRIED_BEFORE, events).items()} == rows


def test_a_whole_row():
    tried = folded(TRIED_BEFORE, HISTORY.dealt("e l", e=EXPERIMENT, l=LEARNED))[EXPERIMENT]
    assert tried == Tried(
        thing=EXPERIMENT,
        kind="experiment",
        shown=True,
        title="Videosamtal på prov",
        unit="vof-hemvard",
        since=HISTORY.of(EXPERIMENT)[0].recorded_at,
        state="awaiting_lesson",
        outcome="failed",
        lessons=(Learned(lesson_id=LESSON, recorded_at=HISTORY.of(LEARNED)[0].recorded_at, statement=STATEMENT),),
        texts={"hypothesis": "Hälften av hembesöken kan bli videosamtal"},
        heading=words_of("Videosamtal på prov"),
        words=words_of("Hälften av hembesöken kan bli videosamtal"),
    )


def test_nothing_tells_who_it_was():
    rows = folded(TRIED_BEFORE, everything().events)
    assert not any(person in repr(rows) for person in (ANNA, COACH, "p-decider"))


def test_neither_a_draft_nor_a_planned_experiment_is_shown():
    history = History("ideas")
    history.add("ideas", IDEA, IdeaDrafted(idea_id=VIDEO, author=AUTHOR, recorded_by=ANNA, unit="vof"))
    history.add("experiments", EXPERIMENT, trial(ExperimentDrafted, owner=ANNA, drafted_by=ANNA, hypothesis="Hälften"))
    rows = folded(TRIED_BEFORE, history.events)
    assert {row.thing: (row.shown, row.heading, row.words) for row in rows.values()} == {EXPERIMENT: (False, "", "")}


def test_a_reopened_experiment_stays_in_sight_without_the_outcome_that_no_longer_stands():
    history = History("ideas")
    reopened = trial(ExperimentReopened, reason="Mätfel", leads_to="awaiting_conclusion", reopened_by=ANNA)
    history.add("experiments", EXPERIMENT, concluded(ExperimentFailed), reopened)
    assert looks(folded(TRIED_BEFORE, history.events)[EXPERIMENT]) == (True, "awaiting_conclusion", None, None)


@pytest.mark.parametrize(
    ("last", "line"),
    [
        (declined(reason="Finns redan på Råå"), "Finns redan på Råå"),
        (IdeaRealised(**UNIT, what_changed="Var tredje hälsning"), "Var tredje hälsning"),
        (IdeaWithdrawn(**UNIT, reason="Finns redan nu", withdrawn_by=ANNA), "Finns redan nu"),
        (IdeaWithdrawn(**UNIT, withdrawn_by=ANNA), None),
    ],
)
def test_the_last_word_on_an_idea_is_its_line_when_no_lesson_says_more(last, line):
    history = History("ideas")
    history.add("ideas", IDEA, submitted(), last)
    assert folded(TRIED_BEFORE, history.events)[IDEA].learned == line


def test_what_was_learned_is_one_line():
    history = History("ideas")
    history.add("experiments", LEARNED, learned(statement="Först detta.\n\nSedan " + "mycket " * 100))
    line = folded(TRIED_BEFORE, history.events)[LEARNED].learned
    assert line.startswith("Först detta. Sedan mycket")
    assert line.endswith("mycket …")
    assert len(line) <= 240


@pytest.fixture
def tried(open_store):
    with kept(TRIED_BEFORE, everything(), open_store) as rows:
        yield rows


@pytest.mark.parametrize("text", ["videomöten med hemvården", "vidoesamtal", "hembesök på skärm"])
def test_what_resembles_a_text_is_found_with_what_was_learned(tried, text):
    found = {hit.thing: hit for hit in similar_to(tried, text)}
    assert {IDEA, EXPERIMENT} <= set(found)
    assert found[EXPERIMENT].learned == "Ring först"
    assert f"idea-{BIKES}" not in found


def test_the_idea_that_is_being_written_does_not_find_itself(tried):
    assert IDEA not in {hit.thing for hit in similar_to(tried, "videosamtal", but=IDEA)}
