"""Pictures: what is more is drawn larger, nothing leaves the frame, and colours can be told from what they lie on."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from history.report import page
from history.report.drawing.intervals import Interval, intervals
from history.report.drawing.matrix import Matrix, Place, draw
from history.report.drawing.sankey import Column, Node, sankey
from history.report.drawing.stacks import Bar, Kind, lying, upright
from history.report.drawing.svg import Frame, steps, wrapped

STYLE = (Path(page.__file__).with_name("style.css")).read_text(encoding="utf-8")
KINDS = [Kind(name="succeeded", label="Hypotesen höll"), Kind(name="failed", label="Hypotesen höll inte")]
WIDE, NARROW = (Frame(id="x", title="Namn", description="Vad det är", shape=shape) for shape in ("wide", "narrow"))


def elements(picture, tag, kind=""):
    """Shapes of a kind: those that have all of these classes."""
    found = ElementTree.fromstring(str(picture)).iter(tag)
    return [each for each in found if set(kind.split()) <= set(each.get("class", "").split())]


def within(picture):
    """Whether boxes and circles are inside the frame."""
    root = ElementTree.fromstring(str(picture))
    *_, width, height = map(float, root.get("viewBox").split())
    boxes = [[float(each.get(name)) for name in ("x", "y", "width", "height")] for each in root.iter("rect")]
    return all(x >= 0 and y >= 0 and x + w <= width + 0.2 and y + h <= height + 0.2 for x, y, w, h in boxes)


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def frame(request):
    return request.param


def test_a_band_is_as_thick_as_what_goes_there_and_never_unseen():
    nodes = [
        Node(key=key, kind="all", label=key, value=n, shown=str(n)) for key, n in (("a", 1001), ("b", 1000), ("c", 1))
    ]
    columns = [Column(heading="1", nodes=nodes[:1]), Column(heading="2", nodes=nodes[1:])]
    picture = sankey(WIDE, columns, {("a", "b"): 1000, ("a", "c"): 1})
    thick = [float(re.search(r" v([\d.]+) ", each.get("d"))[1]) for each in elements(picture, "path", "band")]
    assert thick == [pytest.approx(339.7, abs=0.1), 1.5]


def test_pictures_keep_to_their_frame(frame):
    node = Node(key="a", kind="all", label="Mätningen gick inte att lita på", value=12, shown="12")
    bars = [Bar(label=f"kv {n} 2026", parts={"succeeded": n, "failed": 2}) for n in range(18)]
    row = Interval(label="Alla", note="9", kind="all", at=(1, 2, 3, 400, 950))
    places = [Place(key=str(n), mark=str(n), label="Stadsbyggnadsförvaltningen") for n in range(12)]
    matrix = Matrix(across="I", rows=places, apart=places[:1], numbers={("1", "2"): 4000})
    for picture in (
        sankey(frame, [Column(heading="1", nodes=[node])], {}),
        upright(frame, KINDS, bars),
        lying(frame, KINDS, bars),
        intervals(frame, "dagar", [row]),
        draw(frame, matrix),
    ):
        assert within(picture)


def test_a_bar_has_its_parts_one_upon_the_other(frame):
    picture = upright(frame, KINDS, [Bar(label="2026", parts={"succeeded": 3, "failed": 1})])
    succeeded, failed = (elements(picture, "rect", f"fill {name}")[-1] for name in ("succeeded", "failed"))
    assert float(failed.get("y")) < float(succeeded.get("y"))
    assert float(succeeded.get("height")) > 2 * float(failed.get("height"))


def test_what_did_not_hold_is_known_by_a_pattern_too(frame):
    picture = lying(frame, KINDS, [Bar(label="a", parts={"failed": 1})])
    (pattern,) = elements(picture, "pattern")
    assert f"url(#{pattern.get('id')})" in {each.get("fill") for each in elements(picture, "rect")}


def test_few_are_drawn_each_and_what_goes_on_is_open(frame):
    rows = [
        Interval(label="a", note="2", kind="failed", each=(1.0, 4.0)),
        Interval(label="b", note="9", kind="ongoing", at=(1, 2, 3, 4, 5), goes_on=True),
    ]
    picture = intervals(frame, "dagar", rows)
    assert len(elements(picture, "circle", "dot failed")) == 2
    assert len(elements(picture, "rect", "box ongoing open")) == 1


def test_a_field_is_darker_the_more_it_holds_and_what_stands_apart_is_not_compared(frame):
    places = [Place(key=key, mark=key, label=key) for key in ("1", "2")]
    apart = [Place(key="…", mark="…", label="Annan plats")]
    numbers = {("1", "1"): 10, ("1", "2"): 1, ("2", "…"): 500}
    heat = elements(draw(frame, Matrix(across="I", rows=places, apart=apart, numbers=numbers)), "rect", "heat")
    assert [float(each.get("fill-opacity", 1)) for each in heat] == [1, pytest.approx(0.21, abs=0.01)]


@pytest.mark.parametrize(
    ("largest", "marks"), [(0, [0, 1]), (1, [0, 1]), (5, [0, 1, 2, 3, 4, 5]), (6, [0, 2, 4, 6]), (57, [0, 20, 40, 60])]
)
def test_an_axis_has_round_numbers(largest, marks):
    assert steps(largest, most=5) == marks


def test_a_long_label_has_several_lines():
    assert wrapped("Mätningen gick inte att lita på", 150) == ["Mätningen gick", "inte att lita på"]


def colours(theme):
    """Name → colour, of the light, dark or printed page."""
    blocks = [
        dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    ]
    return {"light": blocks[0], "dark": blocks[0] | blocks[1], "print": blocks[0] | blocks[2]}[theme]


def contrast(one, other):
    """As WCAG 2.2 defines the contrast ratio, from relative luminance."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_texts_and_graphics_have_the_contrast_that_wcag_asks_for(theme):
    of = colours(theme)
    texts = [("ink", "card"), ("ink", "page"), ("quiet", "card"), ("quiet", "page"), ("link", "page"), ("ink", "heat")]
    texts += [("hero-ink", "hero"), ("hero-quiet", "hero"), ("page", "ink")]
    outcomes = ("succeeded", "failed", "inconclusive", "stopped_early", "invalidated", "ongoing", "learned")
    assert [pair for pair in texts if contrast(of[pair[0]], of[pair[1]]) < 4.5] == []
    assert [name for name in (*outcomes, "axis", "link", "gold") if contrast(of[name], of["card"]) < 3] == []
