"""What is written in the story."""

from __future__ import annotations

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
