"""What a refusal says: its details in the reader's words, and nothing of those that are not given."""

import pytest

from chassis.web.texts import Texts

WORDS = {"coach": {"sv": "Idécoach", "en": "Coach"}, "vof": {"sv": "Vård och omsorg", "en": "Care"}}


@pytest.mark.parametrize(
    ("language", "details", "said"),
    [
        ("sv", {"roles": "coach", "unit": "vof"}, "Det här kräver rollen Idécoach för Vård och omsorg."),
        ("en", {"roles": "coach, clown", "unit": "vof"}, "This needs the role Coach, clown for Care."),
        ("sv", {"roles": "coach", "unit": None}, "Det här kräver rollen Idécoach."),
        ("sv", {"roles": "coach"}, "Det här kräver rollen Idécoach."),
    ],
)
def test_codes_are_said_in_words_and_what_is_not_given_is_left_out(language, details, said):
    assert Texts(words=WORDS).text("role-needed", language, details) == said


def test_a_detail_that_a_text_needs_and_does_not_get_fails_no_answer():
    assert "…" in Texts().text("role-needed", "sv", {})
