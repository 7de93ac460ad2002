"""A lesson and the people around it, for tests."""

from __future__ import annotations

from chassis.command import Caller
from contracts.lessons import (
    LessonConfirmed,
    LessonContradicted,
    LessonRecorded,
    LessonRejected,
    LessonSuperseded,
    LessonSupported,
    LessonWithdrawn,
)
from contracts.values import Author

LESSON_ID = "00000000-0000-4000-8000-00000000000a"
BETTER = "00000000-0000-4000-8000-00000000000b"
VIDEO, PHONE, LETTERS = (f"00000000-0000-4000-8000-0000000000e{n}" for n in (1, 2, 3))
"""Experiments: with video calls, telephone, letters."""
IDEA, OTHER_IDEA = (f"00000000-0000-4000-8000-0000000000d{n}" for n in (1, 2))
PART = "00000000-0000-4000-8000-0000000000c1"

LEYLA = Caller(person_id="leyla", roles={"employee": None}, unit="vof")
"""Whose lesson it is."""
KARIN = Caller(person_id="karin", roles={"employee": None}, unit="vof")
JONAS = Caller(person_id="jonas", roles={"employee": None}, unit="sof")
AMINA = Caller(person_id="amina", roles={"employee": None, "coach": frozenset({"vof"})}, unit="vof")
"""Who coaches there."""
STRANGER = Caller(person_id="ingrid", roles={"analyst": None}, unit="slf")
MACHINE = Caller(person_id="import", roles={"service": None})

BEARINGS = {"lesson_id": LESSON_ID, "experiment_ids": (VIDEO,), "idea_ids": (IDEA,), "unit": "vof"}
STATEMENT = "Ett videosamtal ersätter inte ett besök som också är social samvaro."


def recorded(**changed):
    fields = {
        **BEARINGS,
        "statement": STATEMENT,
        "author": Author(kind="employee", person_id="leyla"),
        "recorded_by": "leyla",
    }
    return LessonRecorded(**{**fields, **changed})


def supported(experiment=VIDEO, leads_to="supported"):
    return LessonSupported(**BEARINGS, leads_to=leads_to, experiment_id=experiment, said_by="karin")


def contradicted(experiment=LETTERS, leads_to="contested"):
    return LessonContradicted(**BEARINGS, leads_to=leads_to, experiment_id=experiment, said_by="karin")


def confirmed():
    return LessonConfirmed(**BEARINGS, leads_to="confirmed", supported_by=(VIDEO, PHONE), confirmed_by="amina")


def rejected():
    return LessonRejected(**BEARINGS, leads_to="rejected", reason="Gällde bara i juli.", rejected_by="amina")


def superseded():
    return LessonSuperseded(**BEARINGS, leads_to="superseded", by=BETTER, superseded_by="leyla")


def withdrawn():
    return LessonWithdrawn(**BEARINGS, leads_to="withdrawn", reason="Jag hade fel.", withdrawn_by="leyla")


STANDINGS = {
    "emerging": (recorded(),),
    "supported": (recorded(), supported(VIDEO), supported(PHONE)),
    "contested": (recorded(), supported(VIDEO), supported(PHONE), contradicted()),
    "confirmed": (recorded(), supported(VIDEO), supported(PHONE), confirmed()),
    "rejected": (recorded(), rejected()),
    "superseded": (recorded(), superseded()),
    "withdrawn": (recorded(), withdrawn()),
}
"""What must have happened for a lesson to have each standing."""
