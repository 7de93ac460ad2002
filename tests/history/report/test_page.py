"""The page of a report: nothing is fetched or run, every picture has its words and numbers, in both languages."""

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from history.report.numbers import counted
from history.report.page import page as page_of
from history.report.page import report
from tests.history.report.known import experiment, facts, idea, lesson
from tests.history.report.story import SOMEBODY, Story, after, of_a_year

PLANTED = '<script>alert("x")</script>&<b>'
FIGURES = ("flow", "outcomes", "conclusion", "lesson", "usage", "repeats")
VOID = {"meta", "input"}


class Page(HTMLParser):
    """What is in a page: elements with their attributes, texts and what they are in."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self._open = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        element = {
            "tag": tag,
            "in": [each["id"] for each in self._open if "id" in each],
            "text": "",
            **dict(attributes),
        }
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.elements.append({"tag": tag, "in": [], "text": "", **dict(attributes)})

    def handle_endtag(self, tag):
        assert self._open.pop()["tag"] == tag

    def handle_data(self, data):
        for element in self._open:
            element["text"] += data

    def all(self, tag, within=None):
        """Elements of a kind, in the element of this id."""
        return [each for each in self.elements if each["tag"] == tag and (within is None or within in each["in"])]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return of_a_year(title=PLANTED).pulled(tmp_path_factory.mktemp("report") / "history")


@pytest.fixture(scope="module")
def html(path):
    return report(path)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def of(*things):
    """The page of these facts."""
    return Page(page_of(counted(facts(*things))))


def test_the_same_history_and_moment_give_the_same_bytes(path, html):
    assert report(path) == html
    assert report(path, after(45)) == report(path, after(45)) != html


def test_nothing_is_fetched_and_nothing_runs(html, page):
    tags = {each["tag"] for each in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "use", "image", "form", "base"}
    references = [value for each in page.elements for name, value in each.items() if name in ("href", "src", "action")]
    assert references
    assert all(reference.startswith("#") for reference in references)
    assert not re.search(r"@import|https?:|//|url\((?!#)", html)


def test_the_policy_allows_the_pages_own_style_and_nothing_else(html, page):
    (policy,) = (each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
    style = re.search("<style>(.*?)</style>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert not [each for each in page.elements if "style" in each or any(name.startswith("on") for name in each)]


def test_what_people_wrote_is_text(html, page):
    assert "<script" not in html
    cells = [each["text"].strip() for each in page.all("td", "repeats-sv")]
    assert PLANTED in cells


def test_nobody_is_on_the_page(html):
    assert SOMEBODY not in html
    assert not re.search(r"\b[0-9a-f]{32}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-", html)


def test_every_picture_has_a_name_and_says_in_words_what_it_shows(page):
    ids = {each["id"]: each for each in page.elements if "id" in each}
    pictures = page.all("svg")
    assert len(pictures) == len(FIGURES) * 2 * 2
    for picture in pictures:
        assert picture["role"] == "img"
        assert ids[picture["aria-labelledby"]]["tag"] == "title"
        assert ids[picture["aria-labelledby"]]["text"]
        assert ids[picture["aria-describedby"]]["tag"] == "desc"
        assert any(letter.isdigit() for letter in ids[picture["aria-describedby"]]["text"])


def test_every_id_is_there_once_and_every_reference_finds_one(page):
    ids = Counter(each["id"] for each in page.elements if "id" in each)
    assert set(ids.values()) == {1}
    named = [
        each[name] for each in page.elements for name in ("aria-labelledby", "aria-describedby", "for") if name in each
    ]
    named += [each["href"].removeprefix("#") for each in page.all("a")]
    named += [each["fill"][len("url(#") : -1] for each in page.elements if each.get("fill", "").startswith("url(#")]
    assert set(named) <= ids.keys()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_has_a_table_with_a_caption_and_headings(page, figure, language):
    within = f"{figure}-{language}"
    assert page.all("table", within)
    assert len(page.all("caption", within)) == len(page.all("table", within))
    headings = page.all("th", within)
    assert all(each["scope"] in ("col", "row") and each["text"].strip() for each in headings)
    assert all(each["text"].strip() for each in page.all("td", within))


@pytest.mark.parametrize("figure", ["flow", "usage", "repeats"])
def test_numbers_that_a_picture_shows_are_in_its_table(page, figure):
    within = f"{figure}-sv"
    shown = {each["text"] for each in page.all("text", within) if each["text"].isdigit()}
    marks = {"1", "2", "3"} if figure == "usage" else set()
    total = {"7"} if figure == "flow" else set()
    assert shown
    assert shown - marks - total <= {each["text"] for each in page.all("data", within)}


def test_both_languages_say_the_same_numbers(page):
    for figure in (*FIGURES, "sources"):
        swedish, english = (page.all("data", f"{figure}-{language}") for language in ("sv", "en"))
        assert swedish
        assert [each["value"] for each in swedish] == [each["value"] for each in english]
        assert [re.sub(r"\D", "", each["text"]) for each in swedish] == [
            re.sub(r"\D", "", each["text"]) for each in english
        ]
    keys = [[each["value"] for each in page.all("data", f"top-{language}")] for language in ("sv", "en")]
    assert keys[0] == keys[1]


def test_each_language_is_marked_and_so_is_what_people_wrote_in_another(page):
    assert page.all("html")[0]["lang"] == "sv"
    assert [each["lang"] for each in page.all("article")] == ["sv", "en"]
    written = {each["text"].strip(): each["lang"] for each in page.all("th", "repeats-sv") if "lang" in each}
    assert written == {"Någon annanstans": "en"}


def test_the_languages_are_chosen_without_a_script(page):
    assert [each["id"] for each in page.all("input")] == ["show-sv", "show-en"]
    assert {each["type"] for each in page.all("input")} == {"radio"}
    assert {each["for"] for each in page.all("label")} == {"show-sv", "show-en"}


def test_headings_go_down_step_by_step(page):
    levels = [int(each["tag"][1]) for each in page.elements if re.fullmatch("h[1-6]", each["tag"])]
    assert levels.count(1) == 2
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_a_page_says_in_words_what_its_pictures_show(page):
    told = {each["id"]: each["text"] for each in page.all("section")}
    assert (
        "Av 7 idéer har 4 prövats. I 2 av dem höll hypotesen inte, och 1 av dessa har lämnat en lärdom."
        in told["flow-sv"]
    )
    assert "Of 7 ideas, 4 have been tried." in told["flow-en"]
    assert "1 test goes on, 1 of them after the day they were meant to end." in told["conclusion-en"]
    assert "som det var känt 10 juli 2026 kl. 12.00 (UTC)" in page.all("article")[0]["text"].lower().replace(
        "utc", "UTC"
    )
    assert "Den bygger på 31 händelser av 33 positioner. 2 positioner är dolda" in told["sources-sv"]


def test_codes_are_told_in_words(page):
    shown = " ".join(each["text"] for each in page.all("article"))
    assert not re.search(r"stopped_early|in_review|same_idea|vof\b|built_upon|emerging", shown)


def test_a_page_of_nothing_says_so_and_has_no_picture(tmp_path):
    page = Page(report(Story().pulled(tmp_path / "history")))
    assert page.all("svg") == []
    assert [each["id"] for each in page.all("section")] == ["sources-sv", "sources-en"]
    assert "Ingenting har hänt ännu." in page.all("article")[0]["text"]
    assert "Nothing has happened yet." in page.all("article")[1]["text"]


def test_a_page_of_ideas_alone_has_their_picture_and_says_what_is_not_there_yet():
    page = of(idea("one"))
    assert {each["aria-labelledby"] for each in page.all("svg")} == {
        f"flow-{language}-{shape}-title" for language in ("sv", "en") for shape in ("wide", "narrow")
    }
    told = {each["id"]: each["text"] for each in page.all("section")}
    assert all("ännu" in told[f"{figure}-sv"] for figure in FIGURES)


def test_a_page_of_tests_that_go_on_says_that_there_is_no_conclusion_yet():
    page = of(experiment("first", 0), experiment("second", 3))
    assert "Inget test har fått någon slutsats ännu." in page.all("section")[2]["text"]
    assert {each["aria-labelledby"].partition("-")[0] for each in page.all("svg")} == {"conclusion", "repeats"}


def test_lessons_that_nobody_uses_are_told_and_not_drawn():
    page = of(lesson("asked"), lesson("quiet"))
    assert page.all("svg") == []
    assert "None of 2 lessons has been used yet." in page.all("article")[1]["text"]


def test_a_page_as_of_a_moment_before_everything_has_no_picture(path):
    assert Page(report(path, after(-1))).all("svg") == []


def test_a_long_list_is_cut_and_says_how_much_more_there_is():
    ideas = [idea(f"idea-{n}") for n in range(13)]
    first = [experiment(f"first-{n}", n, 20 + n, ideas=[f"idea-{n}"]) for n in range(13)]
    again = [experiment(f"again-{n}", 40 + n, 60 + n, ideas=[f"idea-{n}"]) for n in range(13)]
    told = {each["id"]: each["text"] for each in of(*ideas, *first, *again).all("section")}
    assert "Och 3 till." in told["repeats-sv"]
    assert "And 3 more." in told["repeats-en"]


def test_a_long_text_is_cut():
    (cut,) = {
        each["text"].strip() for each in of(lesson("o" * 500, applied=["sof"])).all("th") if "ooo" in each["text"]
    }
    assert cut == "o" * 139 + "…"


def test_a_unit_that_the_organisation_does_not_know_is_told_by_its_id():
    page = of(lesson("asked", unit="elsewhere-7", applied=["sof"]))
    assert "Enheten elsewhere-7" in page.all("section")[4]["text"]
