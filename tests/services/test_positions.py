"""Every answer says which positions it is of, so that whoever has it can wait for them elsewhere."""

from __future__ import annotations

from importlib import import_module

import pytest

from chassis.recorded import Position
from nyfiken.layout import SERVICES
from tests.services.who_may import MAY, World

FEED = ("GET /events", "GET /events/heads")
"""They answer with positions themselves."""
TABLES = {service: import_module(f"tests.services.{service}.who_may").WHO_MAY for service in SERVICES}
ROUTES = [(service, route) for service, table in TABLES.items() for route in table.rows() if route not in FEED]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    made = {service: World(table.program, tmp_path_factory.mktemp(service)) for service, table in TABLES.items()}
    yield made
    for world in made.values():
        world.api.store.close()


@pytest.mark.parametrize(("service", "route"), ROUTES, ids=[f"{service}: {route}" for service, route in ROUTES])
def test_every_answer_says_which_positions_it_is_of(worlds, service, route):
    table, world = TABLES[service], worlds[service]
    method, path = route.split()
    parameters, body = table.situation(world, route)
    marks = table.rows()[route]
    somebody = world.somebody(table.people[next(column for column, mark in marks.items() if mark == MAY)])
    asked = path.format(**parameters) + parameters.get("?", "")
    headers = {"If-Match": "*"} if method == "PATCH" else {}
    first = somebody.send(method, asked, body, headers=headers)
    head = world.api.store.heads()[0].position
    of = {at.service: at.position for at in map(Position.of, first.position.split(", "))}
    assert 0 <= of[service] <= head
    again = somebody.ask(method, asked, body, headers=headers)
    if again.status < 300 and method != "GET" and world.api.store.heads()[0].position == head:
        assert again.position == first.position, "what is already so became so then"


def test_who_asks_before_anything_happened_is_told_that_nothing_did(tmp_path):
    world = World(TABLES["notifications"].program, tmp_path)
    karin = world.somebody(TABLES["notifications"].people["karin"])
    for path in ("/me", "/follows", "/people"):
        assert karin.get(path).position == "notifications/0:0"
    world.api.store.close()
