"""A platform that people have used for a while: made over HTTP, as they would have made it."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from benchmarks.load import words
from benchmarks.load.actions import CRITERIA, observation, test
from benchmarks.load.personas import Persona, divided
from benchmarks.load.visitor import Part, Visitor, World
from chassis.tokens import Tokens
from nyfiken.demo.client import Person, Platform
from nyfiken.demo.texts import NOTHING_TO_CARE_FOR, day

UNITS = ("vof", "vof-hemvard", "vof-sabo", "sof", "suf", "suf-grundskola", "kuf", "sbf", "sbf-gator", "amf")
_CHALLENGES = 4
_NAMES = ("Karin", "Leyla", "Oskar", "Maja", "Jonas", "Ingrid", "Amina", "Bengt", "Elsa", "Omar", "Sven", "Noor")
_SUPPORTERS = (0, 0, 1, 1, 2, 4)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """One of the people: their opaque id, their token, and they themselves in front of the platform."""

    persona: str
    unit: str
    id: str
    token: str
    person: Person


class Maker:
    """Makes it: who there is, what they have had for ideas, what they have tried and learned."""

    def __init__(self, platform: Platform, tokens: Tokens, personas: Sequence[Persona], people: int, seed: int) -> None:
        self._platform, self._tokens = platform, tokens
        self._chance = random.Random(seed)
        self._everybody = [self._somebody(n, persona) for n, persona in enumerate(divided(personas, people))]

    def made(self, ideas: int, say: Callable[[str], None]) -> tuple[World, list[Part]]:
        """All of it; so many ideas, and of the rest what goes with them."""
        began = time.monotonic()
        for who in self._everybody:
            who.person.put("/me", {"name": who.person.name, "unit": who.unit})
        challenges = [self._challenge() for _ in range(_CHALLENGES)]
        found = [self._idea(challenges) for _ in range(ideas)]
        tests = self._tests(found)
        world = World(
            ideas=found,
            seeded_at=datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            challenges=challenges,
            people=[who.id for who in self._everybody],
        )
        parts = [
            Part(persona=who.persona, token=who.token, unit=who.unit, tests=tests.get(who.id, ()))
            for who in self._everybody
        ]
        say(f"a world is made: {len(parts)} people, {len(found)} ideas ({time.monotonic() - began:.0f} s)")
        return world, parts

    def _somebody(self, number: int, persona: Persona) -> Somebody:
        sub, unit = f"load-{number}", UNITS[number % len(UNITS)]
        name = f"{_NAMES[number % len(_NAMES)]} {number}"
        token = self._tokens.sign(sub, persona.roles_in(unit), unit=unit, name=name)
        person = Person(self._platform, name, token)
        return Somebody(persona=persona.name, unit=unit, id=self._tokens.person_id(sub), token=token, person=person)

    def _challenge(self) -> str:
        coach = self._chance.choice([who for who in self._everybody if who.persona == "coach"])
        title = f"Hur kan vi tänka nytt om {self._chance.choice(words.TAGS)}?"
        asked = {"title": title, "why": words.text(self._chance), "unit": coach.unit, "closes_on": day(90)}
        made: str = coach.person.post("/challenges", asked)["challenge_id"]
        coach.person.post(f"/challenges/{made}/open")
        return made

    def _idea(self, challenges: Sequence[str]) -> str:
        """An idea of somebody, which some support, and some talk of."""
        author, *others = self._chance.sample(self._everybody, 6)
        body = {"title": words.title(self._chance), "what": words.text(self._chance), "unit": author.unit}
        body["tags"] = self._chance.sample(words.TAGS, 2)
        if self._chance.random() < 0.5:
            body["challenge_id"] = self._chance.choice(challenges)
        made: str = author.person.post("/ideas", body)["idea_id"]
        for who in others[: self._chance.choice(_SUPPORTERS)]:
            who.person.put(f"/ideas/{made}/support")
        if self._chance.random() < 0.4:
            others[-1].person.post(f"/ideas/{made}/comments", {"text": words.text(self._chance)})
        return made

    def _tests(self, ideas: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """A running one for everybody who leads some; before it one that failed, with its lesson."""
        led = {}
        for who in self._everybody:
            if who.persona != "test-leader":
                continue
            before, now = (self._test(who, ideas) for _ in range(2))
            who.person.post(f"/experiments/{before}/conclude", {"outcome": "failed", "evidence_level": "moderate"})
            lesson = {"title": words.title(self._chance), "statement": words.text(self._chance)}
            who.person.post("/lessons", {**lesson, "unit": who.unit, "experiment_ids": [before]})
            led[who.id] = [now]
        return led

    def _test(self, who: Somebody, ideas: Sequence[str]) -> str:
        part = Part(persona=who.persona, token=who.token, unit=who.unit, tests=())
        visitor = Visitor(part, World(ideas=ideas, seeded_at="", challenges=(), people=()), self._chance)
        made: str = who.person.post("/experiments", test(visitor, [self._chance.choice(ideas)]))["experiment_id"]
        who.person.post(f"/experiments/{made}/criteria", {"criteria": CRITERIA})
        who.person.post(f"/experiments/{made}/checks", {"checks": NOTHING_TO_CARE_FOR})
        who.person.post(f"/experiments/{made}/start")
        who.person.post(f"/experiments/{made}/observations", observation(visitor))
        return made
