"""What a report says: every text in both languages with the same places, in the words that the domain uses."""

from string import Formatter

import pytest

from contracts.labels import labels
from history.report.flow import ORDER
from history.report.outcomes import Period
from history.report.words import LANGUAGES, Words, texts
from tests.contracts.test_labels import AVOIDED

TEXTS = {f"{group}.{name}": said for group, named in texts().items() for name, said in named.items()}


def places(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_is_there_in_both_languages_with_the_same_places():
    for name, said in TEXTS.items():
        assert said.keys() == set(LANGUAGES), name
        assert places(said["sv"]) == places(said["en"]), name


def test_every_choice_between_one_and_several_has_both():
    choices = [
        spec for said in TEXTS.values() for text in said.values() for *_, spec, _ in Formatter().parse(text) if spec
    ]
    assert choices
    assert all(spec.count("|") == 1 for spec in choices)


def test_no_text_has_a_word_that_the_domain_avoids():
    swedish = " ".join(said["sv"].lower() for said in TEXTS.values())
    assert [word for word in AVOIDED if word in swedish] == []


def test_every_state_and_outcome_has_a_node_and_a_name():
    assert set(labels()["idea"].codes) - {"draft", "merged"} == set(ORDER["tried"]) - {"tried"}
    assert set(labels()["outcome"].codes) == set(ORDER["outcome"]) - {"ongoing"}


@pytest.mark.parametrize(
    ("language", "number", "shown"),
    [("sv", 1234567, "1\xa0234\xa0567"), ("en", 1234567, "1,234,567"), ("sv", 0.25, "0,2"), ("en", 7.5, "7.5")],
)
def test_numbers_are_written_as_each_language_does(language, number, shown):
    assert Words(language).number(number) == shown


@pytest.mark.parametrize(
    ("days", "shown"), [(0.0, "0"), (0.04, "0"), (0.96, "1"), (9.94, "9,9"), (9.96, "10"), (33.4, "33")]
)
def test_few_days_are_told_to_a_tenth(days, shown):
    assert Words("sv").days(days) == shown


def test_a_number_chooses_its_words_as_it_is_shown():
    assert Words("sv").say("key.ideas", n=1) == "inlämnad idé"
    assert Words("sv").say("key.ideas", n=0) == "inlämnade idéer"
    assert "after 1 day." in Words("en").say("conclusion.half", half=1.04)


@pytest.mark.parametrize(
    ("months", "sv", "en"), [(1, "apr 2026", "Apr 2026"), (3, "kv 4 2026", "Q4 2026"), (12, "2026", "2026")]
)
def test_a_period_is_called_as_each_language_does(months, sv, en):
    period = Period(year=2026, number=4, months=months)
    assert (Words("sv").period(period), Words("en").period(period)) == (sv, en)
