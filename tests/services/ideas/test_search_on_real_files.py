"""Has anybody tried it? Asked of 2,275 real lessons and ideas, in sentences of one's own, not in theirs.

The sentences were written before anybody had seen what they find; the weights were last changed with them in sight
(docs/adr/0011).
"""

from __future__ import annotations

import contextlib
import os
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from chassis.processing.folding import Folding
from chassis.processing.rows import Rows
from chassis.processing.search import create_index
from chassis.testing.history import History
from contracts.event import converter
from contracts.ideas import IdeaSubmitted
from contracts.lessons import LessonRecorded
from nyfiken.importing.kinds import KINDS
from nyfiken.importing.mapping import load_map
from nyfiken.importing.outcome import Outcome
from nyfiken.importing.passing import outcomes
from services.ideas.read_models import TRIED_BEFORE, similar_to
from tests.stores import postgres_store, sqlite_store

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("NYFIKEN_REAL_DATA") or ROOT.parent / "shared" / "data")
MAPS = ROOT / "nyfiken" / "importing" / "maps"
FILES = {"nasa_lessons": "lessons", "viable_cities_projects": "ideas", "riksdag_decisions": "ideas"}

ENGLISH = {
    "Moisture inside an amplifier made the radio transmitter fail": "Magellan Radio Transmitter A Modulation Failure",
    "The covers did not come off until we switched off the heater": "Galileo NIMS Cooler Cover Ejection Anomaly",
    "Two sites ran different versions of the configuration and we lost data": (
        "ADEOS-II NGN L0 Data Gap Introduction Problem"
    ),
    "There is too little time for the software of the space station, and none for changes": (
        "International Space Station (ISS) Program/Computer Hardware-Software/Software"
    ),
    "Whatever sticks out from the hull of a spacecraft gets extra heat and load": (
        "Space Shuttle Program Protuberance and Cavity Induced Environments"
    ),
    "Running a vehicle became much more expensive than planned since nobody had defined how it would be operated": (
        "Design for Operations -Operational Costs Drivers"
    ),
    "The rubber ring has to be joined at an angle if it is going to seal a vacuum": (
        "O-Ring Manufacture for Vacuum Sealing"
    ),
    "The self-check before a vibration test shook the antenna harder than the test itself": (
        "Shaker Self-Check Unexpectedly Exceeded the Dynamic Test Limit"
    ),
    "We bought GPS receivers off the shelf and they needed far more adapting than we thought": (
        "Lessons Learned From Flights of 'Off the Shelf' Aviation Navigation Units on the Space Shuttle, GPS"
    ),
    "A blocked outlet on a vacuum pump can burst the exhaust": "Vacuum Pump Outlet Hazard",
}
SWEDISH = {
    "Butiken kunde visa hur maten påverkar klimatet, så att fler väljer grönt": (
        "Smart och klimatmedveten matbutik för morgondagens konsumenter och samhälle"
    ),
    "Invånare som gör egen el ska kunna dela den med varandra": (
        "Ladda, lagra, länka – Storskalig testbädd för prosumenter i energinätet"
    ),
    "Kommunen ska få säga nej till en urangruva": "Kommunalt veto mot uranbrytning",
    "Skriv av studielånet för den som tar examen": "Avskrivning av studielån och examenspremie",
    "Sjuklönen kostar små företag för mycket": "Felaktiga utbetalningar och höga sjuklönekostnader",
    "Delningsekonomi i mindre städer, till exempel hur grannar kan låna av varandra i Karlstad": "Sharing towns",
    "En modell av staden som visar hur folk rör sig och hur mycket energi som går åt": (
        "Aktivitetsbaserad energi- och mobilitetsmodellering på stadsnivå för planering av framtidens städer"
    ),
    "Vilken myndighet ska göra vad när det gäller vattnet": "Fördelning av vattenmyndigheternas arbetsuppgifter",
    "Alla i landet behöver kunna ringa och surfa, även på landsbygden": "Tillgång till elektronisk kommunikation",
    "Sanning och försoning för tornedalingar": (
        "Sannings- och försoningskommissionen för tornedalingar, kväner och lantalaiset"
    ),
}
PARTS = {
    "utbilda vakterna bättre": "Ordningsvaktsutbildningen",
    "lottförsäljning för partier": "Det ska vara tydligt att ett lottköp stöder partipolitisk verksamhet",
    "luftkvalitetsmätning": "Sensorer för luftmiljö – möjligheter och begränsningar",
    "självförsörjning i kvarteret": "Smart Village – självförsörjande energisystem i framtidens kvarter",
    "conector pins bent": "Connector Savers, Bent Pins, Open or Short Circuit",
    "composit structures charged in space": "Space Charging of Composite Structures",
}
"""Other compounds of the same words, and words that are misspelt."""


def events(name):
    """What the rows of a file become, by the maps they are imported by."""
    kind, bodies = FILES[name], {}

    def keep(line, body):
        bodies[line] = body
        return Outcome(line, "in")

    wanted = load_map(MAPS / f"{name}.yaml", KINDS[kind].schema())
    assert all(outcomes(BytesIO((FOLDER / f"{name}.csv").read_bytes()), wanted, keep))
    for number, line in enumerate(sorted(bodies)):
        thing = f"{name}-{number:04}"
        recorded_by = {"idea_id": thing, "lesson_id": thing, "recorded_by": "importer"}
        event = {"ideas": IdeaSubmitted, "lessons": LessonRecorded}[kind]
        yield f"{kind[:-1]}-{thing}", converter.structure({**bodies[line], **recorded_by}, event)


def history():
    """All of them."""
    if not FOLDER.is_dir():
        assert os.environ.get("CI") != "true", f"{FOLDER} is missing; name another with NYFIKEN_REAL_DATA"
        pytest.skip(f"{FOLDER} is not here")
    history = History("ideas")
    for name in FILES:
        for stream, event in events(name):
            history.add("ideas", stream, event)
    return history


def folded_into(store):
    """A table with all of them."""
    table = TRIED_BEFORE.table(sa.MetaData())
    with store.transaction() as transaction:
        table.create(transaction.connection)
        create_index(transaction.connection, table.name)
        folding = Folding(transaction.connection, TRIED_BEFORE, table)
        assert folding.fold([(recorded, recorded.stream) for recorded in history().events]) == []
        folding.write()
    return table


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def tried(request, tmp_path_factory):
    """All of them, in a store of each kind."""
    with contextlib.ExitStack() as opened:
        if request.param == "sqlite":
            opener = sqlite_store(tmp_path_factory.mktemp("real") / "tried.sqlite", "ideas")
        else:
            databases = request.getfixturevalue("databases")
            opener = postgres_store(opened.enter_context(databases.migrated("ideas")), "ideas")
        store = opener()
        table = folded_into(store)
        with store.reading() as connection:
            yield Rows(connection, TRIED_BEFORE, table)
        store.close()


def missed(tried, sentences):
    """Those whose thing is not among the first five, and what is instead."""
    found = {sentence: [hit.title for hit in similar_to(tried, sentence, 5)] for sentence in sentences}
    return {sentence: found[sentence] for sentence, title in sentences.items() if title not in found[sentence]}


def test_all_of_them_are_there(tried):
    assert tried.count() == 1_637 + 38 + 600


@pytest.mark.parametrize("sentences", [ENGLISH, SWEDISH], ids=["english", "swedish"])
def test_at_least_eight_of_ten_sentences_find_what_they_are_about_among_the_first_five(tried, sentences):
    assert len(missed(tried, sentences)) <= 2, missed(tried, sentences)


def test_compounds_and_misspelt_words_find_what_they_are_about(tried):
    assert missed(tried, PARTS) == {}
