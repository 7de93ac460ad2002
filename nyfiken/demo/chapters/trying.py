"""The idea is put to test, measured, and it fails."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from nyfiken.demo import texts
from nyfiken.demo.client import check
from nyfiken.demo.stage import Stage


def it_is_put_to_test(stage: Stage, challenge: str, idea: str) -> str:
    """Its owner plans a test, has it approved and starts it: the experiment's id."""
    stage.chapter("Den testas")
    karin, today = stage["Karin"], date.today()
    with stage.step(f"Karin planerar ett test. {texts.HYPOTHESIS}"):
        days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=90)).isoformat()}
        plan = {**texts.TEST, **days, "idea_ids": [idea], "challenge_id": challenge, "unit": "vof"}
        test: str = karin.post("/experiments", {**plan, "team": [stage["Oskar"].id]}, expect=201)["experiment_id"]
    with stage.step("Utan en gräns satt i förväg går det inte att starta"):
        karin.post(f"/experiments/{test}/start", expect=409)
    with stage.step("Karin sätter gränserna: minst 50 procent på video, nöjdheten minst 4,0"):
        karin.post(f"/experiments/{test}/criteria", {"criteria": texts.CRITERIA})
    with stage.step("Brukare berörs, så det behövs ett klartecken"):
        karin.post(f"/experiments/{test}/checks", {"checks": texts.RESIDENTS_CONCERNED})
        karin.post(f"/experiments/{test}/start", expect=409)
        karin.post(f"/experiments/{test}/ask-approval", {"message": "Alla som är med är tillfrågade."})
    with stage.step("Karin kan inte ge det själv; Bengt gör det, med ett villkor"):
        karin.post(f"/experiments/{test}/approve", {}, expect=403)
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
    seen = {"observed_on": date.today().isoformat(), "evidence_type": "usage_data", "n": 60}
    with stage.step("Oskar skriver in andelen videobesök, men råkar skriva 180"):
        first = {**seen, "criterion_id": texts.SHARE, "value": "180", "method": "Alla besök under en månad"}
        observation = oskar.post(f"/experiments/{test}/observations", first)["observation_id"]
    with stage.step("Han rättar till 18; att det först stod 180 syns"):
        right = {"value": "18", "reason": "En nolla för mycket."}
        oskar.post(f"/experiments/{test}/observations/{observation}/correct", right)
    with stage.step("Karin skriver in nöjdheten: 4,2"):
        asked = {**seen, "criterion_id": texts.SATISFACTION, "value": "4.2", "evidence_type": "survey", "n": 51}
        karin.post(f"/experiments/{test}/observations", asked)
    with stage.step("Mätningen är klar"):
        karin.post(f"/experiments/{test}/end-measuring")
    return datetime.now(UTC)


def it_fails(stage: Stage, idea: str, test: str) -> None:
    """It is concluded by what was set beforehand. All concerned hear of it, and its owner is asked for the lesson."""
    stage.chapter("Hypotesen höll inte")
    karin, oskar = stage["Karin"], stage["Oskar"]
    with stage.step("Att den höll kan ingen påstå: observationerna säger emot"):
        oskar.post(f"/experiments/{test}/conclude", {"outcome": "succeeded", "evidence_level": "moderate"}, expect=409)
    with stage.step("Oskar drar slutsatsen: 18 procent mot minst 50. Hypotesen höll inte"):
        oskar.post(f"/experiments/{test}/conclude", {"outcome": "failed", "evidence_level": "moderate"})
        check("experimentet", got=karin.get(f"/experiments/{test}")["state"], expected="awaiting_lesson")
    with stage.step("Idégivaren och de som stöttar får veta det, var och en en gång"):
        for name in ("Karin", "Leyla", "Maja"):
            check(f"{name}s inkorg", got=stage.told(name, f"experiment-{test}", "experiment-failed"), expected=1)
    with stage.step("Karin får frågan vad de lärde sig, en gång"):
        check("Karins inkorg", got=stage.told("Karin", f"experiment-{test}", "lesson-prompted"), expected=1)
    with stage.step("Utan lärdom går det inte att avsluta"):
        karin.post(f"/experiments/{test}/close", {}, expect=409)
    with stage.step("Det hänger på väggen Prövat och lärt, utan namn"):
        hung = [card for card in stage["Jonas"].get("/failures")["items"] if card["experiment_id"] == test]
        check("väggen", got=len(hung), expected=1)
        check("vems det var", got=[who for who in (karin.id, oskar.id) if who in str(hung)], expected=[])
