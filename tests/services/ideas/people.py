"""Who is in the tests, and what they have made: callers, ids, a challenge and an idea in every state."""

from __future__ import annotations

from datetime import UTC, date, datetime

from chassis.command import Caller
from contracts.ideas import (
    ChallengeCancelled,
    ChallengeClosed,
    ChallengeDrafted,
    ChallengeOpened,
    CommentAdded,
    EvaluationStarted,
    IdeaDeclined,
    IdeaDrafted,
    IdeaPutOnHold,
    IdeaPutToTest,
    IdeaRealised,
    IdeaSelected,
    IdeaSubmitted,
    IdeaTestDecided,
    IdeaWithdrawn,
    JoinRequested,
    ReviewStarted,
    WorkshopPlanned,
)
from contracts.values import Author, Mandate

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
TODAY = date(2026, 3, 2)
CHALLENGE_ID = "3f0d2c1e-0000-4000-8000-000000000001"
WORKSHOP_ID = "3f0d2c1e-0000-4000-8000-000000000002"


def somebody(name, *roles, unit="vof"):
    """A caller; ``decider@vof`` is a role for one unit."""
    pairs = [role.partition("@") for role in roles or ("employee",)]
    return Caller(person_id=name, roles={r: frozenset({u}) if u else None for r, _, u in pairs}, unit=unit)


AMINA = somebody("amina", "employee", "coach")
BENGT = somebody("bengt", "employee", "decider@vof")
KARIN = somebody("karin")
LEYLA = somebody("leyla")
OSKAR = somebody("oskar")
CHIEF = somebody("chief", "employee", "decider@staden")
IMPORTER = somebody("importer", "service", unit=None)

_OF = {"challenge_id": CHALLENGE_ID, "unit": "vof"}
DRAFTED = ChallengeDrafted(**_OF, title="Hur gör vi nytt?", drafted_by="amina")
PLANNED = WorkshopPlanned(**_OF, workshop_id=WORKSHOP_ID, name="Kajen", groups=("Grupp Kajen",), planned_by="amina")
OPENED = ChallengeOpened(**_OF, opened_by="amina")
EVALUATING = EvaluationStarted(**_OF, started_by="amina")
CLOSED = ChallengeClosed(**_OF, outcome_text="En idé prövas.", closed_by="amina")
CANCELLED = ChallengeCancelled(**_OF, reason="Frågan är redan besvarad.", cancelled_by="amina")

CHALLENGES = {
    "draft": (DRAFTED, PLANNED),
    "open": (DRAFTED, PLANNED, OPENED),
    "evaluating": (DRAFTED, PLANNED, OPENED, EVALUATING),
    "closed": (DRAFTED, PLANNED, OPENED, CLOSED),
    "cancelled": (DRAFTED, PLANNED, CANCELLED),
}
"""State → the events that lead to it."""

IDEA_ID = "5a0d2c1e-0000-4000-8000-000000000001"
OTHER_IDEA_ID = "5a0d2c1e-0000-4000-8000-000000000002"
COMMENT_ID = "5a0d2c1e-0000-4000-8000-000000000003"
EXPERIMENT_ID = "7b0d2c1e-0000-4000-8000-000000000001"
OTHER_EXPERIMENT_ID = "7b0d2c1e-0000-4000-8000-000000000002"
LESSON_ID = "9c0d2c1e-0000-4000-8000-000000000001"
OTHER_LESSON_ID = "9c0d2c1e-0000-4000-8000-000000000002"

_THE = {"idea_id": IDEA_ID, "unit": "vof"}
MANDATE = Mandate(decided_by="bengt", decided_as="decider", for_unit="vof")
BY_KARIN = Author(kind="employee", person_id="karin")
BEGUN = IdeaDrafted(
    **_THE, author=BY_KARIN, recorded_by="karin", author_visibility="name_hidden", title="Promenadmöten", what="Gå."
)
SUBMITTED = IdeaSubmitted(
    **_THE, title="Promenadmöten", what="Gå.", author=BY_KARIN, author_visibility="name_hidden", recorded_by="karin"
)
REVIEWED = ReviewStarted(**_THE, reviewed_by="amina")
RESTING = IdeaPutOnHold(**_THE, review_on=TODAY, obstacle="Semester.", mandate=MANDATE)
SELECTED = IdeaSelected(**_THE, reason="Går att pröva.", mandate=MANDATE)
TRIED = IdeaPutToTest(**_THE, experiment_id=EXPERIMENT_ID, leads_to="in_experiment")
REALISED = IdeaRealised(**_THE, what_changed="Mötena hålls gående.", mandate=MANDATE)
RETIRED = IdeaTestDecided(
    **_THE, experiment_id=EXPERIMENT_ID, decision="retire", reason="Ingen gick.", leads_to="not_realised"
)
DECLINED = IdeaDeclined(**_THE, reason_code="out_of_scope", reason="Inte vårt.", mandate=MANDATE)
TAKEN_BACK = IdeaWithdrawn(**_THE, withdrawn_by="karin")
_JOINING = JoinRequested(idea_id=IDEA_ID, person_id="leyla")
_REPLIED = CommentAdded(idea_id=IDEA_ID, comment_id=COMMENT_ID, commenter_id="oskar", text="Bra.")

IDEAS = {
    "draft": (BEGUN, _JOINING),
    "submitted": (SUBMITTED, _JOINING, _REPLIED),
    "in_review": (SUBMITTED, _JOINING, _REPLIED, REVIEWED),
    "on_hold": (SUBMITTED, _JOINING, _REPLIED, RESTING),
    "selected": (SUBMITTED, _JOINING, _REPLIED, SELECTED),
    "in_experiment": (SUBMITTED, _JOINING, _REPLIED, TRIED),
    "realised": (SUBMITTED, _JOINING, _REPLIED, REALISED),
    "not_realised": (SUBMITTED, _JOINING, _REPLIED, TRIED, RETIRED),
    "declined": (SUBMITTED, _JOINING, _REPLIED, DECLINED),
    "withdrawn": (SUBMITTED, _JOINING, _REPLIED, TAKEN_BACK),
}
"""State → the events that lead to it; Karin is its hidden author, Leyla has asked to join, Oskar has said something."""
