"""What are things called that happen to people?"""

from chassis.testing.read_models import History, ReadModelSuite, folded, kept
from contracts.experiments import ExperimentRevised
from contracts.ideas import ChallengeDrafted, ChallengeRevised, IdeaRevised
from contracts.lessons import LessonRevised
from services.notifications.read_models.titles import TITLES, titles_of
from tests.services.notifications.happenings import OF_EXPERIMENT, drafted, lesson, submitted
from tests.services.notifications.people import ANNA, CHALLENGE, CILLA, EXPERIMENT, IDEA, LESSON

IDEA_STREAM, CHALLENGE_STREAM = f"idea-{IDEA}", f"challenge-{CHALLENGE}"
EXPERIMENT_STREAM, LESSON_STREAM = f"experiment-{EXPERIMENT}", f"lesson-{LESSON}"
OF_LESSON = {"lesson_id": LESSON, "unit": "vof", "leads_to": "emerging", "revised_by": CILLA}
OF_CHALLENGE = {"challenge_id": CHALLENGE, "unit": "vof"}

HISTORY = History("notifications")
HISTORY.add(
    "ideas",
    CHALLENGE_STREAM,
    ChallengeDrafted(**OF_CHALLENGE, title="Hur kan vi?", drafted_by=ANNA),
    ChallengeRevised(**OF_CHALLENGE, title="Hur kan vi tänka nytt?", revised_by=ANNA),
    ChallengeRevised(**OF_CHALLENGE, why="För dem vi finns till för.", revised_by=ANNA),
)
HISTORY.add(
    "ideas",
    IDEA_STREAM,
    submitted(title="Videosamtal"),
    IdeaRevised(idea_id=IDEA, what="Ring först.", revised_by=ANNA),
)
HISTORY.add(
    "experiments",
    EXPERIMENT_STREAM,
    drafted(),
    ExperimentRevised(**OF_EXPERIMENT | {"title": "Video på kvällen"}, leads_to="draft", revised_by=CILLA),
)
HISTORY.add(
    "experiments",
    LESSON_STREAM,
    lesson(statement="Fråga först.", title="Fråga"),
    LessonRevised(**OF_LESSON, cleared=("title",)),
    LessonRevised(**OF_LESSON, statement="Fråga alltid först."),
)


class TestTitles(ReadModelSuite):
    model = TITLES
    history = HISTORY


def test_the_title_that_holds_is_told_and_of_a_lesson_without_one_its_statement(open_store):
    with kept(TITLES, HISTORY, open_store) as rows:
        assert titles_of(rows, {CHALLENGE_STREAM, IDEA_STREAM, EXPERIMENT_STREAM, LESSON_STREAM, "idea-unknown"}) == {
            CHALLENGE_STREAM: "Hur kan vi tänka nytt?",
            IDEA_STREAM: "Videosamtal",
            EXPERIMENT_STREAM: "Video på kvällen",
            LESSON_STREAM: "Fråga alltid först.",
        }


def test_a_title_goes_before_the_statement():
    row = folded(TITLES, HISTORY.of(LESSON_STREAM)[:1])[LESSON_STREAM]
    assert (row.title, row.statement) == ("Fråga", "Fråga först.")
