"""Who may do what with experiments and lessons: every route, and who is let through."""

from __future__ import annotations

from uuid import uuid4

from services.experiments.experiment import CHECKED
from services.experiments.main import PROGRAM
from tests.services.experiments import experiments, lessons
from tests.services.experiments.experiments import STATES, after, assigning
from tests.services.experiments.lessons import STANDINGS
from tests.services.who_may import WhoMay, person, retold, who

PEOPLE = {
    "owner": who("karin", "employee", unit="vof-hemvard"),
    "team": who("erik", "employee", unit="vof-hemvard"),
    "other": who("sara", "employee", unit="kuf"),
    "coach": who("amina", "employee", "coach@vof"),
    "chief": who("bengt", "employee", "decider@vof"),
    "analyst": who("ana", "analyst", unit="slf"),
    "admin": who("ada", "admin", unit="slf"),
    "bot": who("import", "service", unit=None),
}
"""The owner and team of an experiment, of whom the team wrote the lesson, and people around them."""

TABLE = """
                                                                          owner team other coach chief analyst admin bot
GET   /events                                                             ·     ·    ·     ·     ·     ✓       ✓     ✓
GET   /events/heads                                                       ·     ·    ·     ·     ·     ✓       ✓     ✓
GET   /experiments                                                        ✓     ✓    ✓     ✓     ✓     ✓       ✓     ✓
GET   /experiments/{experiment_id}                                        ✓     ✓    ✓     ✓     ✓     ✓       ✓     ✓
GET   /failures                                                           ✓     ✓    ✓     ✓     ✓     ✓       ✓     ✓
GET   /lessons                                                            ✓     ✓    ✓     ✓     ✓     ✓       ✓     ✓
GET   /lessons/{lesson_id}                                                ✓     ✓    ✓     ✓     ✓     ✓       ✓     ✓
POST  /experiments                                                        ✓     ✓    ✓     ✓     ✓     ·       ·     ·
PATCH /experiments/{experiment_id}                                        ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/criteria                               ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/checks                                 ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/owner                                  ✓     ·    ·     ·     ✓     ·       ·     ·
POST  /experiments/{experiment_id}/team                                   ✓     ✓    ·     ·     ✓     ·       ·     ·
POST  /experiments/{experiment_id}/ask-approval                           ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/approve                                ·     ·    ·     ·     ✓     ·       ·     ·
POST  /experiments/{experiment_id}/return                                 ·     ·    ·     ·     ✓     ·       ·     ·
POST  /experiments/{experiment_id}/start                                  ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/amend                                  ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/observations                           ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/observations/{observation_id}/correct  ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/observations/{observation_id}/withdraw ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/pause                                  ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/resume                                 ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/end-measuring                          ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/conclude                               ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/supplement                             ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/correct                                ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/decide                                 ·     ·    ·     ·     ✓     ·       ·     ·
POST  /experiments/{experiment_id}/follow-ups                             ✓     ✓    ·     ·     ✓     ·       ·     ·
POST  /experiments/{experiment_id}/follow-ups/{follow_up_id}/done         ✓     ✓    ✓     ·     ✓     ·       ·     ·
POST  /experiments/{experiment_id}/close                                  ✓     ✓    ·     ·     ·     ·       ·     ·
POST  /experiments/{experiment_id}/reopen                                 ✓     ✓    ·     ·     ✓     ·       ·     ·
POST  /experiments/{experiment_id}/cancel                                 ✓     ✓    ·     ·     ✓     ·       ·     ·
POST  /lessons                                                            ✓     ✓    ✓     ✓     ✓     ·       ·     ✓
PATCH /lessons/{lesson_id}                                                ·     ✓    ·     ✓     ·     ·       ·     ·
POST  /lessons/{lesson_id}/review                                         ·     ✓    ·     ✓     ·     ·       ·     ·
POST  /lessons/{lesson_id}/support                                        ✓     ✓    ✓     ✓     ✓     ·       ·     ·
POST  /lessons/{lesson_id}/contradict                                     ✓     ✓    ✓     ✓     ✓     ·       ·     ·
POST  /lessons/{lesson_id}/confirm                                        ·     ·    ·     ✓     ·     ·       ·     ·
POST  /lessons/{lesson_id}/reject                                         ·     ·    ·     ✓     ·     ·       ·     ·
POST  /lessons/{lesson_id}/endorse                                        ✓     ✓    ✓     ✓     ✓     ·       ·     ·
POST  /lessons/{lesson_id}/apply                                          ✓     ✓    ✓     ✓     ✓     ·       ·     ·
POST  /lessons/{lesson_id}/validate                                       ✓     ✓    ✓     ✓     ✓     ·       ·     ·
POST  /lessons/{lesson_id}/supersede                                      ·     ✓    ·     ✓     ·     ·       ·     ·
POST  /lessons/{lesson_id}/withdraw                                       ·     ✓    ·     ✓     ·     ·       ·     ·
POST  /lessons/{lesson_id}/reinstate                                      ·     ✓    ·     ✓     ·     ·       ·     ·
"""

BODIES = {
    "POST /experiments": {"title": "Video"},
    "PATCH": {"title": "Video i centrum", "reason": "Fler vill vara med."},
    "criteria": {"criteria": [{"metric": "Andel", "unit_of_measure": "%", "direction": "at_least", "threshold": "50"}]},
    "checks": {"checks": {name: {"answer": "no"} for name in CHECKED}},
    "owner": {"to": person("lena"), "reason": "Karin slutar."},
    "team": {"team": [person("lena")]},
    "return": {"reason": "Prata med facket först."},
    "observations": {"criterion_id": "video-share", "value": "55"},
    "observations/correct": {"value": "64", "reason": "Skrivfel."},
    "observations/withdraw": {"reason": "Fel grupp."},
    "conclude": {"outcome": "succeeded", "evidence_level": "weak"},
    "supplement": {"surprise": "Många ville ses ändå."},
    "correct": {"evidence_level": "strong", "reason": "Fler svar."},
    "decide": {"decision": "pivot", "reason": "Samvaron är poängen."},
    "follow-ups": {"what": "Lämna plattorna."},
    "close": {"still_holds": True},
    "POST /lessons": {"statement": lessons.STATEMENT, "unit": "vof"},
    "apply": {"where": "Centrum", "what_changed": "Vi frågar först."},
    "validate": {"proof": "Färre återbesök."},
}
"""What is sent, by route or by the last words of its path."""
NAMED = ("karin", "erik", "sara", "bengt")
REASONED = ("reopen", "cancel", "reject", "withdraw", "reinstate")

EXPERIMENT_IS = {
    **dict.fromkeys(("PATCH", "criteria", "checks", "owner", "team", "ask-approval", "approve"), "draft"),
    **dict.fromkeys(("return", "start", "cancel"), "ready"),
    **dict.fromkeys(("amend", "observations", "observations/correct", "observations/withdraw"), "running"),
    **dict.fromkeys(("pause", "end-measuring", "conclude"), "running"),
    "resume": "paused",
    **dict.fromkeys(("supplement", "correct", "decide", "follow-ups", "close", "reopen"), "awaiting_lesson"),
}
"""A state in which somebody may."""
LESSON_IS = {"confirm": "supported", "reject": "supported", "reinstate": "withdrawn"}


def situation(world, route):
    """A new experiment and a new lesson, as the route needs them."""
    experiment_id, lesson_id, better = (str(uuid4()) for _ in range(3))
    action = _action(route)
    about_lesson = "/lessons/" in route
    state = "draft" if about_lesson else EXPERIMENT_IS.get(action, "awaiting_lesson")
    history = after(*STATES[state]).events
    if action == "follow-ups/done":
        history = after(*STATES["closed"][:-1], assigning(assignee="sara")).events
    renamed = {
        experiments.EXPERIMENT_ID: experiment_id,
        **{one: person(one) for one in ("karin", "erik", "sara", "bengt")},
    }
    world.happened(f"experiment-{experiment_id}", *(retold(event, renamed) for event in history))
    if about_lesson:
        told = {lessons.LESSON_ID: lesson_id, "leyla": person("erik"), lessons.VIDEO: experiment_id}
        lesson = STANDINGS[LESSON_IS.get(action, "emerging")]
        world.happened(f"lesson-{lesson_id}", *(retold(event, told) for event in lesson))
        world.happened(f"lesson-{better}", retold(lessons.recorded(lesson_id=better), told))
    ids = {
        "experiment_id": experiment_id,
        "lesson_id": lesson_id,
        "observation_id": experiments.SHARE_SEEN,
        "follow_up_id": experiments.FOLLOW_UP,
    }
    return ids, _body(route, action, experiment_id, better)


def _action(route):
    """``PATCH``, or the words of the path after the thing's id: ``observations/correct``."""
    method, path = route.split()
    if method == "PATCH":
        return method
    return "/".join(part for part in path.split("/")[3:] if not part.startswith("{"))


def _body(route, action, experiment_id, better):
    if action in ("support", "contradict"):
        return {"experiment_id": experiment_id}
    if action == "supersede":
        return {"superseded_by": better}
    if action == "amend":
        return {**BODIES["criteria"], "reason": "Sommaren är inte som vintern."}
    if action in REASONED:
        return {"reason": "Därför."}
    return None if route.startswith("GET") else BODIES.get(route) or BODIES.get(action) or {}


WHO_MAY = WhoMay(program=PROGRAM, people=PEOPLE, table=TABLE, situation=situation)
