"""What a pulled history consists of: how far each partition is, and every file with what must be in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from cattrs import ClassValidationError, transform_error
from cattrs.preconf.orjson import make_converter

from chassis.recorded import Position
from chassis.store.protocol import Head
from history.errors import WrongFolder

FORMAT = 1
NAME = "manifest.json"
Place = tuple[str, int]
"""(service, partition)."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far one partition is here: its last position, and the last event that was told of it, with its month."""

    partition: int
    position: int = 0
    told: int = 0
    id: str = ""
    month: str = ""

    @property
    def last_told(self) -> Head:
        """The event by which the history is known again; none where all was withheld."""
        return Head(position=self.told, id=self.id)

    @property
    def head(self) -> Head:
        """Where it goes on; without an id where what lies there is withheld."""
        return Head(position=self.position, id=self.id if self.told == self.position else "")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Positions of one partition, both included."""

    partition: int
    first: int
    last: int


def joined(ranges: Iterable[Range]) -> list[Range]:
    """The same positions in as few as possible, of ranges in order."""
    found: list[Range] = []
    for each in ranges:
        if found and (found[-1].partition, found[-1].last + 1) == (each.partition, each.first):
            each = Range(partition=each.partition, first=found.pop().first, last=each.last)
        found.append(each)
    return found


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file: events of one service and month, in the order of partition and position."""

    path: str
    service: str
    month: str
    rows: int
    withheld: int
    ranges: tuple[Range, ...]
    bytes: int
    sha256: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All of it. ``key`` is a hash of the key that makes pseudonyms, ``next`` the number of the next file.

    ``whole``: it is as the services know it, with nothing withheld; people have no pseudonyms, and there is no key.
    """

    format: int = FORMAT
    key: str
    whole: bool = False
    next: int = 1
    services: Mapping[str, tuple[Reached, ...]] = dataclasses.field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    @property
    def emptied(self) -> Manifest:
        """The same folder, before anything was pulled into it."""
        return dataclasses.replace(self, services={}, parts=())

    def reached(self, service: str) -> Mapping[int, Reached]:
        """Partition → where it is."""
        return {each.partition: each for each in self.services.get(service, ())}

    @property
    def events(self) -> int:
        """How many positions there are in all."""
        return sum(each.position for reached in self.services.values() for each in reached)

    def of(self, services: Mapping[str, Iterable[Reached]], parts: Iterable[Part], following: int) -> Manifest:
        """The same folder with this in it."""
        told = {name: tuple(sorted(each, key=lambda one: one.partition)) for name, each in sorted(services.items())}
        in_order = sorted(parts, key=lambda part: (part.service, part.month, part.path))
        return dataclasses.replace(self, services=told, parts=tuple(in_order), next=following)


def written(manifest: Manifest) -> bytes:
    """As it lies in the folder."""
    return orjson.dumps(_converter.unstructure(manifest), option=orjson.OPT_INDENT_2) + b"\n"


def read(raw: bytes, place: str) -> Manifest:
    """Read back what ``written`` wrote; WrongFolder names what is wrong in it."""
    try:
        found: Any = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise WrongFolder(f"{place}: not JSON ({error})") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise WrongFolder(f"{place}: format: is not {FORMAT}; another release has written it")
    try:
        return _converter.structure(found, Manifest)
    except ClassValidationError as error:
        raise WrongFolder(f"{place}: {transform_error(error, path='manifest')[0]}") from error


def missing(reached: Iterable[Reached], parts: Iterable[Part], service: str) -> list[Position]:
    """The positions that follow on what is there, where something more is claimed to be; or where it is there twice."""
    wrong = []
    for each in reached:
        ranges = sorted(
            (one.first, one.last)
            for part in parts
            if part.service == service
            for one in part.ranges
            if one.partition == each.partition
        )
        expected = 1
        for first, last in ranges:
            if first != expected:
                break
            expected = last + 1
        if expected != each.position + 1 or (ranges and ranges[-1][1] != each.position):
            wrong.append(Position(service, each.partition, expected))
    return wrong


_converter = make_converter(forbid_extra_keys=True)
