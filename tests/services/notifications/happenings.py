"""Events of the other services, with what these tests do not care about filled in."""

from contracts.experiments import (
    CONCLUSIONS,
    DecisionTaken,
    ExperimentClosed,
    ExperimentDrafted,
    ExperimentStarted,
    LessonPrompted,
)
from contracts.ideas import ChallengeOpened, CommentAdded, IdeaDeclined, IdeaSelected, IdeaSubmitted
from contracts.lessons import LessonRecorded
from contracts.values import Author, Mandate
from tests.services.notifications.people import ANNA, BO, CHALLENGE, CILLA, DECIDER, EXPERIMENT, IDEA, LESSON

OF_EXPERIMENT = {"experiment_id": EXPERIMENT, "idea_ids": (IDEA,), "unit": "vof", "title": "Videosamtal i hemtjänsten"}
MANDATE = Mandate(decided_by=DECIDER, decided_as="decider", for_unit="vof")


def submitted(author=ANNA, coauthors=(), **more):
    who = Author(kind="employee", person_id=author) if author else Author(kind="group", label="Grupp 3")
    settled = {"title": "Videosamtal", "what": "Ring i stället.", "unit": "vof", "recorded_by": author or BO}
    return IdeaSubmitted(idea_id=IDEA, author=who, coauthors=coauthors, **{**settled, **more})


def commented(person, comment=LESSON):
    return CommentAdded(idea_id=IDEA, comment_id=comment, commenter_id=person)


def selected(**more):
    return IdeaSelected(idea_id=IDEA, unit="vof", reason="Värd att pröva.", mandate=MANDATE, **more)


def declined():
    return IdeaDeclined(idea_id=IDEA, unit="vof", reason_code="other", reason="Inte nu.", mandate=MANDATE)


def opened():
    return ChallengeOpened(challenge_id=CHALLENGE, unit="vof", opened_by=CILLA)


def drafted(owner=CILLA, team=(), drafted_by=None):
    return ExperimentDrafted(**OF_EXPERIMENT, owner=owner, team=team, drafted_by=drafted_by or owner)


def started(owner=CILLA):
    return ExperimentStarted(
        **OF_EXPERIMENT, hypothesis="Hälften räcker.", criteria=(), criteria_hash="0", owner=owner, started_by=owner
    )


def concluded(outcome="failed", owner=CILLA, **more):
    stopped = {"reason_code": "abandoned", "reason": "Rann ut i sanden."} if outcome == "stopped_early" else {}
    invalid = {"reason": "Fel mätare."} if outcome == "invalidated" else {}
    return CONCLUSIONS[outcome](
        **OF_EXPERIMENT,
        hypothesis="Hälften räcker.",
        evidence_level="weak",
        owner=owner,
        concluded_by=owner,
        **stopped,
        **invalid,
        **more,
    )


def prompted(owner=CILLA):
    return LessonPrompted(**OF_EXPERIMENT, outcome="failed", owner=owner)


def decided():
    return DecisionTaken(
        **OF_EXPERIMENT, decision="pivot", reason="Prova annat.", outcome="failed", owner=CILLA, mandate=MANDATE
    )


def closed():
    return ExperimentClosed(**OF_EXPERIMENT, outcome="failed", lesson_ids=(LESSON,))


def lesson(by=CILLA, **more):
    return LessonRecorded(
        **{
            "lesson_id": LESSON,
            "experiment_ids": (EXPERIMENT,),
            "idea_ids": (IDEA,),
            "unit": "vof",
            "statement": "Fråga först.",
            "author": Author(kind="employee", person_id=by),
            "recorded_by": by,
            **more,
        }
    )
