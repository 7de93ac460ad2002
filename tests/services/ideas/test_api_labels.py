"""What codes and units are called, over HTTP and in refusals."""

import pytest

from contracts.labels import labels
from contracts.units import units


def test_every_code_is_told_in_both_languages(api):
    groups = api.as_("employee").get("/labels").json["groups"]
    assert groups.keys() == labels().keys()
    assert groups["idea"]["codes"]["in_experiment"] == {"sv": "Testas", "en": "Being tested"}


def test_every_unit_is_told_with_what_it_belongs_to(api):
    told = {unit["id"]: unit for unit in api.as_("employee").get("/units").json["items"]}
    assert told.keys() == units().keys()
    assert (told["vof-hemvard"]["sv"], told["vof-hemvard"]["parent"]) == ("Hemvården", "vof")


@pytest.mark.parametrize("path", ["/labels", "/units"])
def test_what_one_has_already_is_not_sent_again(api, path):
    karin = api.as_("employee")
    assert karin.get(path, headers={"If-None-Match": karin.get(path).etag}).status == 304


def test_a_refusal_says_roles_and_units_in_the_words_of_its_reader(api):
    karin = api.as_("employee")
    body = {"title": "Vad kan vi lära?", "unit": "vof"}
    swedish = karin.post("/challenges", body, expect=403).json
    english = karin.post("/challenges", body, expect=403, headers={"Accept-Language": "en"}).json
    assert swedish["detail"] == "Det här kräver rollen Idécoach för Vård- och omsorgsförvaltningen."
    assert english["detail"] == "This needs the role Coach for Health and social care."
