"""Every refusal has its text in Swedish and English, and no text is of a refusal that nobody gives."""

from __future__ import annotations

import ast
import re
import string
from collections import defaultdict
from pathlib import Path

import pytest

from chassis import errors
from chassis.web.texts import OWN, load
from nyfiken.layout import SERVICES

ROOT = Path(__file__).parents[2]
KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.Refusal)}
BY_STATUS = {
    *("bad-request", "no-such-page", "method-not-allowed", "body-too-large", "wrong-content-type"),
    *("unexpected", "not-possible", "address-too-long", "headers-too-large"),
}
"""Slugs that chassis.web.problems, or the server before it, gives for a status."""


def refusals(folder):
    """Slug → the names of the details of each place that refuses with it."""
    found = defaultdict(list)
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and called(node) in KINDS and node.args:
                for slug in slugs(node.args[0], path):
                    found[slug].append({keyword.arg for keyword in node.keywords})
    return found


def called(node):
    return getattr(node.func, "id", None) or getattr(node.func, "attr", None)


def slugs(node, path):
    if isinstance(node, ast.IfExp):
        return [*slugs(node.body, path), *slugs(node.orelse, path)]
    assert isinstance(node, ast.Constant), f"{path}:{node.lineno}: a slug is written where it is raised"
    return [node.value]


def places(text):
    """The details that a text cannot do without."""
    needed = re.sub(r"\[[^\[\]]*\]", "", text)
    return {name for _, name, _, _ in string.Formatter().parse(needed) if name}


GIVEN = {
    "chassis": refusals(ROOT / "chassis"),
    **{service: refusals(ROOT / "services" / service) for service in SERVICES},
}
FILES = {"chassis": OWN, **{service: ROOT / f"services/{service}/problems.toml" for service in SERVICES}}


@pytest.mark.parametrize("whose", GIVEN)
def test_every_refusal_has_its_text(whose):
    texts = load(OWN) | load(FILES[whose])
    assert sorted(set(GIVEN[whose]) - set(texts)) == [], f"write them in {FILES[whose].relative_to(ROOT)}"


@pytest.mark.parametrize("whose", GIVEN)
def test_no_text_is_of_a_refusal_that_nobody_gives(whose):
    known = set(GIVEN[whose]) | set(GIVEN["chassis"]) | BY_STATUS  # a service may have better words for these
    assert sorted(set(load(FILES[whose])) - known) == []


@pytest.mark.parametrize("whose", GIVEN)
def test_a_text_uses_only_details_that_every_refusal_gives(whose):
    texts = load(OWN) | load(FILES[whose])
    missing = {
        slug: sorted(needed - details)
        for slug, all_details in GIVEN[whose].items()
        if slug in texts
        for needed in [set().union(*(places(text) for text in texts[slug].values()))]
        for details in all_details
        if None not in details and needed - details
    }
    assert missing == {}


@pytest.mark.parametrize("whose", GIVEN)
def test_a_text_is_a_sentence_in_both_languages(whose):
    unfinished = {
        f"{slug} ({language})": text
        for slug, texts in load(FILES[whose]).items()
        for language, text in texts.items()
        if not text.rstrip('”"»)').endswith((".", "…", "?", "}"))
    }
    assert unfinished == {}
