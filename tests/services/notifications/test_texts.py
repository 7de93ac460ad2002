"""What notifications say."""

import tomllib
from pathlib import Path

import pytest

from contracts.event import family_of, name_of
from services.notifications.api_texts import called, texts, told
from services.notifications.reactions.news import ADDRESSED, NEWS, TO_AUTHORS
from tests.services.notifications.people import EXPERIMENT, IDEA, LESSON

FAMILIES = sorted({family_of(name_of(kind)) for kind in (*NEWS, *ADDRESSED, *TO_AUTHORS)})
AVOIDED = ("beslut", "avslag", "godkän", "under beredning", "misslyck", "anonym", "evidens", "pivoter", "ägare")


def test_everything_that_is_told_has_its_words_and_nothing_else_does():
    assert sorted(texts()["events"]) == FAMILIES


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_sentence_names_its_subject(family, language):
    sentence = told(f"{family}.v1", "follower", f"idea-{IDEA}", language, title="Videosamtal", detail="other")
    assert "Videosamtal" in sentence
    assert "{" not in sentence


def test_a_failure_is_told_of_the_hypothesis_and_of_nobody():
    told_of = ("experiment-failed.v1", "follower", f"experiment-{EXPERIMENT}")
    assert (
        told(*told_of, "sv", title="Videosamtal", detail="failed") == "Experimentet ”Videosamtal”: hypotesen höll inte."
    )
    assert told(*told_of, "en", title=None, detail=None) == "An experiment: the hypothesis did not hold."


def test_who_is_responsible_is_told_so():
    as_what = {
        rule: told("idea-selected.v1", rule, f"idea-{IDEA}", "sv", title="X", detail=None)
        for rule in ("follower", "responsible")
    }
    assert as_what["follower"] == "Idén ”X” går vidare."
    assert as_what["responsible"] == "Idén ”X” går vidare, och du ansvarar för nästa steg."


@pytest.mark.parametrize(("code", "said"), [("duplicate", "Finns redan som idé"), ("other", "Annat skäl")])
def test_codes_are_said_in_the_words_that_people_have_for_them(code, said):
    sentence = told("idea-declined.v1", "follower", f"idea-{IDEA}", "sv", title="X", detail=code)
    assert sentence == f"Idén ”X” går inte vidare. {said}."


def test_words_to_avoid_are_avoided():
    swedish = str(tomllib.loads((Path("services") / "notifications" / "texts.toml").read_text())).lower()
    assert not [word for word in AVOIDED if word in swedish]


def test_a_lesson_of_many_words_is_cut_short():
    long = called(f"lesson-{LESSON}", "sv", "Ett videosamtal " * 40)
    assert len(long) < 140
    assert long.endswith("…”")


def test_braces_in_a_title_stay_as_they_are():
    assert called(f"idea-{IDEA}", "en", "{detail} {0}") == "The idea “{detail} {0}”"
