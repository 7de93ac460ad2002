"""What happened to my idea: one timeline over three aggregates, in whatever order they are heard of."""

from datetime import UTC, date, datetime

import pytest

from chassis.testing.read_models import BEGINNING, History, ReadModelSuite, folded, kept
from contracts.event import Sealed
from contracts.experiments import (
    ApprovalReturned,
    ConclusionCorrected,
    CriteriaAmended,
    DecisionTaken,
    ExperimentApproved,
    ExperimentCancelled,
    ExperimentClosed,
    ExperimentDrafted,
    ExperimentFailed,
    ExperimentInconclusive,
    ExperimentInvalidated,
    ExperimentPaused,
    ExperimentReopened,
    ExperimentResumed,
    ExperimentStarted,
    ExperimentStoppedEarly,
    ExperimentSucceeded,
    FollowUpDone,
    MeasuringEnded,
)
from contracts.ideas import (
    AuthorNamed,
    AuthorshipTransferred,
    CoachAssigned,
    CommentAdded,
    CommentEdited,
    IdeaDrafted,
    IdeaHandedOver,
    IdeaPutOnHold,
    IdeaRealised,
    IdeaReopened,
    IdeaRevised,
    IdeaSelected,
    IdeaSupported,
    IdeaWithdrawn,
    JoinAccepted,
    JoinDeclined,
    JoinRequested,
    LessonBuiltUpon,
    MoreInformationRequested,
    ParticipantLeft,
    ReviewStarted,
)
from contracts.lessons import (
    LessonApplied,
    LessonCited,
    LessonConfirmed,
    LessonContradicted,
    LessonEndorsed,
    LessonReinstated,
    LessonRejected,
    LessonRevised,
    LessonSuperseded,
    LessonSupported,
    LessonValidated,
    LessonWithdrawn,
)
from contracts.values import Author
from services.ideas.read_models import IDEA_STORY, Happened, story_page
from tests.services.ideas.read_models.told import (
    ANNA,
    AUTHOR,
    COACH,
    COMMENT,
    DECIDER,
    GARDEN,
    KARIN,
    LESSON,
    MANDATE,
    OLLE,
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
HERE = {"idea_id": VIDEO, "unit": "vof-hemvard"}
DRAFTED = IdeaDrafted(idea_id=VIDEO, author=AUTHOR, recorded_by=ANNA, unit="vof-hemvard", title="Viskat")
COMMENTED = CommentAdded(idea_id=VIDEO, comment_id=COMMENT, commenter_id=KARIN, text="Min mormor Greta vill inte")
EDITED = CommentEdited(idea_id=VIDEO, comment_id=COMMENT, commenter_id=KARIN, text="Min mormor Greta vill")
JOIN = JoinRequested(idea_id=VIDEO, person_id=OLLE, message="Jag är ensam hemma")
TAKEN_OVER = AuthorshipTransferred(
    idea_id=VIDEO,
    previous=AUTHOR,
    author=Author(kind="employee", person_id=KARIN),
    author_visibility="named",
    reason="Slutar",
    transferred_by=ANNA,
)


def everything():
    history = History("ideas")
    history.add(
        *("ideas", IDEA, DRAFTED, JOIN),
        JoinDeclined(idea_id=VIDEO, person_id=OLLE, declined_by=ANNA),
        JoinAccepted(idea_id=VIDEO, person_id=OLLE, accepted_by=ANNA),
        submitted(),
        IdeaSupported(idea_id=VIDEO, supporter_id=KARIN),
        COMMENTED,
        EDITED,
        IdeaRevised(idea_id=VIDEO, title="Videomöten", reason="Kortare", revised_by=ANNA),
        MoreInformationRequested(**HERE, question="Hur många?", requested_by=COACH),
        CoachAssigned(**HERE, coach_id=COACH, assigned_by=COACH),
        ReviewStarted(**HERE, reviewed_by=COACH),
        LessonBuiltUpon(**HERE, lesson_id=OTHER_LESSON, how="Större skärm", said_by=ANNA),
        IdeaPutOnHold(**HERE, review_on=date(2026, 9, 1), obstacle="Upphandling", mandate=MANDATE),
        IdeaSelected(**HERE, reason="Många vill", review_on=date(2026, 12, 1), mandate=MANDATE),
    )
    history.add(
        "ideas", f"idea-{GARDEN}", submitted(GARDEN), declined(GARDEN, duplicate_of=VIDEO, reason_code="duplicate")
    )
    history.add(
        *("experiments", EXPERIMENT),
        trial(ExperimentDrafted, idea_ids=(VIDEO, GARDEN), hypothesis="Hälften", owner=ANNA, drafted_by=ANNA),
        trial(ApprovalReturned, owner=ANNA, reason="Vem frågas?", mandate=MANDATE),
        trial(ExperimentApproved, owner=ANNA, conditions="Alla får säga nej", mandate=MANDATE),
        trial(ExperimentStarted, hypothesis="Hälften", criteria=(), criteria_hash="-", owner=ANNA, started_by=ANNA),
        trial(CriteriaAmended, reason="Fel enhet", before=(), after=(), criteria_hash="-", amended_by=ANNA),
        trial(ExperimentPaused, reason="Sommar", paused_by=ANNA),
        trial(ExperimentResumed, resumed_by=ANNA),
        trial(MeasuringEnded, ended_by=ANNA),
        concluded(ExperimentFailed),
    )
    history.add("experiments", LEARNED, learned())
    history.add(
        *("experiments", EXPERIMENT),
        trial(ExperimentClosed, outcome="failed", lesson_ids=(LESSON,)),
        trial(DecisionTaken, decision="pivot", reason="Annan tid", outcome="failed", owner=ANNA, mandate=MANDATE),
        trial(FollowUpDone, follow_up_id=COMMENT, result="Skärmarna är lämnade", done_by=ANNA),
        trial(ConclusionCorrected, reason="Glömdes", corrected_by=ANNA),
        trial(ExperimentReopened, reason="Mätfel", leads_to="awaiting_conclusion", reopened_by=ANNA),
        *(concluded(kind) for kind in (ExperimentSucceeded, ExperimentInconclusive)),
        *(concluded(kind) for kind in (ExperimentStoppedEarly, ExperimentInvalidated)),
    )
    history.add(
        "experiments",
        f"experiment-{OTHER_TRIAL}",
        trial(ExperimentCancelled, experiment_id=OTHER_TRIAL, reason="Ingen tid", cancelled_by=ANNA),
    )
    history.add(
        *("experiments", LEARNED),
        lesson(LessonSupported, leads_to="supported", experiment_id=OTHER_TRIAL, note="Samma", said_by=ANNA),
        lesson(LessonConfirmed, leads_to="confirmed", supported_by=(TRIAL, OTHER_TRIAL), confirmed_by=COACH),
        lesson(LessonContradicted, leads_to="contested", experiment_id=OTHER_TRIAL, said_by=ANNA),
        lesson(LessonRejected, leads_to="rejected", reason="Nej", rejected_by=COACH),
        lesson(LessonRevised, leads_to="emerging", statement="Video passar några", revised_by=ANNA),
        lesson(LessonCited, by=GARDEN, how="Större skärm"),
        lesson(LessonEndorsed, endorsed_by=KARIN),
        lesson(LessonApplied, application_id=COMMENT, where="Råå", what_changed="Frågar först", applied_by=KARIN),
        lesson(LessonValidated, validation_id=COMMENT, proof="Färre avhopp", validated_by=KARIN),
        lesson(LessonSuperseded, leads_to="superseded", by=OTHER_LESSON, superseded_by=ANNA),
        lesson(LessonReinstated, leads_to="emerging", reason="Fel", reinstated_by=ANNA),
        lesson(LessonWithdrawn, leads_to="withdrawn", reason="Fel", withdrawn_by=ANNA),
    )
    history.add(
        *("ideas", IDEA),
        ParticipantLeft(idea_id=VIDEO, person_id=OLLE),
        AuthorNamed(idea_id=VIDEO, person_id=ANNA),
        TAKEN_OVER,
        IdeaRealised(**HERE, what_changed="Var tredje", experiment_id=TRIAL),
        IdeaReopened(**HERE, reason="Inte riktigt", leads_to="in_review", reopened_by=DECIDER),
        IdeaHandedOver(idea_id=VIDEO, from_unit="vof-hemvard", to_unit="vof-halsa", reason="Deras", mandate=MANDATE),
        IdeaWithdrawn(idea_id=VIDEO, unit="vof-halsa", reason="Finns nu", withdrawn_by=KARIN),
    )
    return history


class TestIdeaStory(ReadModelSuite):
    model = IDEA_STORY
    history = everything()


# Five interleavings of an idea (i), its experiment (e) and the lesson (l), with what the story tells after them.
HISTORY = History("ideas")
HISTORY.add("ideas", IDEA, submitted(), COMMENTED, EDITED)
HISTORY.add(
    "experiments", EXPERIMENT, concluded(ExperimentFailed), trial(ExperimentClosed, outcome="failed", lesson_ids=())
)
HISTORY.add("experiments", LEARNED, learned())


def line(of):
    return (of.what, of.text, of.code, of.edited)


SUBMITTED = ("idea-submitted", None, None, False)
SAID, SAID_AGAIN = (("comment-added", None, None, edited) for edited in (False, True))
FAILED = ("experiment-failed", "Hälften av hembesöken kan bli videosamtal", "failed", False)
CLOSED = ("experiment-closed", None, "failed", False)
RECORDED = ("lesson-recorded", "Video ersätter inte den som behöver en hand att hålla i.", None, False)


@pytest.mark.parametrize(
    ("order", "lines"),
    [
        ("l", [RECORDED]),
        ("e l", [FAILED, RECORDED]),
        ("e i l i", [SUBMITTED, SAID, FAILED, RECORDED]),
        ("l e e i i i", [SUBMITTED, SAID_AGAIN, FAILED, CLOSED, RECORDED]),
        ("i e i l i e", [SUBMITTED, SAID_AGAIN, FAILED, CLOSED, RECORDED]),
    ],
)
def test_it_tells_what_was_heard_so_far_in_the_order_in_which_it_happened(order, lines):
    rows = folded(IDEA_STORY, HISTORY.dealt(order, i=IDEA, e=EXPERIMENT, l=LEARNED))
    assert [line(row) for row in sorted(rows.values(), key=lambda row: (row.at, row.version))] == lines


def test_a_whole_row():
    history = History("ideas")
    (event,) = history.add("ideas", f"idea-{GARDEN}", declined(GARDEN, reason_code="tried_before", lesson_id=LESSON))
    assert folded(IDEA_STORY, [event]) == {
        f"{GARDEN}/{event.id}": Happened(
            place=f"{GARDEN}/{event.id}",
            idea_id=GARDEN,
            at=BEGINNING,
            version=1,
            thing=f"idea-{GARDEN}",
            what="idea-declined",
            unit="vof-hemvard",
            text="På gång redan",
            code="tried_before",
            by=DECIDER,
            refers_to=LEARNED,
        )
    }


def test_an_experiment_of_two_ideas_is_in_both_stories():
    rows = folded(IDEA_STORY, everything().events)
    drafted = [row.idea_id for row in rows.values() if row.what == "experiment-drafted"]
    assert sorted(drafted) == sorted([VIDEO, GARDEN])


def test_a_comment_is_told_where_it_was_made_in_its_newest_words_which_are_kept_apart():
    (comment,) = (row for row in folded(IDEA_STORY, everything().events).values() if row.what == "comment-added")
    assert (comment.said, comment.edited) == (Sealed(IDEA, 8, "text"), True)


def test_no_row_holds_what_is_personal():
    told = repr(folded(IDEA_STORY, everything().events))
    assert not any(word in told for word in ("Greta", "ensam", "Viskat"))


def test_it_never_tells_who_supports_or_who_tests():
    rows = folded(IDEA_STORY, everything().events).values()
    assert "idea-supported" not in {row.what for row in rows}
    assert {row.by for row in rows if not row.thing.startswith("idea-")} == {None, DECIDER}


def test_what_was_imported_is_told_when_it_happened():
    history, then = History("ideas"), datetime(2019, 5, 6, tzinfo=UTC)
    history.add("ideas", IDEA, submitted(), occurred_at=then)
    (row,) = folded(IDEA_STORY, history.events).values()
    assert row.at == then


def test_its_pages_follow_each_other_and_keep_what_is_for_authors_from_others(open_store):
    history = everything()
    rows = [row for row in folded(IDEA_STORY, history.events).values() if row.idea_id == VIDEO]
    for_authors = {"idea-drafted", "join-requested", "join-declined"}
    with kept(IDEA_STORY, history, open_store) as story:
        for author in (True, False):
            told, after = [], None
            while page := story_page(story, VIDEO, for_authors=author, after=after, limit=7):
                told += page.rows
                after = page.next
                if after is None:
                    break
            assert told == sorted(told, key=lambda row: (row.at, row.version))
            assert {row.what for row in rows} - {row.what for row in told} == (set() if author else for_authors)
