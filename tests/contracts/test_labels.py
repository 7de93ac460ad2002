"""The labels are those of docs/domain.md, cell by cell, and every code of the contracts has one."""

import dataclasses
import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

from contracts import event, experiments, ideas, lessons, notifications, values
from contracts.labels import labels, load, unit_names, words_of

DOMAIN = Path(__file__).parents[2] / "docs" / "domain.md"
AVOIDED = ("beslut", "avslag", "godkän", "under beredning", "misslyck", "anonym", "evidens", "pivoter", "ägare")
GROUP_OF = {
    "ChallengeState": "challenge",
    "IdeaState": "idea",
    "ExperimentState": "experiment",
    "Outcome": "outcome",
    "StopCode": "stop_code",
    "TestDecision": "decision",
    "FollowsHow": "decision",
    "DeclineCode": "decline_code",
    "EvidenceLevel": "evidence_level",
    "EvidenceType": "evidence_type",
    "LessonStanding": "lesson_standing",
    "LessonMark": "lesson_use",
    "Phase": "phase",
    "Origin": "origin",
    "CriterionRole": "criterion",
    "Direction": "criterion",
    "CheckAnswer": "check_answer",
    "AuthorKind": "author_kind",
    "AuthorVisibility": "names_visibility",
    "Visibility": "names_visibility",
    "FollowReason": "follow_reason",
    "NotificationRule": "notification_rule",
    "ErasureScope": "erasure",
    **dict.fromkeys(("ChallengeText", "IdeaText", "DraftField", "ExperimentText", "LessonText"), "fields_pages"),
}
INSIDE = {"Scope"}
"""Nobody is shown these."""


def literals():
    """Every Literal of the contracts by its name."""
    for module in (event, values, ideas, experiments, lessons, notifications):
        for name, kind in vars(module).items():
            if get_origin(kind) is Literal and name not in INSIDE:
                yield name, kind


def table():
    """Group → (what it is called, code → label), as docs/domain.md has them."""
    section = DOMAIN.read_text(encoding="utf-8").partition("\n## Labels\n")[2].partition("\n## ")[0]
    _, _, *rows = (line.strip("| ") for line in section.splitlines() if line.startswith("|"))
    for row in rows:
        group, _, cells = row.partition(" | ")
        heading, called = re.fullmatch(r"([\w, ]+) \((.+)\)", group).groups()
        codes = dict(cell.split(": ", 1) for cell in cells.split(" · "))
        yield re.sub(r"\W+", "_", heading.lower()), (called, codes)


TABLE = dict(table())


def test_the_groups_are_those_of_the_domain_in_the_same_order():
    assert list(labels()) == list(TABLE)


@pytest.mark.parametrize("group", TABLE)
def test_every_label_is_the_one_of_the_domain_no_more_and_no_less(group):
    called, codes = TABLE[group]
    assert labels()[group].sv == called
    assert [(code, one.sv) for code, one in labels()[group].codes.items()] == list(codes.items())


@pytest.mark.parametrize(("name", "kind"), dict(literals()).items(), ids=str)
def test_every_code_of_the_contracts_has_its_label(name, kind):
    assert name in GROUP_OF, f"{name} needs a group in contracts/labels.toml and in docs/domain.md"
    assert set(get_args(kind)) <= set(labels()[GROUP_OF[name]].codes)


def test_every_check_has_its_label():
    assert {field.name for field in dataclasses.fields(experiments.Checks)} == set(labels()["check"].codes)


def test_both_languages_have_the_same_places():
    every = [one for group in labels().values() for one in group.codes.values()]
    assert [one for one in every if re.findall(r"{\w+}", one.sv) != re.findall(r"{\w+}", one.en)] == []


def test_words_to_avoid_are_avoided():
    every = [one.sv for group in labels().values() for one in (group, *group.codes.values())]
    assert [one for one in every if any(word in one.lower() for word in AVOIDED)] == ["Beslutsfattare"]  # a role


def test_in_a_sentence_a_label_has_no_place_left():
    assert words_of("idea")["on_hold"] == {"sv": "Vilande", "en": "On hold"}


def test_of_a_code_of_several_groups_the_first_label_counts():
    assert words_of("experiment", "challenge")["closed"]["sv"] == "Avslutat"
    assert words_of("challenge", "experiment")["closed"]["sv"] == "Avslutad"


def test_units_are_called_by_their_names():
    assert unit_names()["vof"]["sv"] == "Vård- och omsorgsförvaltningen"


def test_a_label_in_one_language_only_is_found_at_the_start(tmp_path):
    path = tmp_path / "labels.toml"
    path.write_text('[half]\nsv = "Halv"\nen = "Half"\n[half.codes]\none = { sv = "Ett" }\n')
    with pytest.raises(Exception, match="LabelGroup"):
        load(path)
