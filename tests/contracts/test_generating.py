"""How documents come from event classes, shown on a made-up family."""

from __future__ import annotations

import json

import orjson
import pytest
from jsonschema import Draft202012Validator, ValidationError

from contracts.event import UnknownEventType, UnknownEventVersion, decode, encode
from contracts.generate.dictionary import dictionary_of, type_text
from contracts.generate.examples import example_of
from contracts.generate.files import example_path, generated, outdated, write
from contracts.generate.schemas import marshmallow_schema, schema_of
from tests.contracts.made_up import KETTLE_BOILED, KettleBoiled

SCHEMA = schema_of(KETTLE_BOILED)


def test_the_schema_is_a_valid_json_schema_that_the_example_meets():
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(example_of(KETTLE_BOILED))


def test_a_personal_field_is_in_neither_schema_nor_example_but_said_to_exist():
    assert "remark" not in SCHEMA["properties"]
    assert "remark" not in example_of(KETTLE_BOILED)
    assert SCHEMA["x-personal"] == [{"field": "remark", "description": "What was said.", "of": ["author.person_id"]}]


def test_what_a_value_may_hold_reaches_the_schema():
    properties = SCHEMA["properties"]
    assert properties["title"] == {
        "type": "string",
        "minLength": 1,
        "maxLength": 200,
        "description": "What it was called.",
    }
    assert properties["idea_id"]["pattern"].startswith("^[0-9a-f]{8}-")
    assert properties["units_concerned"]["maxItems"] == 20
    assert properties["measured"]["items"] == {"$ref": "#/$defs/Measured"}
    assert SCHEMA["$defs"]["Measured"]["required"] == ["met", "metric", "observed"]
    assert SCHEMA["required"] == ["idea_id", "title", "author", "measured", "boiled_on"]


@pytest.mark.parametrize(("field", "wrong"), [("title", ""), ("idea_id", "7"), ("cups", "many"), ("outcome", "fine")])
def test_the_schema_refuses_what_the_contract_refuses(field, wrong):
    with pytest.raises(ValidationError):
        Draft202012Validator(SCHEMA).validate({**example_of(KETTLE_BOILED), field: wrong})


def test_the_example_passes_the_marshmallow_schema_and_is_decoded_without_loss():
    example = example_of(KETTLE_BOILED)
    assert marshmallow_schema(KETTLE_BOILED)().validate(example) == {}
    happening = decode("kettle-boiled.v2", orjson.dumps(example))
    assert isinstance(happening, KettleBoiled)
    assert orjson.loads(encode(happening)[1]) == example


def test_an_example_fills_every_published_field_the_same_way_each_time():
    example = example_of(KETTLE_BOILED)
    assert list(example) == [field.name for field in KETTLE_BOILED.published]
    assert None not in example.values()
    assert example == example_of(KETTLE_BOILED)


def test_a_superseded_version_is_read_as_todays():
    old = {**example_of(KETTLE_BOILED), "name": "Tea"}
    for new in ("title", "measured", "cups"):
        del old[new]
    happening = decode("kettle-boiled.v1", orjson.dumps(old))
    assert (happening.title, happening.measured, happening.cups) == ("Tea", (), 1)


def test_a_version_not_known_yet_is_told_from_an_event_of_somebody_else():
    with pytest.raises(UnknownEventVersion):
        decode("kettle-boiled.v3", b"{}")
    with pytest.raises(UnknownEventType):
        decode("lamp-lit.v1", b"{}")


def test_a_golden_example_is_never_overwritten(tmp_path):
    files = generated([KETTLE_BOILED], tmp_path)
    assert set(write(files)) == set(files)
    assert outdated(files) == []
    golden = example_path("kettle-boiled.v2", tmp_path)
    golden.write_text(golden.read_text().replace("Videosamtal", "Ringsamtal"))
    again = generated([KETTLE_BOILED], tmp_path)
    assert json.loads(again[golden])["title"].startswith("Ringsamtal")
    assert golden not in outdated(again)


def test_the_dictionary_tells_each_field_its_type_and_whose_secret_it_is():
    page = dictionary_of([KETTLE_BOILED], {"kettle-boiled.v2": SCHEMA})
    assert "### KettleBoiled · `kettle-boiled.v2`\n\nSomebody boiled the kettle." in page
    assert "| `title` | text (1–200) | What it was called. |" in page
    assert "| `remark` | **personal** (texts) of `author.person_id` | What was said. |" in page
    assert "| `measured` | list of [Measured](#measured) | All that was measured. |" in page
    assert "| `poured_at` | moment, or none | The moment, where it is known. |" in page
    assert "| `idea_id` | uuid | The idea it was for. |" in page


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "boolean"}, "yes or no"),
        ({"type": ["integer", "null"]}, "whole number, or none"),
        ({"enum": ["a", "b", None]}, "`a`, `b`, none"),
        ({"anyOf": [{"$ref": "#/$defs/Author"}, {"type": "null"}]}, "[Author](#author), or none"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "map to text"),
    ],
)
def test_types_are_said_in_words(schema, said):
    assert type_text(schema) == said
