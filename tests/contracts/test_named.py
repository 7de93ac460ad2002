"""The ids that an event or a command names, wherever they stand in it."""

from __future__ import annotations

from contracts.named import named
from contracts.units import unknown
from contracts.values import PersonId, UnitId
from services.ideas.idea_writing import SubmitIdeas, WrittenIdea
from tests.services.experiments.lessons import AMINA, confirmed, recorded
from tests.services.ideas.people import IDEAS

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
