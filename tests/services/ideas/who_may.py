"""Who may do what in the service ideas.

Karin is the author, with her name hidden, Maja a co-author, Oskar has said something, Leyla has asked to join. "own" is
Karin again, on a day when she is the unit's decider and coach as well: jäv. The unit is vof; "above" decides for the
whole city, "aside" for another unit.
"""

from __future__ import annotations

from uuid import uuid4

from contracts.ideas import JoinAccepted, JoinRequested
from services.ideas.main import PROGRAM
from tests.services.ideas.people import (
    CHALLENGE_ID,
    CHALLENGES,
    COMMENT_ID,
    EXPERIMENT_ID,
    IDEA_ID,
    IDEAS,
    LESSON_ID,
    WORKSHOP_ID,
)
from tests.services.who_may import WhoMay, person, retold, who

PEOPLE = {
    "author": who("karin", "employee"),
    "own": who("karin", "employee", "coach@vof", "decider@vof"),
    "coauthor": who("maja", "employee"),
    "said": who("oskar", "employee"),
    "colleague": who("jonas", "employee", unit="sof"),
    "coach": who("amina", "employee", "coach@vof"),
    "decider": who("bengt", "employee", "decider@vof"),
    "above": who("chief", "employee", "decider@staden", unit="staden"),
    "aside": who("olga", "employee", "coach@sof", "decider@sof", unit="sof"),
    "moderator": who("mats", "moderator"),
    "analyst": who("ingrid", "analyst"),
    "admin": who("asta", "admin"),
    "machine": who("importer", "service", unit=None),
}

TABLE = """
                                                author own coauthor said colleague coach decider above aside moderator analyst admin machine
GET    /ideas                                     ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ✓        ✓      ✓      ✓
GET    /tried-before                              ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ✓        ✓      ✓      ✓
GET    /ideas/{idea_id}                           ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ✓        ✓      ✓      ✓
GET    /ideas/{idea_id}/story                     ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ✓        ✓      ✓      ✓
POST   /ideas                                     ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ·        ·      ·      ✓
POST   /ideas:batch                               ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ·        ·      ·      ✓
POST   /ideas/{idea_id}/submit                    ✓     ✓     ✓      ·      ·       ·      ·      ·     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/discard                   ✓     ✓     ·      ·      ·       ·      ·      ·     ·       ·        ·      ·      ·
PATCH  /ideas/{idea_id}                           ✓     ✓     ✓      ·      ·       ·      ·      ·     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/withdraw                  ✓     ✓     ·      ·      ·       ·      ·      ·     ·       ·        ·      ·      ·
PUT    /ideas/{idea_id}/support                   ·     ·     ·      ✓      ✓       ✓      ✓      ✓     ✓       ·        ·      ·      ·
DELETE /ideas/{idea_id}/support                   ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ✓        ✓      ✓      ✓
POST   /ideas/{idea_id}/comments                  ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ·        ·      ·      ·
PATCH  /ideas/{idea_id}/comments/{comment_id}     ·     ·     ·      ✓      ·       ·      ·      ·     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/lessons                   ✓     ✓     ✓      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/joins                     ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ·        ·      ·      ·
POST   /ideas/{idea_id}/joins/{person_id}/accept  ✓     ✓     ✓      ·      ·       ·      ·      ·     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/joins/{person_id}/decline ✓     ✓     ✓      ·      ·       ·      ·      ·     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/leave                     ·     ·     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ✓        ✓      ✓      ✓
POST   /ideas/{idea_id}/authorship                ✓     ✓     ·      ·      ·       ·      ✓      ✓     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/show-name                 ✓     ✓     ·      ·      ·       ·      ·      ·     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/review                    ·     ✓     ·      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/coach                     ·     ✓     ·      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/ask                       ·     ✓     ·      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/hand-over                 ·     ·     ·      ·      ·       ·      ✓      ✓     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/hold                      ·     ·     ·      ·      ·       ·      ✓      ✓     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/select                    ·     ·     ·      ·      ·       ·      ✓      ✓     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/decline                   ·     ·     ·      ·      ·       ·      ✓      ✓     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/realise                   ·     ·     ·      ·      ·       ·      ✓      ✓     ·       ·        ·      ·      ·
POST   /ideas/{idea_id}/reopen                    ·     ·     ·      ·      ·       ·      ✓      ✓     ·       ·        ·      ·      ·
GET    /challenges                                ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ✓        ✓      ✓      ✓
GET    /labels                                    ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ✓        ✓      ✓      ✓
GET    /units                                     ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ✓        ✓      ✓      ✓
GET    /challenges/{challenge_id}                 ✓     ✓     ✓      ✓      ✓       ✓      ✓      ✓     ✓       ✓        ✓      ✓      ✓
POST   /challenges                                ·     ✓     ·      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
PATCH  /challenges/{challenge_id}                 ·     ✓     ·      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
POST   /challenges/{challenge_id}/workshops       ·     ✓     ·      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
POST   /challenges/{challenge_id}/open            ·     ✓     ·      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
POST   /challenges/{challenge_id}/extend          ·     ✓     ·      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
POST   /challenges/{challenge_id}/evaluate        ·     ✓     ·      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
POST   /challenges/{challenge_id}/close           ·     ✓     ·      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
POST   /challenges/{challenge_id}/reopen          ·     ✓     ·      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
POST   /challenges/{challenge_id}/cancel          ·     ✓     ·      ·      ·       ✓      ·      ·     ·       ·        ·      ·      ·
GET    /events                                    ·     ·     ·      ·      ·       ·      ·      ·     ·       ·        ✓      ✓      ✓
GET    /events/heads                              ·     ·     ·      ·      ·       ·      ·      ·     ·       ·        ✓      ✓      ✓
"""  # noqa: E501 - as wide as it needs to be

_IDEA = {"title": "Promenadmöten", "what": "Gå."}
_BODIES = {
    "POST /ideas": {**_IDEA, "unit": "vof"},
    "POST /ideas/{idea_id}/submit": {},
    "PATCH /ideas/{idea_id}": {"why": "Vi sitter för mycket."},
    "POST /ideas/{idea_id}/comments": {"text": "Jag är med."},
    "PATCH /ideas/{idea_id}/comments/{comment_id}": {"text": "Mycket bra."},
    "POST /ideas/{idea_id}/lessons": {"lesson_id": LESSON_ID, "how": "Den säger hur man börjar."},
    "POST /ideas/{idea_id}/authorship": {
        "author": {"kind": "employee", "person_id": person("nobody-yet")},
        "reason": "Byter jobb.",
    },
    "POST /ideas/{idea_id}/ask": {"question": "Hur många gånger?"},
    "POST /ideas/{idea_id}/hand-over": {"to_unit": "sof", "reason": "Den är deras."},
    "POST /ideas/{idea_id}/hold": {"review_on": "2099-03-02", "obstacle": "Semester."},
    "POST /ideas/{idea_id}/select": {"reason": "Går att pröva."},
    "POST /ideas/{idea_id}/decline": {"reason_code": "out_of_scope", "reason": "Inte vårt."},
    "POST /ideas/{idea_id}/realise": {"what_changed": "Mötena hålls gående."},
    "POST /ideas/{idea_id}/reopen": {"reason": "Det är annorlunda nu."},
    "POST /challenges": {"title": "Hur gör vi nytt?", "unit": "vof"},
    "PATCH /challenges/{challenge_id}": {"why": "Vi behöver det.", "reason": "Glömdes."},
    "POST /challenges/{challenge_id}/workshops": {"name": "Kajen"},
    "POST /challenges/{challenge_id}/extend": {"closes_on": "2099-03-02"},
    "POST /challenges/{challenge_id}/close": {"outcome_text": "En idé prövas."},
    "POST /challenges/{challenge_id}/reopen": {"reason": "Det kom mer."},
    "POST /challenges/{challenge_id}/cancel": {"reason": "Redan besvarad."},
}
_STATES = {
    "POST /ideas/{idea_id}/submit": "draft",
    "POST /ideas/{idea_id}/discard": "draft",
    "POST /ideas/{idea_id}/reopen": "declined",
    "POST /challenges/{challenge_id}/open": "draft",
    "POST /challenges/{challenge_id}/reopen": "closed",
}
"""In which state somebody may; else an idea is submitted and a challenge open."""


def situation(world, route):
    names = {name: person(name) for name in ("karin", "leyla", "oskar", "bengt", "amina")}
    new = {one: str(uuid4()) for one in (IDEA_ID, CHALLENGE_ID, WORKSHOP_ID, COMMENT_ID, EXPERIMENT_ID)}
    if "{idea_id}" in route:
        maja = {"idea_id": IDEA_ID, "person_id": person("maja")}
        joined = (JoinRequested(**maja), JoinAccepted(**maja, accepted_by="karin"))
        events = (*IDEAS[_STATES.get(route, "submitted")], *joined)
        world.happened(f"idea-{new[IDEA_ID]}", *(retold(event, {**names, **new}) for event in events))
    if "{challenge_id}" in route or route == "POST /ideas:batch":
        events = CHALLENGES[_STATES.get(route, "open")]
        world.happened(f"challenge-{new[CHALLENGE_ID]}", *(retold(event, {**names, **new}) for event in events))
    path = {"idea_id": new[IDEA_ID], "challenge_id": new[CHALLENGE_ID], "comment_id": new[COMMENT_ID]}
    if route == "POST /ideas:batch":
        return path, {"challenge_id": new[CHALLENGE_ID], "workshop_id": new[WORKSHOP_ID], "ideas": [_IDEA]}
    if route.startswith("GET"):
        return {**path, "?": "?text=gå" if route == "GET /tried-before" else ""}, None
    return {**path, "person_id": names["leyla"]}, _BODIES.get(route, {})


WHO_MAY = WhoMay(
    program=PROGRAM,
    people=PEOPLE,
    table=TABLE,
    situation=situation,
    own=frozenset({"own-idea", "own-matter", "author-cannot-leave"}),
)
