"""A picture in the making: shapes and texts, escaped, with a name and a description for whoever does not see it.

Colours, fonts and line widths are the page's: a shape says by its classes what it is. Nothing has a style of its own,
for the page's policy would not let it.
"""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from markupsafe import Markup

CHARACTER = 8
"""About how wide a character of the page's 14 pixels is; fonts differ."""
LINE = 17
"""From one line of text to the next."""
_WIDTHS = {"wide": 960, "narrow": 300}
_PATTERNS: Mapping[str, str] = {
    "failed": "M-1 1 L1 -1 M0 8 L8 0 M7 9 L9 7",
    "inconclusive": "M1 2 h2 M5 6 h2",
    "stopped_early": "M0 2 H8 M0 6 H8",
    "invalidated": "M2 0 V8 M6 0 V8",
    "ongoing": "M-1 7 L1 9 M0 0 L8 8 M7 -1 L9 1",
}
"""Lines over the colour of an outcome; where nothing is drawn, the hypothesis held."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How a picture is called, what it shows in words, and for which width it is drawn: wide or narrow."""

    id: str
    title: str
    description: str
    shape: str = "wide"

    @property
    def width(self) -> int:
        """In pixels, where text on it is as large as text beside it."""
        return _WIDTHS[self.shape]

    @property
    def is_narrow(self) -> bool:
        """Whether it is for a telephone, or for whoever has enlarged the page."""
        return self.shape == "narrow"


class Drawing:
    """Shapes on a frame. Its height is known at the end."""

    def __init__(self, frame: Frame) -> None:
        self.width = frame.width
        self._id = f"{frame.id}-{frame.shape}"
        names = {"aria-labelledby": f"{self._id}-title", "aria-describedby": f"{self._id}-desc", "class": frame.shape}
        self._root = ElementTree.Element("svg", {"role": "img", "focusable": "false", **names})
        for tag, text in (("title", frame.title), ("desc", frame.description)):
            ElementTree.SubElement(self._root, tag, {"id": f"{self._id}-{tag}"}).text = text

    def rect(self, kind: str, x: float, y: float, width: float, height: float, opacity: float = 1) -> None:
        """A box; ``kind`` are its classes."""
        self._shape("rect", kind, x=x, y=y, width=width, height=height)
        if opacity < 1:
            self._root[-1].set("fill-opacity", f"{opacity:.2f}")

    def line(self, kind: str, x1: float, y1: float, x2: float, y2: float) -> None:
        """A straight line."""
        self._shape("line", kind, x1=x1, y1=y1, x2=x2, y2=y2)

    def circle(self, kind: str, x: float, y: float, radius: float) -> None:
        """A circle around a point."""
        self._shape("circle", kind, cx=x, cy=y, r=radius)

    def path(self, kind: str, commands: str) -> None:
        """Any shape, by SVG's path commands."""
        ElementTree.SubElement(self._root, "path", {"class": kind, "d": commands})

    def text(self, kind: str, x: float, y: float, text: str) -> None:
        """A line of text; ``y`` is where its letters stand. The classes middle and end say what ``x`` is of it."""
        at = {"class": kind, "x": number(x), "y": number(y)}
        ElementTree.SubElement(self._root, "text", at).text = text

    def patterned(self, kind: str, x: float, y: float, width: float, height: float) -> None:
        """A box that is known by its pattern as well as by its colour: ``kind`` is an outcome."""
        self.rect(f"fill {kind}", x, y, width, height)
        if kind in _PATTERNS:
            box = {"x": number(x), "y": number(y), "width": number(width), "height": number(height)}
            ElementTree.SubElement(self._root, "rect", {**box, "fill": f"url(#{self._pattern(kind)})"})

    def markup(self, height: float) -> Markup:
        """The finished picture."""
        self._root.set("viewBox", f"0 0 {self.width} {number(height)}")
        return Markup(ElementTree.tostring(self._root, encoding="unicode"))  # noqa: S704 - escaped by ElementTree

    def _shape(self, tag: str, kind: str, **places: float) -> None:
        attributes = {"class": kind, **{name: number(value) for name, value in places.items()}}
        ElementTree.SubElement(self._root, tag, attributes)

    def _pattern(self, kind: str) -> str:
        """The id of a pattern, of this picture alone: one that is not shown would lend nothing to another."""
        name = f"{self._id}-{kind}"
        if self._root.find(f"pattern[@id='{name}']") is None:
            size = {"width": "8", "height": "8", "patternUnits": "userSpaceOnUse"}
            pattern = ElementTree.Element("pattern", {"id": name, **size})
            ElementTree.SubElement(pattern, "path", {"class": "pattern", "d": _PATTERNS[kind]})
            self._root.insert(2, pattern)
        return name


def number(value: float) -> str:
    """A coordinate: one decimal at most, and the same everywhere."""
    return f"{value:.1f}".removesuffix(".0")


def wrapped(text: str, width: float) -> Sequence[str]:
    """Lines that fit about this many pixels."""
    return textwrap.wrap(text, max(int(width / CHARACTER), 4)) or [""]


def steps(largest: float, most: int) -> Sequence[float]:
    """Round numbers from 0 to the largest or just beyond, for an axis: about so many, none of them between two ones."""
    sizes = (factor * 10**power for power in range(12) for factor in (1, 2, 5))
    step = next(size for size in sizes if size * most >= largest)
    return [step * n for n in range(max(int(-(-largest // step)), 1) + 1)]
