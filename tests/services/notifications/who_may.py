"""Who may do what in the service notifications: everybody with what is theirs alone, an admin with who is forgotten.

Karin was told something, and has asked to be forgotten.
"""

from __future__ import annotations

import dataclasses
from uuid import uuid4

from contracts.notifications import ErasureRequested, PersonRegistered
from services.notifications.main import PROGRAM
from tests.services.notifications.test_notification import RAISED
from tests.services.who_may import WhoMay, person, who

PEOPLE = {
    "karin": who("karin", "employee"),
    "colleague": who("jonas", "employee", unit="sof"),
    "coach": who("amina", "employee", "coach"),
    "decider": who("bengt", "employee", "decider@vof"),
    "moderator": who("mats", "moderator"),
    "analyst": who("ingrid", "analyst"),
    "admin": who("asta", "admin"),
    "machine": who("importer", "service", unit=None),
}

TABLE = """
                                            karin colleague coach decider moderator analyst admin machine
GET    /me                                    ✓       ✓       ✓      ✓        ✓        ✓      ✓      ✓
PUT    /me                                    ✓       ✓       ✓      ✓        ✓        ✓      ✓      ✓
GET    /me/export                             ✓       ✓       ✓      ✓        ✓        ✓      ✓      ✓
POST   /me/erasure-request                    ✓       ✓       ✓      ✓        ✓        ✓      ✓      ✓
GET    /follows                               ✓       ✓       ✓      ✓        ✓        ✓      ✓      ✓
PUT    /follows/{subject}                     ✓       ✓       ✓      ✓        ✓        ✓      ✓      ✓
DELETE /follows/{subject}                     ✓       ✓       ✓      ✓        ✓        ✓      ✓      ✓
GET    /inbox                                 ✓       ✓       ✓      ✓        ✓        ✓      ✓      ✓
POST   /inbox/{notification_id}/read          ✓       ·       ·      ·        ·        ·      ·      ·
GET    /people                                ✓       ✓       ✓      ✓        ✓        ✓      ✓      ✓
GET    /erasure-requests                      ·       ·       ·      ·        ·        ·      ✓      ·
POST   /people/{person_id}/erase              ·       ·       ·      ·        ·        ·      ✓      ·
POST   /people/{person_id}/decline-erasure    ·       ·       ·      ·        ·        ·      ✓      ·
GET    /events                                ·       ·       ·      ·        ·        ✓      ✓      ✓
GET    /events/heads                          ·       ·       ·      ·        ·        ✓      ✓      ✓
"""

_BODIES = {
    "PUT /me": {"name": "Karin Ek"},
    "POST /people/{person_id}/erase": {"scope": "profile", "basis": "Personen har bett om det."},
    "POST /people/{person_id}/decline-erasure": {"basis": "Ärendet pågår."},
}


def situation(world, route):
    notification_id, somebody = str(uuid4()), person(str(uuid4()))
    if "{notification_id}" in route:
        raised = dataclasses.replace(RAISED, notification_id=notification_id, recipient=person("karin"))
        world.happened(f"notification-{notification_id}", raised)
    if "{person_id}" in route:
        registered = PersonRegistered(person_id=somebody, name="Karin Ek", unit="vof", language="sv")
        world.happened(f"person-{somebody}", registered, ErasureRequested(person_id=somebody))
    path = {"notification_id": notification_id, "person_id": somebody, "subject": f"idea-{uuid4()}"}
    query = f"?ids={somebody}" if route == "GET /people" else ""
    return {**path, "?": query}, None if route.startswith("GET") else _BODIES.get(route, {})


WHO_MAY = WhoMay(program=PROGRAM, people=PEOPLE, table=TABLE, situation=situation)
