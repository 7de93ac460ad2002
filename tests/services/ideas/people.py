"""Who is in the tests, and what they have made: callers, ids, a challenge and an idea in every state."""

from __future__ import annotations

from datetime import UTC, date, datetime

from chassis.command import Caller
from contracts.ideas import (
    ChallengeCancelled,
    ChallengeClosed,
    ChallengeDrafted,
    ChallengeOpened,
    EvaluationStarted,
    WorkshopPlanned,
)

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
