"""``replace`` gives what ``dataclasses.replace`` gives."""

import dataclasses

import pytest

from contracts.event import about, replace, value
from contracts.values import Author, Link


@value
class Alone:
    """A value of one field."""

    word: str = about("Anything.")


@value
class Signed(Link):
    """A link that says whose it is, too."""

    author: Author | None = about("Whose.", default=None)


LINK = Signed(title="Rapport", url="https://example.org/1")


@pytest.mark.parametrize("fields", [{}, {"title": "Slutrapport"}, {"author": Author(kind="group", label="Kajen")}])
def test_the_same_value_with_other_fields(fields):
    assert replace(LINK, **fields) == dataclasses.replace(LINK, **fields)
    assert Signed(title="Rapport", url="https://example.org/1") == LINK


def test_a_value_of_one_field():
    assert replace(Alone(word="ett"), word="två") == Alone(word="två")


def test_a_field_that_it_does_not_have_is_refused():
    with pytest.raises(TypeError, match="Signed has no field titel"):
        replace(LINK, titel="Slutrapport")
