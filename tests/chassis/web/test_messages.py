"""Everything that is said of a field is said in Swedish, too."""

from __future__ import annotations

import inspect
import re
from itertools import product

import pytest
from marshmallow import ValidationError, fields, validate

from chassis.web import schemas
from chassis.web.messages import translated
from chassis.web.problems import TITLES, TITLES_OF
from chassis.web.texts import OWN, load
from contracts import values

USED = (
    *(fields.String, fields.Integer, fields.Float, fields.Boolean, fields.Date, fields.List, fields.Dict),
    *(fields.Nested, fields.Field, schemas.WholeNumber, schemas.Moment),
)
PLACES = {"obj_type": "datetime", "awareness": "aware", "min": 1, "max": 2, "equal": 3, "choices": "a, b", "other": "a"}


def messages_of_fields():
    for kind in USED:
        for base in kind.__mro__:
            for message in getattr(base, "default_error_messages", {}).values():
                if "{input}" not in message:  # said when an answer is made, of which we use none
                    yield message.format_map(
                        {**PLACES, "obj_type": "date" if kind is fields.Date and "aware" not in message else "datetime"}
                    )


def messages_of_our_own():
    for module in (values, schemas):
        source = inspect.getsource(module)
        yield from re.findall(r'ValidationError\("([^"]+)"\)', source)
        yield from re.findall(r'"(Not a valid [^"]+\.)"', source)


def messages_of_validators():
    yield from (validate.Length(min=1).message_min, validate.Length(max=1).message_max)
    yield from (validate.Length.message_all, validate.Length.message_equal)
    yield from (validate.OneOf.default_message, validate.Equal.default_message)
    for low, high in product((True, False), repeat=2):
        for bounds in ({"min": 1}, {"max": 9}, {"min": 1, "max": 9}):
            ranged = validate.Range(**bounds, min_inclusive=low, max_inclusive=high)
            with pytest.raises(ValidationError) as refused:
                ranged(0 if "min" in bounds else 10)
            yield from refused.value.messages


@pytest.mark.parametrize(
    "message",
    sorted({*messages_of_fields(), *messages_of_our_own(), *(m.format_map(PLACES) for m in messages_of_validators())}),
)
def test_a_message_about_a_field_is_there_in_swedish(message):
    swedish = translated(message, "sv")
    assert swedish != message
    assert not {"must", "be", "than", "and", "or", "not", "valid"} & set(re.findall(r"\w+", swedish.lower()))
    assert translated(message, "en") == message


def test_the_chassis_own_texts_are_there_in_both_languages():
    assert all(text.endswith((".", "…", "}")) for texts in load(OWN).values() for text in texts.values())
    assert all(len(titles) == 2 for titles in (*TITLES.values(), *TITLES_OF.values()))


def test_a_text_in_one_language_only_is_found_at_the_start(tmp_path):
    path = tmp_path / "problems.toml"
    path.write_text('[half]\nsv = "Halv."\n')
    with pytest.raises(ValueError, match="half"):
        load(path)
