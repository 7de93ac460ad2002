"""What a cell says, as plain text: markup, entities, odd spaces and control characters are gone."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable
from html.parser import HTMLParser

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = re.compile(r"[^\S\n]+")
_ENTITY = re.compile(r"&(#\d+|#x[0-9a-fA-F]+|[A-Za-z]+);")
_NEW_LINE = frozenset(("p", "br", "div", "ul", "ol", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "center"))
_SILENT = frozenset(("script", "style"))


class _Words(HTMLParser):
    """Collects what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in _SILENT
        self.seen.append("\n" if tag in _NEW_LINE else "\n- " if tag == "li" else " " if tag in ("td", "th") else "")

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        self.seen.append("\n" if tag in _NEW_LINE else "")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.seen.append(data)


def plain(text: str) -> str:
    """Without control characters, in composed Unicode, with single spaces and at most one empty line in a row."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = [_SPACES.sub(" ", line).strip() for line in _CONTROL.sub("", text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def without_markup(text: str) -> str:
    """What HTML says to a reader; entities that were escaped twice are read twice."""
    words = _Words()
    words.feed(text)
    words.close()
    said = "".join(words.seen)
    return html.unescape(said) if _ENTITY.search(said) else said


def cut(text: str, longest: int) -> str:
    """At most ``longest`` characters, ended at a word with an ellipsis."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    if not text[longest - 1].isspace() and (parts := re.split(r"\s+\S*\Z", kept))[0]:
        kept = parts[0]
    return f"{kept.rstrip(' ,;:.–-')}…"


def as_id(text: str, prefix: str = "") -> str:
    """A unit id made of a name: lower case letters, digits and hyphens, at most 40."""
    letters = unicodedata.normalize("NFKD", f"{prefix}{text}".lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:40].rstrip("-")


def fingerprint(texts: Iterable[str]) -> str:
    """The same for the same texts in the same order, and for nothing else."""
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:32]
