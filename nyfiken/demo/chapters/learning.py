"""The lesson is recorded, another way is chosen, somebody else builds on it, and history remembers."""

from __future__ import annotations

from datetime import datetime

from nyfiken.demo import texts
from nyfiken.demo.client import Json, check
from nyfiken.demo.stage import Stage


def the_lesson_is_recorded(stage: Stage, test: str) -> None:
    """Its owner writes down what was learned, and the experiment closes by itself."""
    stage.chapter("Lärdomen skrivs ner")
    karin = stage["Karin"]
    with stage.step(f"Karin skriver: {texts.LESSON['statement']}"):
        lesson = karin.post("/lessons", {**texts.LESSON, "experiment_ids": [test]}, expect=201)["lesson_id"]
    with stage.step("Experimentet avslutas av sig självt"):
        check("experimentet", got=stage["Karin"].get(f"/experiments/{test}")["state"], expected="closed")
    with stage.step("De som följer får veta vad de lärde sig"):
        for name in ("Leyla", "Maja", "Oskar"):
            check(f"{name}s inkorg", got=len(stage.notices(name, f"lesson-{lesson}", "lesson-recorded")), expected=1)


def another_way_is_chosen(stage: Stage, idea: str, test: str) -> None:
    """A failed test is not the end of an idea."""
    stage.chapter("Byt spår")
    with stage.step("Bengt väljer: byt spår. Idén går vidare"):
        way = {"decision": "pivot", "reason": "Pröva där besöket är tillsyn och inte sällskap."}
        stage["Bengt"].post(f"/experiments/{test}/decide", way)
        check("idén", got=stage["Maja"].get(f"/ideas/{idea}")["state"], expected="selected")
    with stage.step("Idéns berättelse går från första ordet till lärdomen"):
        told = [happened["what"] for happened in stage["Leyla"].get(f"/ideas/{idea}/story?limit=200")["items"]]
        order = ["idea-submitted", "idea-selected", "experiment-started", "experiment-failed", "lesson-recorded"]
        check("berättelsen", got=_in_order(told, order), expected=order)


def somebody_else_builds_on_it(stage: Stage) -> None:
    """In another unit a similar idea is written; what was tried is shown before it is submitted."""
    stage.chapter("Någon annan lär sig av det")
    jonas = stage["Jonas"]
    with stage.step(f"Jonas på socialförvaltningen skriver om {texts.SEARCHED}, och frågar: har någon prövat?"):
        found = jonas.get(f"/tried-before?text={texts.SEARCHED}&limit=50")["items"]
        test = _first(found, "experiment", texts.TEST["title"])
        lesson = _first(found, "lesson", texts.LESSON["title"])
        check("testet han visas", got=test["outcome"], expected="failed")
    stage.shows(*(f"{one['title']}: {one['learned'] or one['state']}" for one in (test, lesson)))
    with stage.step("Han läser lärdomen, bygger på den och lämnar in sin idé"):
        use = {"lesson_id": _id(lesson), "how": texts.BUILT_ON_HOW}
        checked = {"shown": [one["thing"] for one in found[:10]], "dismissed_reason": "På natten gäller något annat."}
        second = {**texts.SECOND_IDEA, "builds_on": [use], "similar_checked": checked}
        idea: str = jonas.post("/ideas", second, expect=201)["idea_id"]
    with stage.step("På lärdomen syns vilken idé som bygger på den"):
        cited = [citation["idea_id"] for citation in jonas.get(f"/lessons/{_id(lesson)}")["citations"]]
        check("lärdomen", got=idea in cited, expected=True)
    with stage.step(f"Jonas prövar på ett annat sätt. {texts.SECOND_HYPOTHESIS}"):
        _try_again(stage, idea, _id(test))
        check("idén", got=jonas.get(f"/ideas/{idea}")["state"], expected="in_experiment")


def history_remembers(stage: Stage, idea: str, test: str, before: datetime) -> None:
    """The analyst asks what was believed before the failure."""
    stage.chapter("Historien minns")
    ingrid = stage["Ingrid"]
    moment = before.isoformat().replace("+00:00", "Z")
    with stage.step("Ingrid, analytiker, ser experimentet som det var strax innan"):
        then = ingrid.get(f"/experiments/{test}?as_of={moment}")
        check("det de trodde", got=then["hypothesis"], expected=texts.HYPOTHESIS)
        check("läget då", got=(then["state"], then["outcome"]), expected=("awaiting_conclusion", None))
    stage.shows(f"{moment}: {then['hypothesis']}")
    with stage.step("… och idén: den testades"):
        check("läget då", got=ingrid.get(f"/ideas/{idea}?as_of={moment}")["state"], expected="in_experiment")
    with stage.step("I dag vet alla hur det gick"):
        now = ingrid.get(f"/experiments/{test}")
        check("läget nu", got=(now["state"], now["outcome"]), expected=("closed", "failed"))


def _try_again(stage: Stage, idea: str, test: str) -> None:
    jonas = stage["Jonas"]
    follows = {"experiment_id": test, "how": "pivot"}
    plan = {**texts.SECOND_TEST, "idea_ids": [idea], "follows": follows}
    again = jonas.post("/experiments", plan, expect=201)["experiment_id"]
    jonas.post(f"/experiments/{again}/criteria", {"criteria": texts.SECOND_CRITERIA})
    jonas.post(f"/experiments/{again}/checks", {"checks": texts.NOTHING_TO_CARE_FOR})
    jonas.post(f"/experiments/{again}/start")


def _first(found: Json, kind: str, title: str) -> Json:
    """The first of these that is of this kind and called so; the story may have been told before."""
    matching = [one for one in found if (one["kind"], one["title"]) == (kind, title)]
    check(f"{title} bland det som liknar", got=bool(matching), expected=True)
    return matching[0]


def _id(thing: Json) -> str:
    return str(thing["thing"]).partition("-")[2]


def _in_order(told: list[str], order: list[str]) -> list[str]:
    """Those of ``order`` that are told, in the order in which they are told."""
    return list(dict.fromkeys(one for one in told if one in order))
