"""What is indexed of a row, and what is asked for: the same on every database."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Protocol

import sqlalchemy as sa

from chassis.processing.words import distinct, parts_of

HEADING, BODY, PARTS = 2.0, 1.0, 0.5
"""What a word weighs, by where it stands."""
HARDLY_ANY = 5
"""Rows with a word, up to which its parts are asked for too."""
_BEGINNING, _ENOUGH = 3, 1 / 3
"""A row that has none of the words must have the first parts of one, or more than such a share of them."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """What a row is found by; both are the work of ``words_of``. Without any the row is not found."""

    key: str
    heading: str = ""
    body: str = ""

    @property
    def number(self) -> int:
        """By which it is found again: 63 bits of a hash of its key."""
        return int.from_bytes(hashlib.blake2b(self.key.encode(), digest_size=8).digest(), "big") >> 1

    @property
    def parts(self) -> str:
        """The parts of the words of its heading."""
        return parts_of(distinct(self.heading))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A row that has something of what is asked for: any of the words, or these parts."""

    key: str
    worded: bool
    parts: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is searched for: the words of a text, and those of them that hardly any row has."""

    words: frozenset[str]
    rare: tuple[str, ...]

    @property
    def parts(self) -> list[str]:
        """Each part of the rare words once."""
        return distinct(parts_of(self.rare))

    def resembles(self, hit: Hit) -> bool:
        """Whether a row has one of the words, or enough of a rare one: a single part in common is chance."""
        return hit.worded or any(_enough(parts_of([word]).split(), hit.parts) for word in self.rare)


class Index(Protocol):
    """The index of one table, over one connection."""

    def create(self) -> None:
        """Make it, if it is not there."""

    def drop(self) -> None:
        """Remove it, if it is there."""

    def replace(self, rows: Iterable[Indexed]) -> None:
        """Let these rows be found by this and nothing else."""

    def common(self, words: Collection[str]) -> frozenset[str]:
        """Those of these words that more than ``HARDLY_ANY`` rows have."""

    def best(
        self, asked: Asked, key: sa.Column[str], where: Sequence[sa.ColumnElement[bool]], limit: int
    ) -> Iterator[Hit]:
        """Rows with a word or a part that is asked for, the highest score first, then by key."""


def _enough(parts: list[str], has: frozenset[str]) -> bool:
    begins_alike = bool(parts) and has.issuperset(parts[:_BEGINNING])
    return begins_alike or sum(part in has for part in parts) > len(parts) * _ENOUGH
