"""What is committed under contracts/ and docs/events.md is what the event classes say today."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from contracts.event import decode, encode, events
from contracts.generate.catalogue import catalogue
from contracts.generate.files import ROOT, example_path, generated, left_over, outdated
from contracts.generate.schemas import marshmallow_schema

FOUND = catalogue()
GOLDEN = sorted((ROOT / "contracts/examples").glob("*.json"))
OFFICIAL = Path(__file__).parent / "asyncapi/asyncapi-3.0.0.schema.json"


def relative(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


def test_every_generated_file_is_up_to_date():
    assert relative(outdated(generated(FOUND))) == [], "run `make contracts` and commit what it writes"


def test_every_event_has_its_schema_and_its_golden_example():
    missing = [event.name for event in FOUND if not example_path(event.name).exists()]
    assert missing == [], "run `make contracts` and commit what it writes"


def test_no_file_is_left_of_an_event_that_nobody_can_read():
    assert relative(left_over(FOUND)) == [], "a shipped version is kept: add an upcaster; one never shipped: remove it"


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_example_is_decoded_by_todays_code(golden):
    happening = decode(golden.stem, golden.read_bytes())
    if golden.stem in events():
        assert orjson.loads(encode(happening)[1]) == orjson.loads(golden.read_bytes()), (
            "a shipped version is never edited: add the next version and an upcaster; "
            "if this one was never shipped, remove its golden example and run `make contracts`"
        )


@pytest.mark.parametrize("event", FOUND, ids=lambda event: event.name)
def test_a_golden_example_meets_its_schemas(event):
    schema = json.loads((ROOT / f"contracts/schemas/{event.name}.json").read_text())
    example = json.loads(example_path(event.name).read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(example)
    assert marshmallow_schema(event)().validate(example) == {}


@pytest.mark.parametrize("event", FOUND, ids=lambda event: event.name)
def test_every_event_and_every_field_says_what_it_means(event):
    assert event.description, "a docstring says what has happened"
    assert [field.name for field in event.fields if not field.description] == []
    parts = json.loads((ROOT / f"contracts/schemas/{event.name}.json").read_text())["$defs"]
    silent = [f"{name}.{f}" for name, part in parts.items() for f, s in part["properties"].items() if not described(s)]
    assert silent == []


def described(schema):
    return bool(schema.get("description"))


@pytest.mark.parametrize("event", FOUND, ids=lambda event: event.name)
def test_the_person_behind_a_personal_field_is_named_by_fields_of_the_event(event):
    names = {field.name for field in event.fields}
    assert [path for field in event.personal for path in field.personal_of if path.partition(".")[0] not in names] == []


def test_the_asyncapi_document_is_valid_by_the_official_schema():
    document = json.loads((ROOT / "contracts/asyncapi.json").read_text())
    Draft7Validator(json.loads(OFFICIAL.read_text())).validate(document)


def test_every_reference_in_the_asyncapi_document_leads_somewhere():
    document = json.loads((ROOT / "contracts/asyncapi.json").read_text())
    assert [where for where in references(document) if not leads_somewhere(document, where)] == []


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def leads_somewhere(document, where):
    if not where.startswith("#"):
        return (ROOT / "contracts" / where).exists()
    for key in where.removeprefix("#/").split("/"):
        document = document.get(key, {})
    return bool(document)
