"""The idea is put to test, measured, and it fails."""

from __future__ import annotations

from datetime import UTC, datetime

from nyfiken.demo import texts
from nyfiken.demo.client import check
from nyfiken.demo.stage import Stage


def it_is_put_to_test(stage: Stage, challenge: str, idea: str) -> str:
    """Its owner plans a test, has it approved and starts it: the experiment's id."""
    stage.chapter("Den testas")
    karin = stage["Karin"]
    with stage.step(f"Karin planerar ett test. {texts.HYPOTHESIS}"):
        days = {"starts_on": texts.day(), "ends_on": texts.day(90)}
        plan = {**texts.TEST, **days, "idea_ids": [idea], "challenge_id": challenge, "unit": "vof"}
        test: str = karin.post("/experiments", {**plan, "team": [stage["Oskar"].id]}, expect=201)["experiment_id"]
    with stage.step("Utan en gräns satt i förväg går det inte att starta"):
        karin.refused("POST", f"/experiments/{test}/start", None, "goal-missing")
    with stage.step("Karin sätter gränserna: minst 50 procent på video, nöjdheten minst 4,0"):
        karin.post(f"/experiments/{test}/criteria", {"criteria": texts.CRITERIA})
    with stage.step("Brukare berörs, så det behövs ett klartecken"):
        karin.post(f"/experiments/{test}/checks", {"checks": texts.RESIDENTS_CONCERNED})
        karin.refused("POST", f"/experiments/{test}/start", None, "approval-needed")
        karin.post(f"/experiments/{test}/ask-approval", {"message": "Alla som är med är tillfrågade."})
    with stage.step("Karin kan inte ge det själv; Bengt gör det, med ett villkor"):
        karin.refused("POST", f"/experiments/{test}/approve", {}, "role-needed")
        stage["Bengt"].post(
            f"/experiments/{test}/approve", {"conditions": "Den som ångrar sig får sitt besök samma dag."}
        )
    with stage.step("Testet startar, och idén står som testad"):
        karin.post(f"/experiments/{test}/start")
        check("idén", got=stage["Maja"].get(f"/ideas/{idea}")["state"], expected="in_experiment")
    return test


def it_is_measured(stage: Stage, test: str) -> datetime:
    """What is seen is recorded, one value first wrongly: the last moment before anybody knew how it would end."""
    stage.chapter("Det mäts")
    karin, oskar = stage["Karin"], stage["Oskar"]
    seen = {"observed_on": texts.day(), "evidence_type": "usage_data", "n": 60}
    with stage.step("Oskar skriver in andelen videobesök, men råkar skriva 180"):
        first = {**seen, "criterion_id": texts.SHARE, "value": "180", "method": "Alla besök under en månad"}
        observation = oskar.post(f"/experiments/{test}/observations", first, expect=201)["observation_id"]
    with stage.step("Han rättar till 18; att det först stod 180 syns"):
        right = {"value": "18", "reason": "En nolla för mycket."}
        oskar.post(f"/experiments/{test}/observations/{observation}/correct", right)
        (seen_now,) = karin.get(f"/experiments/{test}")["observations"]
        said = (seen_now["value"], [was["previous_value"] for was in seen_now["corrections"]])
        check("observationen", got=said, expected=("18", ["180"]))
    with stage.step("Karin skriver in nöjdheten: 4,2"):
        asked = {**seen, "criterion_id": texts.SATISFACTION, "value": "4.2", "evidence_type": "survey", "n": 51}
        karin.post(f"/experiments/{test}/observations", asked, expect=201)
    with stage.step("Mätningen är klar"):
        karin.post(f"/experiments/{test}/end-measuring")
    return datetime.now(UTC)


def it_fails(stage: Stage, test: str) -> None:
    """It is concluded by what was set beforehand. All concerned hear of it, and its owner is asked for the lesson."""
    stage.chapter("Hypotesen höll inte")
    karin, oskar = stage["Karin"], stage["Oskar"]
    with stage.step("Att den höll kan ingen påstå: observationerna säger emot"):
        held = {"outcome": "succeeded", "evidence_level": "moderate"}
        oskar.refused("POST", f"/experiments/{test}/conclude", held, "conclusion-disagrees")
    with stage.step("Oskar drar slutsatsen: 18 procent mot minst 50. Hypotesen höll inte"):
        oskar.post(f"/experiments/{test}/conclude", {"outcome": "failed", "evidence_level": "moderate"})
        check("experimentet", got=karin.get(f"/experiments/{test}")["state"], expected="awaiting_lesson")
    with stage.step("Idégivaren och de som stöttar får veta det, var och en en gång"):
        for name in ("Karin", "Leyla", "Maja"):
            check(
                f"{name}s inkorg", got=len(stage.notices(name, f"experiment-{test}", "experiment-failed")), expected=1
            )
    with stage.step("Karin får frågan vad de lärde sig, en gång"):
        asked = stage.notices("Karin", f"experiment-{test}", "lesson-prompted")
        check("Karins inkorg", got=len(asked), expected=1)
    stage.shows(*asked)
    with stage.step("Utan lärdom går det inte att avsluta"):
        karin.refused("POST", f"/experiments/{test}/close", {}, "lesson-missing")
    with stage.step("Det hänger på väggen Prövat och lärt, utan namn"):
        hung = [card for card in stage["Jonas"].get("/failures")["items"] if card["experiment_id"] == test]
        check("väggen", got=len(hung), expected=1)
        check("vems det var", got=[who for who in (karin.id, oskar.id) if who in str(hung)], expected=[])
