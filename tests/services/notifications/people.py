"""Who appears in these tests, and moments that are easy to compare."""

from datetime import UTC, datetime, timedelta

from chassis.command import Caller

ANNA, BO, CILLA, KARIN = ("anna-1f3a", "bosse-77b2", "cilla-90cd", "karin-4e55")
DECIDER, COACH, ADMIN = ("david-decider", "coach-carina", "admin-asta")
IDEA = "1d0c9f6e-3f44-4d4c-9c0e-0f6f5a8d9e01"
OTHER_IDEA = "1d0c9f6e-3f44-4d4c-9c0e-0f6f5a8d9e02"
CHALLENGE = "2d0c9f6e-3f44-4d4c-9c0e-0f6f5a8d9e01"
EXPERIMENT = "3d0c9f6e-3f44-4d4c-9c0e-0f6f5a8d9e01"
LESSON = "4d0c9f6e-3f44-4d4c-9c0e-0f6f5a8d9e01"


def caller(person_id, *roles, name=None, unit=None):
    return Caller(person_id=person_id, roles=dict.fromkeys(roles or ("employee",)), name=name, unit=unit)


def at(minute):
    return datetime(2026, 3, 2, 8, 0, tzinfo=UTC) + timedelta(minutes=minute)
