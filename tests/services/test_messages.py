"""Whatever a field of a service's API is given that it cannot take: what is said of it is said in Swedish, too."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from marshmallow import ValidationError, fields

from chassis.web import schemas
from chassis.web.messages import translated
from chassis.web.problems import flat
from nyfiken.layout import SERVICES

ENGLISH = {"must", "be", "than", "or", "not", "something", "valid", "does", "match", "field", "length", "value", "of"}
WRONG = (
    *(None, True, -1, 7, 1.5, 10**30, float("nan"), "", "\0", "å/ä", "x" * 20_000),
    *([], {}, [[]], [{}], ["\0"], [{"x": 1}], {"x": 1}, [7] * 500),
)


def parts(schema):
    """A schema and those of its parts."""
    yield schema
    for field in schema.fields.values():
        inner = getattr(field, "inner", field)
        if isinstance(inner, fields.Nested):
            yield from parts(inner.schema)


def messages():
    for service in SERVICES:
        import_module(f"services.{service}.api")
    for made in list(schemas._made.values()):
        for schema in parts(made):
            for name in schema.fields:
                yield from said(schema, name)


def said(schema, name):
    for wrong in WRONG:
        try:
            schema.load({name: wrong, "colour": "red"})
        except ValidationError as error:
            for _, found in flat(error.messages):
                yield from found


@pytest.mark.parametrize("message", sorted(set(messages())))
def test_what_is_said_of_a_field_is_said_in_swedish(message):
    swedish = translated(message, "sv")
    words = swedish.partition(": ")[0]  # what follows are values of the contract
    assert swedish != message
    assert not ENGLISH & set(re.findall(r"\w+", words.lower()))
    assert not re.search("[åäö]", translated(message, "en"))
