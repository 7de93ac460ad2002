"""Schemas of dataclasses: every part of the same kind is of the same class, whatever else was made of it."""

from __future__ import annotations

from marshmallow import Schema

from contracts.event import about, schema_class, value


@value
class Part:
    """A part."""

    size: int = about("How large.")


@value
class Whole:
    """Something with parts of the same kind."""

    before: Part = about("As it was.")
    after: Part = about("As it is.")
    all: tuple[Part, ...] = about("Every one there was.")


class Strict(Schema):
    """Another base."""


def parts_of(schema):
    return {schema.fields["before"].schema, schema.fields["after"].schema, schema.fields["all"].inner.schema}


def test_parts_are_of_the_base_asked_for_whichever_was_made_last():
    strict, plain = schema_class(Whole, Strict), schema_class(Whole)
    assert all(isinstance(part, Strict) for part in parts_of(strict()))
    assert not any(isinstance(part, Strict) for part in parts_of(plain()))
    assert len({type(part) for part in parts_of(plain())}) == 1
