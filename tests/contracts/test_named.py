"""The ids that an event or a command names, wherever they stand in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contracts import experiments, ideas, lessons, notifications
from contracts.event import converter, kind_of
from contracts.named import named, named_in
from contracts.units import unknown
from contracts.values import IdeaId, PersonId, UnitId
from services.ideas.idea_writing import SubmitIdeas, WrittenIdea
from tests.services.experiments.lessons import AMINA, confirmed, recorded
from tests.services.ideas.people import IDEAS

EVENTS = (ideas, experiments, lessons, notifications)
EXAMPLES = sorted((Path(__file__).parents[2] / "contracts" / "examples").glob("*.json"))
_ANYTHING = {"title": "Promenadmöten", "what": "Gå."}
BATCH = SubmitIdeas(
    idea_ids=(),
    by=AMINA,
    challenge_id="one",
    workshop_id="two",
    ideas=(
        WrittenIdea(**_ANYTHING, unit="vof", coauthors=("leyla",)),
        WrittenIdea(**_ANYTHING, units_concerned=("sof", "vfo")),
    ),
)


def test_ids_are_found_by_their_kind_wherever_they_stand():
    assert list(named(BATCH, UnitId)) == [
        ("ideas.0.unit", "vof"),
        ("ideas.1.units_concerned.0", "sof"),
        ("ideas.1.units_concerned.1", "vfo"),
    ]
    assert list(named(BATCH, PersonId)) == [("ideas.0.coauthors.0", "leyla")]


def test_people_are_found_wherever_an_event_names_them():
    assert {person for _, person in named(recorded(), PersonId)} == {"leyla"}
    assert {person for _, person in named(confirmed(), PersonId)} == {"amina"}
    assert dict(named(IDEAS["selected"][-1], PersonId)) == {"mandate.decided_by": "bengt"}


def test_a_unit_that_the_organisation_does_not_have_is_told_with_its_place():
    assert list(unknown(BATCH)) == [("ideas.1.units_concerned.1", "vfo")]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_json_of_an_event_names_whom_the_event_names(path):
    kind = kind_of(path.name.removesuffix(".json"))
    fields = json.loads(path.read_text())
    happening = converter.structure(fields, kind)
    for ids in (PersonId, UnitId, IdeaId):
        assert sorted(named_in(fields, kind, ids)) == sorted(which for _, which in named(happening, ids))
