"""One request of somebody, what was answered, and whether that is as it should be."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

import orjson

GOOD = (200, 201, 304)
ORDINARY = ("not-in-this-state", "others-were-faster", "changed-meanwhile", "own-matter")
"""Somebody else was faster, or knows the idea too well to decide on it: the domain says so, and nothing is wrong."""
TRIES = 4
"""How often something is asked, in all, while it is answered that it cannot be said yet."""

Verdict = Literal["good", "later", "conflict", "error"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request; ``name`` is what it is counted under."""

    name: str
    service: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None

    @property
    def is_read(self) -> bool:
        """Whether nothing is to change."""
        return self.method == "GET"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered; status 0 where nothing was."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return orjson.loads(self.body)

    @property
    def slug(self) -> str:
        """Of a refusal, which one; else nothing."""
        try:
            return str(self.json["type"]).rpartition("/")[2]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return ""


def judged(answer: Answer) -> Verdict:
    """Whether an answer is as it should be, is to be asked for again later, tells of a conflict, or is an error."""
    if answer.status in GOOD:
        return "good"
    if answer.status == 503 and "Retry-After" in answer.headers:
        return "later"
    if answer.status in (409, 412) and answer.slug in ORDINARY:
        return "conflict"
    return "error"
