"""What is written in the story."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_HERE = ZoneInfo("Europe/Stockholm")


def day(later: int = 0) -> str:
    """Today where the story happens, or so many days later: ``2026-01-31``."""
    return (datetime.now(_HERE).date() + timedelta(days=later)).isoformat()


CHALLENGE = {
    "title": "Hur kan vi tänka och göra nytt för dem vi finns till för?",
    "why": "Vi möter fler behov med samma tid. Det som tar tid från mötena vill vi göra på ett annat sätt.",
    "examples": ["Möten som kan ske på distans", "Väntan som inte behövs"],
    "focal_points": ["Tid för möten", "Lika för alla"],
    "selection_criteria": ["Går att pröva inom tre månader", "Gör skillnad för dem vi finns till för"],
}

GROUPS = ("Grupp Kajen", "Grupp Kullen", "Grupp Sundet")

CHOSEN = "Videosamtal i stället för vissa hembesök"

WORKSHOP_IDEAS = (
    (CHOSEN, "Erbjud ett videosamtal när ett hembesök av hemtjänsten inte behöver göras på plats.", "hemtjänst"),
    ("Promenadmöten", "Håll korta möten gående i stället för i mötesrum.", "arbetssätt"),
    ("Brev som går att förstå", "Skriv om våra tjugo vanligaste brev på klarspråk.", "klarspråk"),
    ("Lånebibliotek för hjälpmedel", "Låt brukare prova hjälpmedel hemma innan de skrivs ut.", "hjälpmedel"),
    ("Måltidsvän", "Volontärer äter lunch med dem som annars äter ensamma.", "måltider"),
    ("Öppen anhörigkväll", "En kväll i månaden träffar anhöriga personal utan att boka tid.", "anhöriga"),
    ("Schema man önskar själv", "Låt arbetslaget lägga sitt schema tillsammans.", "bemanning"),
    ("Digital fixare", "Feriearbetare hjälper äldre med telefon och bank-id.", "digitalt"),
    ("En väg in", "Ett telefonnummer dit alla frågor om stöd kan ställas.", "tillgänglighet"),
    ("Trygg hemgång", "Samma tre personer möter den som kommer hem från sjukhus.", "hemgång"),
    ("Odling på innergården", "Brukare och förskolebarn odlar tillsammans.", "generationer"),
    ("Tyst timme", "En timme om dagen utan möten och telefon i arbetsrummet.", "arbetssätt"),
)

COMMENT = "Min mormor skulle gärna slippa vänta på besöket."
HYPOTHESIS = "Vi tror att videosamtal kan ersätta hälften av hembesöken utan att någon blir mindre nöjd."
TEST_METHOD = "En hemtjänstgrupp erbjuder videosamtal i tre månader. Besöken räknas, och alla tillfrågas efteråt."
LESSON = {
    "title": "Besöket är mer än insatsen",
    "statement": "Ett hembesök är ofta också sällskap. Ett videosamtal ersätter insatsen men inte sällskapet.",
    "observation": "18 procent av besöken skedde på video. De som tackade nej ville träffa någon.",
    "recommendation": "Fråga först vad besöket är till för, och pröva video där insatsen är allt.",
    "applies_when": "Besöket är insats och sällskap på samma gång.",
    "does_not_apply_when": "Tillsyn nattetid.",
}

SEARCHED = "videosamtal i stället för hembesök"
SECOND_IDEA = {
    "title": "Videosamtal vid tillsyn på natten",
    "what": "Erbjud tillsyn på natten med videosamtal eller kamera i stället för hembesök som väcker.",
    "why": "Hembesöket på natten väcker den som sover, och är sällan sällskap.",
    "tags": ["hemtjänst", "natt"],
}
BUILT_ON_HOW = "Lärdomen säger att video inte ersätter sällskap. På natten är det bara tillsynen som behövs."
SECOND_HYPOTHESIS = "Vi tror att tre av fyra tillsynsbesök på natten kan ske på distans, och att fler sover bättre."

TEST = {
    "title": "Videosamtal i en hemtjänstgrupp",
    "phase": "pilot",
    "hypothesis": HYPOTHESIS,
    "test_method": TEST_METHOD,
    "test_group": "Sextio brukare i en hemtjänstgrupp som själva har tackat ja",
}
SHARE, SATISFACTION = "andel-video", "nojdhet"
CRITERIA = [
    {
        "id": SHARE,
        "metric": "Andel hembesök som sker som videosamtal",
        "unit_of_measure": "procent",
        "baseline": "0",
        "direction": "at_least",
        "threshold": "50",
        "measured_how": "Ur planeringssystemet, alla besök under sista månaden",
        "role": "goal",
    },
    {
        "id": SATISFACTION,
        "metric": "Brukarnas nöjdhet",
        "unit_of_measure": "betyg 1-5",
        "baseline": "4.3",
        "direction": "at_least",
        "threshold": "4.0",
        "measured_how": "Samma tre frågor som i den årliga enkäten",
        "role": "guardrail",
    },
]
QUESTIONS_OF_CARE = (
    *("residents", "children", "personal_data", "health_safety", "work_environment", "equal_treatment"),
    *("accessibility", "procurement", "research_ethics", "irreversible", "cost_above_limit"),
)
NOTHING_TO_CARE_FOR = {question: {"answer": "no"} for question in QUESTIONS_OF_CARE}
RESIDENTS_CONCERNED = NOTHING_TO_CARE_FOR | {
    "residents": {
        "answer": "handled",
        "note": "Alla är tillfrågade muntligt och skriftligt och kan sluta när som helst.",
    }
}
SECOND_TEST = {
    "title": "Tillsyn på distans på natten",
    "phase": "explore",
    "hypothesis": SECOND_HYPOTHESIS,
    "test_method": "Personalen prövar på varandra i två veckor: larm, kamera och videosamtal i en övningslägenhet.",
}
SECOND_CRITERIA = [
    {
        "id": "tillsyn-pa-distans",
        "metric": "Andel tillsyn som inte behövde någon på plats",
        "unit_of_measure": "procent",
        "direction": "at_least",
        "threshold": "75",
    }
]
