"""Who may do what in the service experiments.

Karin owns the experiment, Erik is of its team, Leyla wrote the lesson. "own" is Karin again, on a day when she is the
unit's decider as well, "judge" is Leyla again, on a day when she coaches its unit: jäv. The unit is vof-hemvard, for
which vof answers; "aside" coaches and decides elsewhere.
"""

from __future__ import annotations

from uuid import uuid4

from services.experiments.experiment import CHECKED
from services.experiments.main import PROGRAM
from tests.services.experiments.experiments import (
    EXPERIMENT_ID,
    FOLLOW_UP,
    LESSON,
    SATISFACTION_SEEN,
    SHARE_SEEN,
    STATES,
    after,
)
from tests.services.experiments.lessons import LESSON_ID, STANDINGS, recorded
from tests.services.who_may import WhoMay, person, retold, who

PEOPLE = {
    "owner": who("karin", "employee", unit="vof-hemvard"),
    "own": who("karin", "employee", "decider@vof", unit="vof-hemvard"),
    "team": who("erik", "employee", unit="vof-hemvard"),
    "author": who("leyla", "employee"),
    "judge": who("leyla", "employee", "coach@vof"),
    "colleague": who("sara", "employee", unit="kuf"),
    "coach": who("amina", "employee", "coach@vof"),
    "decider": who("bengt", "employee", "decider@vof"),
    "aside": who("olga", "employee", "coach@kuf", "decider@kuf", unit="kuf"),
    "moderator": who("mats", "moderator"),
    "analyst": who("ingrid", "analyst"),
    "admin": who("asta", "admin"),
    "machine": who("importer", "service", unit=None),
}

TABLE = """
                                                                      owner own team author judge colleague coach decider aside moderator analyst admin machine
GET    /experiments                                                     ✓    ✓   ✓     ✓      ✓      ✓       ✓      ✓      ✓      ✓        ✓      ✓      ✓
GET    /experiments/{experiment_id}                                     ✓    ✓   ✓     ✓      ✓      ✓       ✓      ✓      ✓      ✓        ✓      ✓      ✓
GET    /failures                                                        ✓    ✓   ✓     ✓      ✓      ✓       ✓      ✓      ✓      ✓        ✓      ✓      ✓
POST   /experiments                                                     ✓    ✓   ✓     ✓      ✓      ✓       ✓      ✓      ✓      ·        ·      ·      ·
PATCH  /experiments/{experiment_id}                                     ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/criteria                            ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/checks                              ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/owner                               ✓    ✓   ·     ·      ·      ·       ·      ✓      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/team                                ✓    ✓   ✓     ·      ·      ·       ·      ✓      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/contact                             ✓    ✓   ·     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/ask-approval                        ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/approve                             ·    ·   ·     ·      ·      ·       ·      ✓      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/return                              ·    ·   ·     ·      ·      ·       ·      ✓      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/start                               ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/amend                               ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/observations                        ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/observations/{observation_id}/correct  ✓ ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/observations/{observation_id}/withdraw ✓ ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/pause                               ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/resume                              ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/end-measuring                       ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/conclude                            ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/supplement                          ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/correct                             ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/decide                              ·    ·   ·     ·      ·      ·       ·      ✓      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/follow-ups                          ✓    ✓   ✓     ·      ·      ·       ·      ✓      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/follow-ups/{follow_up_id}/done      ✓    ✓   ✓     ·      ·      ·       ·      ✓      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/close                               ✓    ✓   ✓     ·      ·      ·       ·      ·      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/reopen                              ✓    ✓   ✓     ·      ·      ·       ·      ✓      ·      ·        ·      ·      ·
POST   /experiments/{experiment_id}/cancel                              ✓    ✓   ✓     ·      ·      ·       ·      ✓      ·      ·        ·      ·      ·
GET    /lessons                                                         ✓    ✓   ✓     ✓      ✓      ✓       ✓      ✓      ✓      ✓        ✓      ✓      ✓
GET    /lessons/{lesson_id}                                             ✓    ✓   ✓     ✓      ✓      ✓       ✓      ✓      ✓      ✓        ✓      ✓      ✓
POST   /lessons                                                         ✓    ✓   ✓     ✓      ✓      ✓       ✓      ✓      ✓      ·        ·      ·      ✓
PATCH  /lessons/{lesson_id}                                             ·    ·   ·     ✓      ✓      ·       ✓      ·      ·      ·        ·      ·      ·
POST   /lessons/{lesson_id}/support                                     ✓    ✓   ✓     ✓      ✓      ✓       ✓      ✓      ✓      ·        ·      ·      ·
POST   /lessons/{lesson_id}/contradict                                  ✓    ✓   ✓     ✓      ✓      ✓       ✓      ✓      ✓      ·        ·      ·      ·
POST   /lessons/{lesson_id}/confirm                                     ·    ·   ·     ·      ·      ·       ✓      ·      ·      ·        ·      ·      ·
POST   /lessons/{lesson_id}/reject                                      ·    ·   ·     ·      ·      ·       ✓      ·      ·      ·        ·      ·      ·
POST   /lessons/{lesson_id}/endorse                                     ✓    ✓   ✓     ✓      ✓      ✓       ✓      ✓      ✓      ·        ·      ·      ·
POST   /lessons/{lesson_id}/apply                                       ✓    ✓   ✓     ✓      ✓      ✓       ✓      ✓      ✓      ·        ·      ·      ·
POST   /lessons/{lesson_id}/validate                                    ✓    ✓   ✓     ✓      ✓      ✓       ✓      ✓      ✓      ·        ·      ·      ·
POST   /lessons/{lesson_id}/review                                      ·    ·   ·     ✓      ✓      ·       ✓      ·      ·      ·        ·      ·      ·
POST   /lessons/{lesson_id}/supersede                                   ·    ·   ·     ✓      ✓      ·       ✓      ·      ·      ·        ·      ·      ·
POST   /lessons/{lesson_id}/withdraw                                    ·    ·   ·     ✓      ✓      ·       ✓      ·      ·      ·        ·      ·      ·
POST   /lessons/{lesson_id}/reinstate                                   ·    ·   ·     ✓      ✓      ·       ✓      ·      ·      ·        ·      ·      ·
GET    /events                                                          ·    ·   ·     ·      ·      ·       ·      ·      ·      ·        ✓      ✓      ✓
GET    /events/heads                                                    ·    ·   ·     ·      ·      ·       ·      ·      ·      ·        ✓      ✓      ✓
"""  # noqa: E501 - as wide as it needs to be

_GOAL = {
    "id": "video-share",
    "metric": "Andel besök på video",
    "unit_of_measure": "%",
    "direction": "at_least",
    "threshold": "40",
}
_E, _L = "/experiments/{experiment_id}", "/lessons/{lesson_id}"
_BODIES = {
    "POST /experiments": {"title": "Video i hemvården", "unit": "vof-hemvard"},
    f"PATCH {_E}": {"title": "Video i hela hemvården", "reason": "Fler vill vara med."},
    f"POST {_E}/criteria": {"criteria": [_GOAL]},
    f"POST {_E}/checks": {"checks": {name: {"answer": "no"} for name in CHECKED}},
    f"POST {_E}/owner": {"to": person("sara"), "reason": "Karin slutar."},
    f"POST {_E}/team": {"team": [person("sara")]},
    f"POST {_E}/contact": {"shown": True},
    f"POST {_E}/return": {"reason": "Prata med facket först."},
    f"POST {_E}/amend": {"criteria": [_GOAL], "reason": "Sommaren är inte som vintern."},
    f"POST {_E}/observations": {"criterion_id": "video-share", "value": "55"},
    f"POST {_E}/observations/{{observation_id}}/correct": {"value": "64", "reason": "Skrivfel."},
    f"POST {_E}/observations/{{observation_id}}/withdraw": {"reason": "Fel grupp."},
    f"POST {_E}/conclude": {"outcome": "succeeded", "evidence_level": "moderate"},
    f"POST {_E}/supplement": {"surprise": "Många ville ses ändå."},
    f"POST {_E}/correct": {"evidence_level": "strong", "reason": "Det var fler."},
    f"POST {_E}/decide": {"decision": "pivot", "reason": "Samvaron är poängen."},
    f"POST {_E}/follow-ups": {"what": "Lämna plattorna."},
    f"POST {_E}/close": {"still_holds": True},
    f"POST {_E}/reopen": {"reason": "Vi räknade fel grupp."},
    f"POST {_E}/cancel": {"reason": "Ingen tid."},
    "POST /lessons": {"statement": "Fråga först vad besöket är till för.", "unit": "vof"},
    f"PATCH {_L}": {"title": "Besök är samvaro"},
    f"POST {_L}/reject": {"reason": "Gällde bara i juli."},
    f"POST {_L}/apply": {"where": "Hemtjänsten i centrum", "what_changed": "Vi frågar först."},
    f"POST {_L}/validate": {"proof": "Uppföljning efter ett halvår."},
    f"POST {_L}/withdraw": {"reason": "Jag hade fel."},
    f"POST {_L}/reinstate": {"reason": "Det höll ändå."},
}
_STATES = {
    f"POST {_E}/amend": "running",
    f"POST {_E}/observations": "running",
    f"POST {_E}/observations/{{observation_id}}/correct": "running",
    f"POST {_E}/observations/{{observation_id}}/withdraw": "running",
    f"POST {_E}/pause": "running",
    f"POST {_E}/resume": "paused",
    f"POST {_E}/end-measuring": "running",
    f"POST {_E}/conclude": "awaiting_conclusion",
    f"POST {_E}/supplement": "closed",
    f"POST {_E}/correct": "closed",
    f"POST {_E}/decide": "closed",
    f"POST {_E}/follow-ups": "closed",
    f"POST {_E}/follow-ups/{{follow_up_id}}/done": "closed",
    f"POST {_E}/close": "awaiting_lesson",
    f"POST {_E}/reopen": "closed",
    f"POST {_L}/confirm": "supported",
    f"POST {_L}/reinstate": "withdrawn",
}
"""In which state somebody may; else an experiment is a draft and a lesson emerging."""


def situation(world, route):
    names = {name: person(name) for name in ("karin", "erik", "leyla", "bengt", "amina", "sara")}
    new = {one: str(uuid4()) for one in (EXPERIMENT_ID, LESSON_ID, LESSON, SHARE_SEEN, SATISFACTION_SEEN, FOLLOW_UP)}
    body = None if route.startswith("GET") else dict(_BODIES.get(route, {}))
    if "{experiment_id}" in route or route.endswith(("/support", "/contradict")):
        events = after(*STATES[_STATES.get(route, "draft") if "{experiment_id}" in route else "draft"]).events
        world.happened(f"experiment-{new[EXPERIMENT_ID]}", *(retold(event, {**names, **new}) for event in events))
    if "{lesson_id}" in route:
        events = STANDINGS[_STATES.get(route, "emerging")]
        world.happened(f"lesson-{new[LESSON_ID]}", *(retold(event, {**names, **new}) for event in events))
    if route.endswith(("/support", "/contradict")):
        body["experiment_id"] = new[EXPERIMENT_ID]
    if route.endswith("/supersede"):
        body["superseded_by"] = better = str(uuid4())
        world.happened(f"lesson-{better}", retold(recorded(), {**names, LESSON_ID: better}))
    path = {"experiment_id": EXPERIMENT_ID, "lesson_id": LESSON_ID, "observation_id": SHARE_SEEN}
    return {**{name: new[one] for name, one in path.items()}, "follow_up_id": new[FOLLOW_UP]}, body


WHO_MAY = WhoMay(program=PROGRAM, people=PEOPLE, table=TABLE, situation=situation)
