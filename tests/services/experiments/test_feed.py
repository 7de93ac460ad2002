"""Who pulls the history learns which unit it was, and who only where somebody chose to be named."""

from __future__ import annotations

import pytest

from chassis.disclosure import HIDDEN
from tests.services.experiments.lessons import STATEMENT
from tests.services.experiments.test_api_failures import failing


@pytest.fixture
def karin(api):
    return api.as_("employee", sub="karin", unit="vof-hemvard")


@pytest.fixture
def analyst(api):
    return api.as_("analyst", sub="ingrid", unit="slf")


def pulled(somebody):
    return somebody.get("/events?partition=0&limit=500").json


def test_an_analyst_pulls_everything_but_who_it_was(api, karin, analyst):
    failed = failing(karin, team=[analyst.person_id])
    karin.post("/lessons", {"statement": STATEMENT, "experiment_ids": [failed]})
    api.catch_up()
    history = pulled(analyst)
    assert len(history) == len(api.store.read(0, 0))
    assert karin.person_id not in str(history)
    assert analyst.person_id not in str(history)
    by_type = {event["type"]: event["data"] for event in history}
    assert by_type["experiment-failed.v1"]["owner"] == HIDDEN
    assert by_type["experiment-failed.v1"]["unit"] == "vof-hemvard"
    assert by_type["lesson-recorded.v1"]["author"]["person_id"] == HIDDEN


def test_who_wants_to_be_asked_is_named_and_nobody_else(api, karin, analyst):
    jonas = api.as_("employee", sub="jonas", unit="sof")
    failing(karin, contact_shown=True)
    lesson_id = karin.post("/lessons", {"statement": STATEMENT, "contact_shown": True}).json["lesson_id"]
    jonas.post(f"/lessons/{lesson_id}/endorse")
    by_type = {event["type"]: event["data"] for event in pulled(analyst)}
    assert by_type["experiment-failed.v1"]["owner"] == karin.person_id
    assert by_type["lesson-recorded.v1"]["author"]["person_id"] == karin.person_id
    assert by_type["lesson-endorsed.v1"]["endorsed_by"] == HIDDEN


def test_what_somebody_chooses_today_holds_for_all_that_was(api, karin, analyst):
    one = f"/lessons/{karin.post('/lessons', {'statement': STATEMENT, 'contact_shown': True}).json['lesson_id']}"
    assert karin.person_id in str(pulled(analyst))
    karin.patch(one, {"contact_shown": False}, headers={"If-Match": karin.get(one).etag})
    assert karin.person_id not in str(pulled(analyst))


def test_services_learn_who_it_was(api, karin):
    karin.post("/lessons", {"statement": STATEMENT})
    (event,) = pulled(api.machine())
    assert event["data"]["recorded_by"] == karin.person_id
