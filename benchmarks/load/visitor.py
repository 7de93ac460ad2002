"""Somebody in front of the platform: their token, what they have seen, what they have written."""

from __future__ import annotations

import dataclasses
import random
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from benchmarks.load.asking import Answer, Ask

_REMEMBERED = 12
"""Pages that somebody has at hand."""
_IDS = ("idea_id", "experiment_id", "lesson_id", "notification_id", "challenge_id")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What was there before anybody came."""

    ideas: Sequence[str]
    seeded_at: str
    challenges: Sequence[str]
    people: Sequence[str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Who somebody is. ``tests``: experiments that they run."""

    persona: str
    token: str
    unit: str
    tests: Sequence[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """Something on a list, and what one may do with it."""

    id: str
    actions: Sequence[str]


class Visitor:
    """One of them, with a memory. ``tests``: experiment → how often it was observed; ``ideas``: their own."""

    def __init__(self, part: Part, world: World, chance: random.Random) -> None:
        self.part, self.world, self.chance = part, world, chance
        self.tests = dict.fromkeys(part.tests, 0)
        self.ideas: list[str] = []
        self._pages: OrderedDict[str, tuple[str, Sequence[Seen]]] = OrderedDict()
        self._written: dict[str, int] = {}

    def get(self, name: str, service: str, path: str, *, after_writing: bool = False) -> Ask:
        """Ask for a page: whether it has changed, where one has it; if one says so, as it is after what one wrote."""
        headers = {"Authorization": f"Bearer {self.part.token}", "Accept-Language": "sv"}
        if path in self._pages:
            headers["If-None-Match"] = self._pages[path][0]
        if after_writing and self._written:
            headers["If-Position"] = ", ".join(f"{place}:{at}" for place, at in sorted(self._written.items()))
        return Ask(name=name, service=service, method="GET", path=path, headers=headers)

    def command(
        self, name: str, service: str, path: str, body: Any = None, *, method: str = "POST", if_match: str = ""
    ) -> Ask:
        """Give a command, with a key of its own."""
        headers = {"Authorization": f"Bearer {self.part.token}", "Idempotency-Key": str(self._id())}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if if_match:
            headers["If-Match"] = if_match
        sent = None if body is None else orjson.dumps(body)
        return Ask(name=name, service=service, method=method, path=path, headers=headers, body=sent)

    def noted(self, ask: Ask, answer: Answer) -> Sequence[Seen]:
        """What a page shows, which is remembered with its ETag; after a command, where it was recorded."""
        if not ask.is_read:
            self._note_written(answer.headers.get("Event-Position", ""))
            return ()
        if answer.status != 304:
            self._pages[ask.path] = (answer.headers.get("ETag", ""), _seen(answer.json))
        self._pages.move_to_end(ask.path)
        if len(self._pages) > _REMEMBERED:
            self._pages.popitem(last=False)
        return self._pages[ask.path][1]

    def etag(self, path: str) -> str:
        """Of a page that one has seen."""
        return self._pages[path][0]

    def at_hand(self, path: str) -> Sequence[Seen]:
        """What that page showed when one saw it last; nothing where one has not."""
        return self._pages[path][1] if path in self._pages else ()

    def _note_written(self, positions: str) -> None:
        for one in filter(None, (part.strip() for part in positions.split(","))):
            place, _, position = one.rpartition(":")
            self._written[place] = max(int(position), self._written.get(place, 0))

    def _id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)


def _seen(page: Mapping[str, Any]) -> Sequence[Seen]:
    items = page.get("items")
    if not items:
        return ()
    name = next((name for name in _IDS if name in items[0]), "")
    return [Seen(item[name], tuple(item.get("allowed_actions", ()))) for item in items if name in item]
