"""A row that lags says so: on lists, in /metrics, in the list of what is parked; until it is mended."""

from __future__ import annotations

import dataclasses

import pytest

from chassis.processing.processor import processors, retry
from chassis.testing.web import Api
from services.ideas.main import PROGRAM, SERVICE
from services.ideas.read_models import IDEA_BOARD
from services.ideas.read_models.idea_board import onto_idea_board

POISON = "En idé som tavlan inte tål"


def onto_broken_board(row, recorded, key):
    if getattr(recorded.event, "title", "") == POISON:
        raise ValueError("a fold that cannot")
    return onto_idea_board(row, recorded, key)


def with_board(board):
    return dataclasses.replace(
        SERVICE, read_models=tuple(board if model is IDEA_BOARD else model for model in SERVICE.read_models)
    )


@pytest.fixture
def api(tmp_path):
    broken = with_board(dataclasses.replace(IDEA_BOARD, fold=onto_broken_board))
    with Api(broken, PROGRAM.routes, tmp_path, problem_texts=[PROGRAM.problems]) as api:
        yield api


def had(karin, title):
    return karin.post("/ideas", {"title": title, "what": "Håll korta möten gående."}).json["idea_id"]


def parked_keys(api):
    lines = api.app.test_client().get("/metrics").text.splitlines()
    (line,) = (line for line in lines if line.startswith('nyfiken_processor_parked_keys{processor="idea_board_v'))
    return float(line.split()[-1])


def test_an_idea_that_cannot_be_folded_lags_the_others_go_on_and_a_retry_after_the_fix_catches_up(api):
    karin = api.as_("employee")
    fine, poison = had(karin, "Promenadmöten"), had(karin, "Tyst timme")
    api.catch_up()
    karin.patch(f"/ideas/{poison}", {"title": POISON}, headers={"If-Match": "*"})
    karin.patch(f"/ideas/{poison}", {"title": "Tyst halvtimme"}, headers={"If-Match": "*"})
    karin.patch(f"/ideas/{fine}", {"title": "Gående möten"}, headers={"If-Match": "*"})
    api.catch_up()
    listed = karin.get("/ideas").json
    assert {item["title"] for item in listed["items"]} == {"Gående möten", "Tyst timme"}
    assert listed["behind"] == [poison]
    assert parked_keys(api) == 1

    with api.store.reading() as db:
        mended = next(p for p in processors(SERVICE, api.store, db) if p.name.startswith("idea_board"))
    assert retry(api.store, mended, poison) == 2
    listed = karin.get("/ideas").json
    assert {item["title"] for item in listed["items"]} == {"Gående möten", "Tyst halvtimme"}
    assert listed["behind"] == []
