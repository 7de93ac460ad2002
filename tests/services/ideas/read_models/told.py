"""Events of ideas, of an experiment and of a lesson, made short."""

from contracts.experiments import ExperimentInvalidated, ExperimentStoppedEarly
from contracts.ideas import IdeaDeclined, IdeaSubmitted
from contracts.lessons import LessonRecorded
from contracts.values import Author, Mandate

VIDEO, GARDEN, BIKES = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
CHALLENGE, OTHER_CHALLENGE = (f"00000000-0000-4000-8000-0000000000c{n}" for n in (1, 2))
WORKSHOP = "00000000-0000-4000-8000-0000000000a1"
TRIAL, OTHER_TRIAL = (f"00000000-0000-4000-8000-0000000000e{n}" for n in (1, 2))
LESSON, OTHER_LESSON = (f"00000000-0000-4000-8000-0000000000b{n}" for n in (1, 2))
COMMENT = "00000000-0000-4000-8000-0000000000d1"

ANNA, KARIN, OLLE, DECIDER, COACH = "p-anna", "p-karin", "p-olle", "p-decider", "p-coach"
AUTHOR = Author(kind="employee", person_id=ANNA)
MANDATE = Mandate(decided_by=DECIDER, decided_as="decider", for_unit="vof-hemvard")


def submitted(idea_id=VIDEO, **changed):
    said = {
        "title": "Videosamtal i stället för hembesök",
        "what": "En kort stund framför skärmen, flera gånger om dagen.",
        "unit": "vof-hemvard",
        "tags": ("Hemtjänst", "digitalt"),
        "author": AUTHOR,
        "recorded_by": ANNA,
    }
    return IdeaSubmitted(idea_id=idea_id, **{**said, **changed})


def declined(idea_id=VIDEO, **changed):
    said = {"unit": "vof-hemvard", "reason_code": "already_started", "reason": "På gång redan", "mandate": MANDATE}
    return IdeaDeclined(idea_id=idea_id, **{**said, **changed})


def trial(kind, **changed):
    """An event of the experiment with video calls."""
    said = {"experiment_id": TRIAL, "idea_ids": (VIDEO,), "unit": "vof-hemvard", "title": "Videosamtal på prov"}
    return kind(**{**said, **changed})


def concluded(kind, **changed):
    said = {"hypothesis": "Hälften av hembesöken kan bli videosamtal", "evidence_level": "moderate"}
    reasons = {
        ExperimentStoppedEarly: {"reason_code": "resources", "reason": "Tid"},
        ExperimentInvalidated: {"reason": "Fel"},
    }
    return trial(kind, **{**said, "owner": ANNA, "concluded_by": ANNA, **reasons.get(kind, {}), **changed})


def lesson(kind, lesson_id=LESSON, **changed):
    """An event of the lesson that was learned from it."""
    said = {"lesson_id": lesson_id, "experiment_ids": (TRIAL,), "idea_ids": (VIDEO,), "unit": "vof-hemvard"}
    return kind(**{**said, **changed})


def learned(lesson_id=LESSON, **changed):
    said = {
        "statement": "Video ersätter inte den som behöver en hand att hålla i.",
        "author": AUTHOR,
        "recorded_by": ANNA,
    }
    return lesson(LessonRecorded, lesson_id, **{**said, **changed})
