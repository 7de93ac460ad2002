"""A question is asked, a workshop answers it, colleagues join in, and one idea is chosen."""

from __future__ import annotations

from nyfiken.demo import texts
from nyfiken.demo.client import Json, check
from nyfiken.demo.people import CAST
from nyfiken.demo.stage import Stage


def everybody_says_their_name(stage: Stage) -> None:
    """Everybody in it has a name and an inbox."""
    stage.chapter("De som är med")
    with stage.step(f"{', '.join(part.name for part in CAST)} säger vad de heter"):
        for part in CAST:
            person = stage[part.first_name]
            person.put("/me", {"name": part.name, "unit": part.unit})
            person.id = person.get("/me")["person_id"]
    with stage.step("Namnen finns för den som ska visa en sida"):
        everybody = ",".join(stage[part.first_name].id for part in CAST)
        called = stage["Ingrid"].get(f"/people?ids={everybody}")["items"]
        check("namnen", got=[one["name"] for one in called], expected=[part.name for part in CAST])


def a_question_is_asked(stage: Stage) -> str:
    """A coach asks: the challenge's id."""
    stage.chapter("En fråga ställs")
    amina = stage["Amina"]
    closes_on = texts.day(90)
    with stage.step(f"Amina, idécoach, skriver en utmaning: {texts.CHALLENGE['title']}"):
        asked = {**texts.CHALLENGE, "unit": "vof", "closes_on": closes_on}
        challenge: str = amina.post("/challenges", asked, expect=201)["challenge_id"]
    with stage.step("Den som inte är coach kan inte öppna den"):
        stage["Maja"].refused("POST", f"/challenges/{challenge}/open", None, "role-needed")
    with stage.step("Amina öppnar utmaningen"):
        amina.post(f"/challenges/{challenge}/open")
        check("utmaningen", got=amina.get(f"/challenges/{challenge}")["state"], expected="open")
    return challenge


def a_workshop_answers_it(stage: Stage, challenge: str) -> str:
    """The workshop's groups have twelve ideas: the id of the one that the story follows."""
    stage.chapter("En workshop svarar")
    amina = stage["Amina"]
    with stage.step(f"En workshop hålls med {', '.join(texts.GROUPS)}"):
        held = {"name": "Idéverkstad på Kajen", "held_on": texts.day(), "groups": texts.GROUPS}
        workshop = amina.post(f"/challenges/{challenge}/workshops", held, expect=201)["workshop_id"]
    with stage.step("Amina lämnar in gruppernas tolv idéer på en gång, som gruppernas egna"):
        ideas = [_idea(n) for n in range(len(texts.WORKSHOP_IDEAS))]
        amina.post("/ideas:batch", {"challenge_id": challenge, "workshop_id": workshop, "ideas": ideas}, expect=201)
    with stage.step("Alla tolv hänger på tavlan under utmaningen"):
        cards = stage["Leyla"].get(f"/ideas?challenge={challenge}")["items"]
        check("idéerna", got={card["title"] for card in cards}, expected={title for title, *_ in texts.WORKSHOP_IDEAS})
        check("idéernas upphov", got={card["author"]["label"] for card in cards}, expected=set(texts.GROUPS))
    return next(str(card["idea_id"]) for card in cards if card["title"] == texts.CHOSEN)


def _idea(number: int) -> Json:
    title, what, tag = texts.WORKSHOP_IDEAS[number]
    group = texts.GROUPS[number % len(texts.GROUPS)]
    return {"title": title, "what": what, "tags": [tag], "author": {"kind": "group", "label": group}}


def colleagues_join_in(stage: Stage, idea: str) -> None:
    """They support, comment and join."""
    stage.chapter("Kollegor kommer till")
    with stage.step("Leyla, Oskar och Maja stöttar idén"):
        for name in ("Leyla", "Oskar", "Maja"):
            stage[name].put(f"/ideas/{idea}/support")
    with stage.step("Karin satt i gruppen och för den vidare: Bengt lägger idén hos henne"):
        to = {"author": {"kind": "employee", "person_id": stage["Karin"].id}, "reason": "Karin satt i gruppen."}
        stage["Bengt"].post(f"/ideas/{idea}/authorship", to)
    with stage.step("Nu är den hennes, så stötta den kan hon inte"):
        stage["Karin"].refused("PUT", f"/ideas/{idea}/support", None, "own-idea")
    with stage.step("Leyla kommenterar"):
        stage["Leyla"].post(f"/ideas/{idea}/comments", {"text": texts.COMMENT}, expect=201)
    with stage.step("Oskar vill vara med, och Karin säger ja"):
        stage["Oskar"].post(f"/ideas/{idea}/joins", {"message": "Jag kan planeringssystemet."})
        stage["Karin"].post(f"/ideas/{idea}/joins/{stage['Oskar'].id}/accept")
    with stage.step("Oskar är medskapare, så av tre stöd är två kvar"):
        card = stage["Maja"].get(f"/ideas/{idea}")
        check("medskapare", got=card["coauthors"], expected=[stage["Oskar"].id])
        check("stöd", got=card["supporters"], expected=2)


def it_is_chosen(stage: Stage, idea: str) -> None:
    """The unit's decider selects it."""
    stage.chapter("En idé väljs")
    with stage.step("Amina går igenom idén"):
        stage["Amina"].post(f"/ideas/{idea}/review")
    with stage.step("Bengt, beslutsfattare, låter den gå vidare och säger varför"):
        why = {"reason": "Går att pröva billigt, och vi vet för lite.", "responsible": stage["Karin"].id}
        stage["Bengt"].post(f"/ideas/{idea}/select", {**why, "next_step": "Ett test i en grupp."})
        check("idén", got=stage["Maja"].get(f"/ideas/{idea}")["state"], expected="selected")
    with stage.step("Karin och de som stöttar får veta det"):
        for name in ("Karin", "Oskar", "Leyla", "Maja"):
            check(f"{name}s inkorg", got=len(stage.notices(name, f"idea-{idea}", "idea-selected")), expected=1)
