"""Files that nobody here wrote come in through the services' commands, are found, and come in only once."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from contracts.units import units
from tests.faults.lasting import LONGER
from tests.journeys.test_hearing import try_and_fail

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("NYFIKEN_REAL_DATA") or ROOT.parent / "shared" / "data")
MAPS = ROOT / "nyfiken" / "importing" / "maps"
FILES = {
    "nasa_lessons": ("lessons", 1_637),
    "viable_cities_projects": ("ideas", 38),
    "riksdag_decisions": ("ideas", 600),
}
ABOUT = {
    "Can somebody in a manhole be hurt by the arc flash of a high voltage cable?": "Manhole Arc-Flash Risk Reduction",
    "The probe slipped when an operator measured at a breakout box": (
        "Take Special Care to Avoid Misprobing When Using Breakout Boxes"
    ),
    "How software is written so that it can be maintained": "Software Design for Maintainability",
    "High pressure shutoff valves leaked because nobody had maintained them": (
        "High Pressure Shutoff Valves; Vacuum Pump Isolation Valve"
    ),
    "A lifting sling was damaged between the crane and the forklift": "Orbiter Lifting Sling Damage",
    "Errors on the ground made SOHO lose its attitude": "SOHO Mission Interruption Joint NASA/ESA Investigation Board",
    "Cranes driven by DC motors need protection from over-speed": (
        "Over-Speed Protection System for DC Motor-Driven Cranes"
    ),
    "Power supplies should be tested for corona discharge": "Power System Corona Testing",
    "Odla frukt och grönsaker bland stadens industrier": (
        "Digitalt kontrollerade odlingssystem i stadsnära industriområden"
    ),
    "Städer som är sårbara för cyberattacker": "Hotmodellering och attacksimulering av livskraftiga städer",
}
"""A sentence of one's own → the title of the lesson or idea that it is about."""


@pytest.fixture(scope="module")
def imported(platform):
    """What the command said of each file, the first time."""
    if platform.servers.postgres and LONGER <= 1:
        pytest.skip("it is imported over HTTP, whatever is behind that; on servers when there is time: make faults")
    if not FOLDER.is_dir():
        assert os.environ.get("CI") != "true", f"{FOLDER} is missing; name another with NYFIKEN_REAL_DATA"
        pytest.skip(f"{FOLDER} is not here")
    return {name: run(platform, name) for name in FILES}


def run(platform, name):
    kind, _ = FILES[name]
    files = [str(FOLDER / f"{name}.csv"), "--map", str(MAPS / f"{name}.yaml")]
    return platform.nyfiken("import", kind, *files, "--port", str(platform.port)).splitlines()


def pages(somebody, path, limit=200):
    """Every item of a list, page by page."""
    after, found = "", []
    while True:
        page = somebody.get(f"{path}{'&' if '?' in path else '?'}limit={limit}{after}")
        found += page["items"]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_in_or_refused_with_a_reason(imported, name):
    *refused, summary = imported[name]
    kind, rows = FILES[name]
    assert summary == f"{kind}: {rows - len(refused):,} in, 0 already there, {len(refused)} refused"
    assert all(re.match(r"line \d+: \S+", line) for line in refused)
    assert len(refused) <= rows // 100


@pytest.mark.parametrize("name", [name for name in FILES if name != "nasa_lessons"])  # of that the first time is long
def test_the_same_file_again_adds_nothing(imported, platform, name):
    kind, rows = FILES[name]
    *refused, summary = run(platform, name)
    assert summary == f"{kind}: 0 in, {rows - len(refused):,} already there, {len(refused)} refused"


def test_the_lesson_library_pages_through_all_of_them(imported, person):
    found = [card["lesson_id"] for card in pages(person("karin"), "/lessons") if card["unit"].startswith("nasa-")]
    assert len(found) == len(set(found)) == 1_637


def test_the_board_pages_through_all_of_them(imported, person):
    cards = pages(person("karin"), "/ideas")
    assert len({card["idea_id"] for card in cards}) == len(cards)
    of_the_files = [card["unit"] for card in cards if card["unit"] not in units()]
    assert len(of_the_files) == 638
    assert sum(unit.startswith("riksdagen-") for unit in of_the_files) == 600


def test_the_failure_wall_pages_through_what_failed(person):
    karin = person("karin")
    idea = karin.post("/ideas", {"title": "Tyst timme", "what": "En timme utan möten."}, expect=201)["idea_id"]
    failed = {try_and_fail(karin, idea) for _ in range(3)}
    one_by_one = [card["experiment_id"] for card in pages(karin, "/failures", limit=1)]
    assert len(one_by_one) == len(set(one_by_one))
    assert failed <= set(one_by_one)
    assert one_by_one == [card["experiment_id"] for card in pages(karin, "/failures")]


def test_what_happened_long_ago_is_shown_as_long_ago(imported, person):
    card = person("karin").get("/ideas?text=Klimatneutrala Barkarbystaden")["items"][0]
    assert (card["title"], card["submitted_at"][:10]) == ("Klimatneutrala Barkarbystaden 2030", "2019-09-01")


def test_sentences_of_ones_own_find_what_they_are_about(imported, person):
    karin = person("karin")
    missed = {
        sentence: found
        for sentence, title in ABOUT.items()
        if title
        not in (found := [card["title"] for card in karin.get(f"/tried-before?text={sentence}&limit=5")["items"]])
    }
    assert len(missed) <= 2, missed
