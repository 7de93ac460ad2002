"""A crowd in front of a platform that is made up: it answers everything, at once."""

import random
from uuid import UUID

import orjson

from benchmarks.load.actions import ACTIONS
from benchmarks.load.asking import Answer
from benchmarks.load.pace import OpenLoop
from benchmarks.load.personas import FILE, divided, load_personas
from benchmarks.load.visitor import Part, Visitor, World

_ID = {
    "ideas": "idea_id",
    "experiments": "experiment_id",
    "failures": "experiment_id",
    "lessons": "lesson_id",
    "inbox": "notification_id",
    "challenges": "challenge_id",
}
EVERYTHING = ["support", "comments", "review", "select", "read", "endorse"]


def personas():
    return load_personas(FILE, ACTIONS)


def crowd(people=200, seed=1):
    """Personas with somebody for each."""
    chance = random.Random(seed)
    new = lambda: str(UUID(int=chance.getrandbits(128)))  # noqa: E731
    everybody = [new() for _ in range(people)]
    world = World(
        ideas=[new() for _ in range(20)], seeded_at="2026-01-31T12:00:00Z", challenges=[new()], people=everybody
    )

    def somebody(persona):
        tests = [new()] if persona.name == "test-leader" else []
        return Visitor(Part(persona=persona.name, token="token", unit="vof", tests=tests), world, chance)

    return [(persona, somebody(persona)) for persona in divided(personas(), people)]


def answer(ask, chance):
    """A list where one is asked for, with everything allowed; a new id where something is made."""
    new = str(UUID(int=chance.getrandbits(128)))
    name = _ID.get(ask.path.lstrip("/").split("/")[0].split("?")[0], "thing")
    body = {name: new} if not ask.is_read else {"items": [{name: new, "allowed_actions": EVERYTHING}]}
    headers = {"ETag": '"1"', "Event-Position": f"{ask.service}/0:7"}
    return Answer(status=200, headers=headers, body=orjson.dumps(body))


def asked(requests, crowd, seed=1):
    """So many requests of an open loop, each with when it was due, all of them answered well."""
    chance = random.Random(seed)
    loop = OpenLoop(crowd, ACTIONS, rate=100, seconds=requests / 100, began=1_000.0, chance=chance)
    found = []
    while (due := loop.due()) is not None:
        under = loop.next()
        found.append((due, under.ask))
        loop.goes_on(under, answer(under.ask, chance))
    return found
